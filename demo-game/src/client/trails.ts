// The ribbons that ships leave behind. Points are kept by age, so that a ribbon is as long at 30 as at 144 frames a second.

import * as Phaser from 'phaser'

interface Point {
  readonly x: number
  readonly y: number
  readonly at: number
  readonly strength: number
}

const LIFE = 620
const SPACING = 24

export class Trails {
  readonly #ink: Phaser.GameObjects.Graphics
  readonly #ribbons = new Map<number, { colour: number; points: Point[] }>()

  constructor(scene: Phaser.Scene) {
    this.#ink = scene.add.graphics().setDepth(7).setBlendMode(Phaser.BlendModes.ADD)
  }

  /** A ship's engine is at (x, y); `strength` 0 to 1 says how bright its trail is here. */
  extend(id: number, x: number, y: number, colour: number, strength: number, now: number): void {
    let ribbon = this.#ribbons.get(id)
    if (!ribbon) {
      ribbon = { colour, points: [] }
      this.#ribbons.set(id, ribbon)
    }
    const { points } = ribbon
    const last = points.at(-1)
    if (!last || now - last.at >= SPACING) points.push({ x, y, at: now, strength })
  }

  draw(now: number): void {
    this.#ink.clear()
    for (const [id, { colour, points }] of this.#ribbons) {
      while (points.length > 0 && now - points[0].at > LIFE) points.shift()
      if (points.length === 0) this.#ribbons.delete(id)
      for (let i = 1; i < points.length; i++) {
        const [from, to] = [points[i - 1], points[i]]
        const youth = 1 - (now - to.at) / LIFE
        this.#ink.lineStyle(1.5 + 7 * youth, colour, 0.34 * youth * youth * to.strength)
        this.#ink.lineBetween(from.x, from.y, to.x, to.y)
      }
    }
  }
}
