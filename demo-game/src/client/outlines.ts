// Where the server has every ship, by the newest tick that came from there: dashed outlines, each with a thread to the
// ship as it is drawn. One's own is ahead of its outline by what the commands take to get there; others trail theirs.

import type * as Phaser from 'phaser'
import { type ArenaMatch, pilotOf } from './match.ts'
import { colour, TINTS } from './palette.ts'

export class Outlines {
  readonly #scene: Phaser.Scene
  readonly #size: number
  readonly #threads: Phaser.GameObjects.Graphics
  readonly #images: Phaser.GameObjects.Image[] = []

  /** `scale`: what the textures were painted at. */
  constructor(scene: Phaser.Scene, scale: number) {
    this.#scene = scene
    this.#size = 1 / scale
    this.#threads = scene.add.graphics().setDepth(9)
  }

  /** Shows them, or nothing. */
  update({ newest, view }: ArenaMatch, isShown: boolean): void {
    this.#threads.clear()
    let drawn = 0
    for (const { id, owner, x, y, heading } of (isShown && newest?.ship) || []) {
      const pilot = pilotOf(view, owner)
      if (!pilot) continue
      this.#images[drawn] ??= this.#scene.add.image(0, 0, '__DEFAULT').setDepth(9)
      this.#images[drawn++]
        .setTexture(`outline_${pilot.design}_${pilot.tint}`)
        .setScale(this.#size)
        .setPosition(x, y)
        .setRotation(heading)
        .setVisible(true)
      const ship = view.ship.get(id)
      if (!ship) continue
      this.#threads.lineStyle(1, colour(TINTS[pilot.tint]), 0.45)
      this.#threads.lineBetween(x, y, ship.x, ship.y)
    }
    for (const image of this.#images.slice(drawn)) image.setVisible(false)
  }
}
