// Ships as they are drawn: hull, flame, shield, hit flash, name and hull bar. They follow the view and decide nothing.

import * as Phaser from 'phaser'
import type { Effects } from './effects.ts'
import { type PilotRow, pilotOf, type ShipRow, type View } from './match.ts'
import { BAD, colour, GOOD, INK, TINTS, WARN } from './palette.ts'
import type { Trails } from './trails.ts'

/** The size that names are drawn at, pixels. */
export const NAME_SIZE = 15
const ADD = Phaser.BlendModes.ADD
const FLASH_MS = 130
const PUFF_MS = 34
const SMOKE_MS = 110

interface Figure {
  readonly tint: number
  readonly hull: Phaser.GameObjects.Image
  readonly flash: Phaser.GameObjects.Image
  readonly flame: Phaser.GameObjects.Image
  readonly shield: Phaser.GameObjects.Image
  readonly name: Phaser.GameObjects.Text
  readonly reticle: Phaser.GameObjects.Image | undefined
  lastHull: number
  flashUntil: number
  heat: number
  nextPuff: number
  nextSmoke: number
  seen: number
}

export class Ships {
  readonly #scene: Phaser.Scene
  readonly #effects: Effects
  readonly #trails: Trails
  readonly #scale: number
  readonly #bars: Phaser.GameObjects.Graphics
  readonly #figures = new Map<number, Figure>()
  #round = 0

  /** `scale`: what the textures were painted at. */
  constructor(scene: Phaser.Scene, effects: Effects, trails: Trails, scale: number) {
    this.#scene = scene
    this.#effects = effects
    this.#trails = trails
    this.#scale = scale
    this.#bars = scene.add.graphics().setDepth(20)
  }

  /** `me`: the player whose page this is; `label`: how much to scale names by. */
  update(view: View, me: number, now: number, seconds: number, label: number): void {
    this.#round += 1
    this.#bars.clear()
    for (const ship of view.ship) {
      const pilot = pilotOf(view, ship.owner)
      if (!pilot) continue // its score line is in the same frame or in the next
      const isMine = ship.owner === me
      const figure = this.#figures.get(ship.id) ?? this.#add(ship, pilot, isMine)
      figure.seen = this.#round
      this.#place(figure, ship, view.tick, now, seconds)
      this.#burn(figure, ship, now)
      this.#react(figure, ship, now)
      this.#label(figure, ship, pilot, isMine, label)
    }
    for (const [id, figure] of this.#figures) if (figure.seen !== this.#round) this.#remove(id, figure)
  }

  #add(ship: ShipRow, pilot: PilotRow, isMine: boolean): Figure {
    const { add } = this.#scene
    const { tint, design } = pilot
    const one = 1 / this.#scale
    const name = add.text(0, 0, pilot.name, {
      fontFamily: '"Segoe UI", Inter, system-ui, sans-serif',
      fontSize: `${NAME_SIZE}px`,
      fontStyle: isMine ? 'bold' : 'normal',
      color: isMine ? '#ffffff' : INK,
      stroke: '#05070f',
      strokeThickness: 4,
    })
    const figure: Figure = {
      tint,
      flame: add.image(0, 0, `flame_${tint}`).setOrigin(1, 0.5).setDepth(11).setBlendMode(ADD),
      hull: add.image(0, 0, `ship_${design}_${tint}`).setScale(one).setDepth(12),
      flash: add.image(0, 0, `flash_${design}`).setScale(one).setDepth(13).setBlendMode(ADD),
      shield: add.image(0, 0, 'shield').setScale(one).setDepth(13).setBlendMode(ADD),
      reticle: isMine ? add.image(0, 0, 'me').setScale(one).setDepth(11) : undefined,
      name: name.setOrigin(0.5, 1).setDepth(20).setResolution(2),
      lastHull: ship.hull,
      flashUntil: 0,
      heat: 0,
      nextPuff: 0,
      nextSmoke: 0,
      seen: 0,
    }
    this.#figures.set(ship.id, figure)
    this.#effects.pulse(ship.x, ship.y, tint)
    return figure
  }

  #place(figure: Figure, ship: ShipRow, tick: number, now: number, seconds: number): void {
    const { hull, flash, flame, shield, reticle } = figure
    hull.setPosition(ship.x, ship.y).setRotation(ship.heading)
    // It leans into its turns: a little narrower, seen from above.
    hull.scaleY = (1 - 0.16 * Math.min(1, Math.abs(ship.spin) / 4)) / this.#scale
    flash
      .setPosition(ship.x, ship.y)
      .setRotation(ship.heading)
      .setAlpha(Math.max(0, (figure.flashUntil - now) / FLASH_MS))
    flash.setVisible(flash.alpha > 0)
    figure.heat += ((ship.thrust ? 1 : 0) - figure.heat) * (1 - Math.exp(-14 * seconds))
    const flicker = 0.86 + 0.14 * Math.sin(now * 0.06 + ship.id * 2)
    const size = 1 / Math.min(this.#scale, 2)
    flame.setPosition(ship.x - Math.cos(ship.heading) * 13, ship.y - Math.sin(ship.heading) * 13)
    flame.setRotation(ship.heading).setScale(size * figure.heat * flicker * 0.85, size * (0.5 + 0.35 * figure.heat))
    flame.setVisible(figure.heat > 0.03)
    const isSafe = ship.safe > tick
    shield.setVisible(isSafe)
    if (isSafe)
      shield
        .setPosition(ship.x, ship.y)
        .setRotation(now * 0.0012)
        .setAlpha(0.7 + 0.3 * Math.sin(now * 0.012))
    reticle?.setPosition(ship.x, ship.y).setRotation(ship.heading).setAlpha(0.55)
  }

  #burn(figure: Figure, ship: ShipRow, now: number): void {
    const [ux, uy] = [Math.cos(ship.heading), Math.sin(ship.heading)]
    const [x, y] = [ship.x - ux * 16, ship.y - uy * 16]
    const pace = Math.min(1, Math.hypot(ship.vx, ship.vy) / 300)
    this.#trails.extend(ship.id, x, y, colour(TINTS[figure.tint]), 0.25 * pace + 0.75 * figure.heat, now)
    if (ship.thrust && now >= figure.nextPuff) {
      figure.nextPuff = now + PUFF_MS
      const side = (Math.random() - 0.5) * 70
      this.#effects.puff(x, y, ship.vx * 0.4 - ux * 170 - uy * side, ship.vy * 0.4 - uy * 170 + ux * side, figure.tint)
    }
    if (ship.hull < 36 && now >= figure.nextSmoke) {
      figure.nextSmoke = now + SMOKE_MS
      this.#effects.smoulder(ship.x, ship.y)
    }
  }

  #react(figure: Figure, ship: ShipRow, now: number): void {
    if (ship.hull < figure.lastHull) figure.flashUntil = now + FLASH_MS
    figure.lastHull = ship.hull
  }

  #label({ name }: Figure, ship: ShipRow, pilot: PilotRow, isMine: boolean, label: number): void {
    const top = ship.y - 34
    if (name.text !== pilot.name) name.setText(pilot.name)
    name
      .setPosition(ship.x, top - 6)
      .setScale(label)
      .setAlpha(isMine ? 0.95 : 0.8)
    if (isMine || ship.hull >= 100) return
    const width = 44
    const tone = ship.hull > 60 ? GOOD : ship.hull > 30 ? WARN : BAD
    this.#bars.fillStyle(0x05070f, 0.7).fillRect(ship.x - width / 2 - 1, top - 1, width + 2, 5)
    this.#bars.fillStyle(colour(tone), 0.95).fillRect(ship.x - width / 2, top, (width * ship.hull) / 100, 3)
  }

  #remove(id: number, { hull, flash, flame, shield, reticle, name }: Figure): void {
    for (const part of [hull, flash, flame, shield, name]) part.destroy()
    reticle?.destroy()
    this.#figures.delete(id)
  }
}
