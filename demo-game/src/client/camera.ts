// The camera rides on its ship and looks a little ahead of it; when the ship changes it glides over instead of jumping.
// Every screen sees about the same area of the world, in its own pixels.

import type * as Phaser from 'phaser'
import { WORLD } from '../game.ts'

/** Units of the world across a screen, squared. */
const AREA = 1200 * 750
const PHONE_AREA = 900 * 800
const AHEAD = 0.3
/** How far from the screen's middle, of the way to its edge, the wall of the world may come. */
const WALL_AT = 0.45

export interface Followed {
  readonly id: number
  readonly x: number
  readonly y: number
  readonly vx: number
  readonly vy: number
}

/** Device pixels a unit for a canvas of that size. `density`: device pixels a CSS pixel. */
export function zoomFor(width: number, height: number, density: number): number {
  const isPhone = Math.min(width, height) / density < 520
  return Math.sqrt((width * height) / (isPhone ? PHONE_AREA : AREA))
}

export class ArenaCamera {
  /** The point in the middle of the screen. */
  x: number = WORLD / 2
  y: number = WORLD / 2
  readonly #camera: Phaser.Cameras.Scene2D.Camera
  readonly #isStill: boolean
  #followed: number | undefined
  #offX = 0
  #offY = 0
  #trauma = 0

  /** `isStill`: no shaking. */
  constructor(camera: Phaser.Cameras.Scene2D.Camera, isStill: boolean) {
    this.#camera = camera
    this.#isStill = isStill
  }

  get zoom(): number {
    return this.#camera.zoom
  }

  /** Shakes by 0 to 1 of the most; nearer is stronger. */
  shakeAt(x: number, y: number, strength: number): void {
    const far = Math.hypot(x - this.x, y - this.y)
    this.#trauma = Math.min(1, this.#trauma + strength * Math.max(0, 1 - far / 900))
  }

  /** `seconds` since the last call. */
  update(target: Followed | undefined, seconds: number, now: number): void {
    if (target) this.#follow(target, seconds)
    this.#trauma = Math.max(0, this.#trauma - seconds * 1.6)
    const shake = this.#isStill ? 0 : 14 * this.#trauma ** 2
    const [shakeX, shakeY] = [Math.sin(now * 0.071) * shake, Math.cos(now * 0.083) * shake]
    this.#camera.centerOn(this.x + shakeX, this.y + shakeY)
  }

  #follow(target: Followed, seconds: number): void {
    if (this.#followed !== target.id) {
      const isFirst = this.#followed === undefined
      this.#followed = target.id
      this.#offX = isFirst ? 0 : this.x - target.x
      this.#offY = isFirst ? 0 : this.y - target.y
    }
    const glide = 1 - Math.exp(-3.2 * seconds)
    this.#offX += (target.vx * AHEAD - this.#offX) * glide
    this.#offY += (target.vy * AHEAD - this.#offY) * glide
    this.x = this.#inside(target.x + this.#offX, this.#camera.width)
    this.y = this.#inside(target.y + this.#offY, this.#camera.height)
  }

  /** Keeps what is outside the world mostly off the screen. */
  #inside(middle: number, pixels: number): number {
    const least = Math.min((pixels / 2 / this.#camera.zoom) * WALL_AT, WORLD / 2)
    return Math.min(Math.max(middle, least), WORLD - least)
  }
}
