// The arena's own predictor, as a game's author would write it who knows that ships fly where they are headed: velocity is
// the old speed along the new heading, position moves by that. Whole numbers and + - * / alone, so that every browser gets
// the same.

import type { ColumnPredictor, PredictedRows, Predictor } from '@tickwire/engine'

/** Steps of a heading in a whole turn. */
const TURN = 1024
/** Cosines are whole numbers of 1 / UNIT. */
const UNIT = 16384
/** What a predictor says is in sixteenths of a step. */
const SIXTEENTHS = 16
/** A velocity of 0, in steps; one step is one of a position a tick. */
const STILL = 128
/** A last residual of more sixteenths was a reflection, or a new ship. */
const MOST = 24

const cosines = cosineTable()
const cos = (heading: number): number => cosines[heading & (TURN - 1)]
const sin = (heading: number): number => cosines[(heading - TURN / 4) & (TURN - 1)]

export const predictor: Predictor = {
  version: 1,
  order: ['heading', 'vx', 'vy', 'x', 'y'],
  columns: { vx: velocity('x'), vy: velocity('y'), x: position('x'), y: position('y') },
}

/** The speed along the old heading, in 1 / UNIT steps. */
function speedOf(vx: number, vy: number, heading: number): number {
  return (vx - STILL) * cos(heading) + (vy - STILL) * sin(heading)
}

function velocity(axis: 'x' | 'y'): ColumnPredictor {
  return (rows: PredictedRows, out: Int32Array) => {
    const [heading, last, vx, vy] = [rows.now('heading'), rows.base('heading'), rows.base('vx'), rows.base('vy')]
    const vxNow = axis === 'y' ? rows.now('vx') : vx
    for (let i = 0; i < rows.count; i++) {
      const slot = rows.slots[i]
      const now = heading[slot]
      if (now === last[slot]) {
        // Straight on is exact.
        out[i] = SIXTEENTHS * (axis === 'x' ? vx : vy)[slot]
        continue
      }
      const [c, s] = [cos(now) / UNIT, sin(now) / UNIT]
      let speed = speedOf(vx[slot], vy[slot], last[slot]) / UNIT
      // How wrong that was for vx says how much the speed changed; less where vx says little of it.
      if (axis === 'y') speed += ((vxNow[slot] - STILL - speed * c) * c) / (c * c + 0.3)
      out[i] = SIXTEENTHS * STILL + Math.round(SIXTEENTHS * speed * (axis === 'x' ? c : s))
    }
  }
}

function position(axis: 'x' | 'y'): ColumnPredictor {
  return (rows: PredictedRows, out: Int32Array) => {
    const [heading, headingLast] = [rows.now('heading'), rows.base('heading')]
    const [vx, vy, vxLast, vyLast] = [rows.now('vx'), rows.now('vy'), rows.base('vx'), rows.base('vy')]
    const [from, before] = [rows.base(axis), rows.before(axis)]
    const part = axis === 'x' ? cos : sin
    /** Sixteenths a tick: along the heading, which says more of the way than the rounded velocity. */
    const moved = (x: number, y: number, at: number): number =>
      Math.round((speedOf(x, y, at) / UNIT) * (part(at) / UNIT) * SIXTEENTHS)
    for (let i = 0; i < rows.count; i++) {
      const slot = rows.slots[i]
      if (heading[slot] === headingLast[slot]) {
        // Straight on moves by the velocity.
        out[i] = SIXTEENTHS * (from[slot] + ((axis === 'x' ? vx : vy)[slot] - STILL) * rows.ticks)
        continue
      }
      let step = moved(vx[slot], vy[slot], heading[slot]) * rows.ticks
      if (before && rows.ticks === 1 && rows.wasBefore(slot)) {
        // Half of what it was off by last time is still to come: positions are rounded.
        const residual = SIXTEENTHS * (from[slot] - before[slot]) - moved(vxLast[slot], vyLast[slot], headingLast[slot])
        if (residual > -MOST && residual < MOST) step -= residual >> 1
      }
      out[i] = SIXTEENTHS * from[slot] + step
    }
  }
}

/** By Taylor's series about the nearest octant. */
function cosineTable(): Int32Array {
  const out = new Int32Array(TURN)
  const quarter = TURN / 4
  for (let i = 0; i <= quarter; i++) {
    const isNear = i <= quarter / 2
    const x = ((isNear ? i : quarter - i) * Math.PI) / (TURN / 2)
    let term = isNear ? 1 : x
    let sum = term
    for (let k = isNear ? 1 : 2; k < 20; k += 2) {
      term = (-term * x * x) / (k * (k + 1))
      sum += term
    }
    const value = Math.round(sum * UNIT)
    out[i] = value
    out[TURN / 2 - i] = -value
    out[(TURN / 2 + i) & (TURN - 1)] = -value
    out[(TURN - i) & (TURN - 1)] = value
  }
  return out
}
