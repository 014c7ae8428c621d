// Shots as they are drawn, from a pool: they come and go many times a second.

import * as Phaser from 'phaser'
import type { Effects } from './effects.ts'
import { pilotOf, type ShotRow, type View } from './match.ts'

interface Bolt {
  readonly image: Phaser.GameObjects.Image
  seen: number
}

export class Shots {
  readonly #scene: Phaser.Scene
  readonly #effects: Effects
  readonly #size: number
  readonly #bolts = new Map<number, Bolt>()
  readonly #pool: Phaser.GameObjects.Image[] = []
  #round = 0

  /** `scale`: what the textures were painted at. */
  constructor(scene: Phaser.Scene, effects: Effects, scale: number) {
    this.#scene = scene
    this.#effects = effects
    this.#size = 1 / Math.min(scale, 2)
  }

  update(view: View, me: number): void {
    this.#round += 1
    for (const shot of view.shot) {
      const bolt = this.#bolts.get(shot.id) ?? this.#add(view, shot, me)
      bolt.seen = this.#round
      bolt.image.setPosition(shot.x, shot.y).setRotation(Math.atan2(shot.vy, shot.vx))
    }
    for (const [id, { image, seen }] of this.#bolts) {
      if (seen === this.#round) continue
      this.#bolts.delete(id)
      this.#pool.push(image.setVisible(false))
    }
  }

  #add(view: View, shot: ShotRow, me: number): Bolt {
    const tint = pilotOf(view, shot.owner)?.tint ?? 0
    const image = this.#pool.pop() ?? this.#scene.add.image(0, 0, '__DEFAULT').setDepth(10)
    image.setTexture(`shot_${tint}`).setBlendMode(Phaser.BlendModes.ADD).setScale(this.#size).setVisible(true)
    if (shot.owner !== me) this.#effects.muzzle(shot.x, shot.y, tint)
    const bolt = { image, seen: 0 }
    this.#bolts.set(shot.id, bolt)
    return bolt
  }
}
