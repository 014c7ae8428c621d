import { angle, entity, type Predictor, ranged } from '@tickwire/engine'

// Whole numbers, made with + - * / alone: Math.sin differs between browsers.
const EIGHTS = [8, 6, 0, -6, -8, -6, 0, 6]
const predictor: Predictor = {
  version: 1, // raise it when a function changes: both ends must have the same
  order: ['heading', 'x'], // coded in this order: x may read what heading is now
  columns: {
    x(rows, out) {
      const [heading, x] = [rows.now('heading'), rows.base('x')]
      for (let i = 0; i < rows.count; i++) {
        const slot = rows.slots[i]
        out[i] = 16 * (x[slot] + EIGHTS[heading[slot]] * rows.ticks) // in sixteenths of a step
      }
    },
  },
}
export const Ship = entity({ x: ranged(0, 4096, 1 / 16), heading: angle(3) }, { predictor })
