// The Phaser game in its page: as many pixels as the screen has, within reason, and the arena once there is a match.

import * as Phaser from 'phaser'
import { ArenaScene, type ArenaSetup } from './arena-scene.ts'
import { BackdropScene } from './backdrop.ts'

/** A 4K screen's pixels; beyond that nobody sees a difference and many graphics cards do. */
const MOST_PIXELS = 3840 * 2160
const MOST_DENSITY = 2.5

export class Stage {
  readonly #game: Phaser.Game

  /** `isCanvas`: draw with the 2D context rather than WebGL. */
  constructor(parent: HTMLElement, isCanvas: boolean) {
    const { width, height, zoom } = measure()
    this.#game = new Phaser.Game({
      type: isCanvas ? Phaser.CANVAS : Phaser.AUTO,
      parent,
      backgroundColor: '#05070f',
      banner: false,
      disableContextMenu: true,
      audio: { noAudio: true },
      input: { keyboard: false, mouse: false, touch: false, gamepad: false },
      // No multisampling: everything but trails is a soft-edged texture, and weak graphics cards pay dearly for it. One
      // texture a batch: software renderers tear sprites apart where neighbours in a batch differ in texture.
      render: { antialias: true, antialiasGL: false, maxTextures: 1, powerPreference: 'high-performance' },
      scale: { mode: Phaser.Scale.NONE, width, height, zoom },
      scene: [BackdropScene, ArenaScene],
    })
    addEventListener('resize', () => this.#fit())
  }

  start(setup: ArenaSetup): void {
    const start = () => this.#game.scene.start('arena', setup)
    if (this.#game.isRunning) start()
    else this.#game.events.once(Phaser.Core.Events.READY, start)
  }

  #fit(): void {
    const { width, height, zoom } = measure()
    this.#game.scale.resize(width, height)
    this.#game.scale.setZoom(zoom) // last: resize() leaves the CSS size as it was where the zoom is 1
  }
}

function measure(): { width: number; height: number; zoom: number } {
  const most = Math.sqrt(MOST_PIXELS / (innerWidth * innerHeight))
  const density = Math.max(0.5, Math.min(devicePixelRatio, MOST_DENSITY, most))
  return { width: Math.round(innerWidth * density), height: Math.round(innerHeight * density), zoom: 1 / density }
}
