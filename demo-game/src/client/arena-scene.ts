// One frame of the game: the match advances to now, and everything that is drawn follows its view. The scene holds no
// state of the game, so it may start over at any time (it does when the screen wants sharper pictures).

import * as Phaser from 'phaser'
import { SHIP_RADIUS } from '../game.ts'
import type { BackdropScene } from './backdrop.ts'
import { ArenaCamera, type Followed, zoomFor } from './camera.ts'
import { Effects } from './effects.ts'
import { type ArenaMatch, pilotOf, prefersStill } from './match.ts'
import { Outlines } from './outlines.ts'
import { Scenery } from './scenery.ts'
import { NAME_SIZE, Ships } from './ships.ts'
import { Shots } from './shots.ts'
import { paintAll } from './textures.ts'
import { Trails } from './trails.ts'

/** What is on the screen after a frame: its middle and its size in units. */
export interface Frame {
  readonly now: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface ArenaSetup {
  readonly match: ArenaMatch
  /** Whether to outline where the server has the ships. */
  readonly isOutlined: () => boolean
  readonly afterFrame: (frame: Frame) => void
}

/** From a ship's middle to where what hits it sparks. */
const SPARK_AT = SHIP_RADIUS * 0.7
const SCALES = [1, 1.5, 2, 3, 4]

export class ArenaScene extends Phaser.Scene {
  #setup!: ArenaSetup
  #camera!: ArenaCamera
  #scale = 1
  #scenery!: Scenery
  #effects!: Effects
  #trails!: Trails
  #ships!: Ships
  #shots!: Shots
  #outlines!: Outlines
  #labelSize = 1
  #killer: number | undefined

  constructor() {
    super('arena')
  }

  init(setup: ArenaSetup): void {
    this.#setup = setup
  }

  create(): void {
    const camera = this.cameras.main
    camera.setZoom(this.#zoom())
    this.#scale = SCALES.find((scale) => scale >= camera.zoom * 0.9) ?? 4
    paintAll(this.textures, this.#scale)
    this.#camera = new ArenaCamera(camera, prefersStill())
    this.#scenery = new Scenery(this, this.#scale)
    this.#effects = new Effects(this, this.#scale)
    this.#trails = new Trails(this)
    this.#ships = new Ships(this, this.#effects, this.#trails, this.#scale)
    this.#shots = new Shots(this, this.#effects, this.#scale)
    this.#outlines = new Outlines(this, this.#scale)
    const stops = this.#listen()
    this.scale.on(Phaser.Scale.Events.RESIZE, this.#fit, this)
    this.#measure()
    this.events.once(Phaser.Scenes.Events.SHUTDOWN, () => {
      for (const stop of stops) stop()
      this.scale.off(Phaser.Scale.Events.RESIZE, this.#fit, this)
    })
  }

  override update(now: number, delta: number): void {
    const { match, isOutlined, afterFrame } = this.#setup
    const seconds = Math.min(delta, 100) / 1000
    match.frame(now)
    const { view, me } = match
    this.#scenery.update(view, now)
    this.#shots.update(match, now, this.#strike)
    this.#ships.update(view, me.id, now, seconds, this.#labelSize)
    this.#outlines.update(match, isOutlined())
    this.#trails.draw(now)
    this.#camera.update(this.#target(), seconds, now)
    const { x, y, zoom } = this.#camera
    ;(this.scene.get('backdrop') as BackdropScene).look(x, y, zoom)
    afterFrame({ now, x, y, width: this.scale.width / zoom, height: this.scale.height / zoom })
  }

  /** One's own ship, or whoever took it down. */
  #target(): Followed | undefined {
    const { view } = this.#setup.match
    if (view.ship.mine) return view.ship.mine
    return this.#killer === undefined ? undefined : view.ship.ownedBy({ id: this.#killer })
  }

  #listen(): (() => void)[] {
    const { match } = this.#setup
    return [
      match.on('hit', ({ x, y, angle, by }) => {
        if (by !== match.me.id || !this.#shots.isOver(match, x, y)) this.#spark(x, y, angle, by)
      }),
      match.on('struck', ({ victim, angle, by }) => {
        if (by !== match.me.id || !this.#shots.isShown(victim)) this.#strike(victim, angle, by)
      }),
      match.on('boom', ({ x, y, tint }) => {
        this.#effects.boom(x, y, tint)
        this.#camera.shakeAt(x, y, 0.75)
      }),
      match.on('kill', ({ killer, victim }) => {
        if (victim === match.me.id) this.#killer = killer
      }),
      match.on('took', ({ x, y, kind }) => this.#effects.pulse(x, y, kind === 'repair' ? 2 : 1)),
    ]
  }

  /** A shot of `by`, one's own if left out, meets a ship where it is drawn. */
  readonly #strike = (victim: number, angle: number, by = this.#setup.match.me.id): void => {
    const ship = this.#setup.match.view.ship.ownedBy({ id: victim })
    if (ship) this.#spark(ship.x + SPARK_AT * Math.cos(angle), ship.y + SPARK_AT * Math.sin(angle), angle, by)
  }

  #spark(x: number, y: number, angle: number, by: number): void {
    this.#effects.hit(x, y, angle, pilotOf(this.#setup.match.view, by)?.tint ?? 0)
    this.#camera.shakeAt(x, y, 0.12)
  }

  #fit(): void {
    const zoom = this.#zoom()
    this.cameras.main.setZoom(zoom)
    this.#measure()
    const wanted = SCALES.find((scale) => scale >= zoom * 0.9) ?? 4
    if (wanted > this.#scale) this.scene.restart(this.#setup)
  }

  /** Names are as large as the page's own text. */
  #measure(): void {
    const text = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    this.#labelSize = (text * 0.95 * this.#density()) / NAME_SIZE / this.cameras.main.zoom
  }

  #zoom(): number {
    return zoomFor(this.scale.width, this.scale.height, this.#density())
  }

  #density(): number {
    return this.scale.width / this.scale.displaySize.width
  }
}
