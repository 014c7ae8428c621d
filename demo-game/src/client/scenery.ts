// What does not fly: the edge of the world, a faint grid, rocks and pickups.

import * as Phaser from 'phaser'
import { WORLD } from '../game.ts'
import type { View } from './match.ts'
import { paintRock } from './textures.ts'

const CELL = 256

export class Scenery {
  readonly #scene: Phaser.Scene
  readonly #scale: number
  readonly #rocks = new Map<number, Phaser.GameObjects.Image>()
  readonly #pickups = new Map<number, Phaser.GameObjects.Image>()

  /** `scale`: what the textures were painted at. */
  constructor(scene: Phaser.Scene, scale: number) {
    this.#scene = scene
    this.#scale = scale
    drawGrid(scene)
    drawEdge(scene)
  }

  update(view: View, now: number): void {
    for (const rock of view.rock) if (!this.#rocks.has(rock.id)) this.#rocks.set(rock.id, this.#addRock(rock))
    for (const pickup of view.pickup) {
      let image = this.#pickups.get(pickup.id)
      if (!image) {
        image = this.#scene.add.image(pickup.x, pickup.y, pickup.kind).setDepth(6)
        this.#pickups.set(pickup.id, image)
      }
      const beat = Math.sin(now * 0.004 + pickup.id)
      image.setScale((1 + 0.06 * beat) / this.#scale).setPosition(pickup.x, pickup.y + 4 * beat)
    }
    drop(this.#rocks, (id) => view.rock.get(id) === undefined)
    drop(this.#pickups, (id) => view.pickup.get(id) === undefined)
  }

  #addRock(rock: { x: number; y: number; radius: number; shape: number }): Phaser.GameObjects.Image {
    const key = paintRock(this.#scene.textures, rock.radius, rock.shape, this.#scale)
    return this.#scene.add
      .image(rock.x, rock.y, key)
      .setScale(1 / this.#scale)
      .setDepth(4)
  }
}

function drop(images: Map<number, Phaser.GameObjects.Image>, isGone: (id: number) => boolean): void {
  for (const [id, image] of images) {
    if (!isGone(id)) continue
    image.destroy()
    images.delete(id)
  }
}

function drawGrid(scene: Phaser.Scene): void {
  const grid = scene.add.graphics().setDepth(0).lineStyle(1, 0x7896e6, 0.09)
  for (let at = CELL; at < WORLD; at += CELL) grid.lineBetween(at, 0, at, WORLD).lineBetween(0, at, WORLD, at)
}

/** A glowing frame, and darkness beyond it. */
function drawEdge(scene: Phaser.Scene): void {
  const beyond = 1600
  const dark = scene.add.graphics().setDepth(1)
  dark.fillStyle(0x02030a, 0.62)
  dark.fillRect(-beyond, -beyond, WORLD + 2 * beyond, beyond)
  dark.fillRect(-beyond, WORLD, WORLD + 2 * beyond, beyond)
  dark.fillRect(-beyond, 0, beyond, WORLD)
  dark.fillRect(WORLD, 0, beyond, WORLD)
  const glow = scene.add.graphics().setDepth(2).setBlendMode(Phaser.BlendModes.ADD)
  for (const [width, alpha] of [
    [44, 0.05],
    [22, 0.09],
    [9, 0.2],
    [2.5, 0.9],
  ]) {
    glow.lineStyle(width, 0x5d7dff, alpha)
    glow.strokeRect(0, 0, WORLD, WORLD)
  }
}
