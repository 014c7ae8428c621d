// What happens and is gone: exhaust, sparks, explosions, rings. Nothing here knows the match; the scene says what and where.

import * as Phaser from 'phaser'
import { TINTS } from './palette.ts'

type Emitter = Phaser.GameObjects.Particles.ParticleEmitter

const ADD = Phaser.BlendModes.ADD

export class Effects {
  readonly #scene: Phaser.Scene
  readonly #exhaust: readonly Emitter[]
  readonly #sparks: readonly Emitter[]
  readonly #shards: readonly Emitter[]
  readonly #embers: Emitter
  readonly #smoke: Emitter
  #heading = 0
  #driftX = 0
  #driftY = 0

  /** `scale`: what the textures were painted at. */
  constructor(scene: Phaser.Scene, scale: number) {
    this.#scene = scene
    const drift = { speedX: { onEmit: () => this.#driftX }, speedY: { onEmit: () => this.#driftY } }
    this.#exhaust = TINTS.map((_, tint) =>
      scene.add
        .particles(0, 0, `glow_${tint}`, {
          ...drift,
          emitting: false,
          lifespan: { min: 260, max: 520 },
          scale: { start: 0.42, end: 0.04 },
          alpha: { start: 0.6, end: 0 },
        })
        .setDepth(8)
        .setBlendMode(ADD)
    )
    this.#sparks = TINTS.map((_, tint) =>
      scene.add
        .particles(0, 0, `glow_${tint}`, {
          emitting: false,
          speed: { min: 60, max: 380 },
          angle: { onEmit: () => Phaser.Math.RadToDeg(this.#heading) + (Math.random() - 0.5) * 130 },
          lifespan: { min: 160, max: 480 },
          scale: { start: 0.3, end: 0 },
          alpha: { start: 1, end: 0 },
        })
        .setDepth(16)
        .setBlendMode(ADD)
    )
    this.#shards = TINTS.map((_, tint) =>
      scene.add
        .particles(0, 0, `shard_${tint}`, {
          emitting: false,
          speed: { min: 40, max: 300 },
          rotate: { start: 0, end: 540, random: true },
          lifespan: { min: 600, max: 1300 },
          scale: { start: 1.1 / scale, end: 0.25 / scale },
          alpha: { start: 1, end: 0, ease: 'quad.in' },
        })
        .setDepth(14)
    )
    this.#embers = scene.add
      .particles(0, 0, 'ember', {
        emitting: false,
        speed: { min: 30, max: 460 },
        lifespan: { min: 300, max: 900 },
        scale: { start: 0.9, end: 0 },
        alpha: { start: 1, end: 0 },
      })
      .setDepth(16)
      .setBlendMode(ADD)
    this.#smoke = scene.add
      .particles(0, 0, 'smoke', {
        emitting: false,
        speed: { min: 8, max: 70 },
        lifespan: { min: 700, max: 1500 },
        scale: { start: 0.5, end: 1.5 },
        alpha: { start: 0.5, end: 0 },
      })
      .setDepth(13)
  }

  /** One puff behind an engine at (x, y), moving at the given velocity. */
  puff(x: number, y: number, vx: number, vy: number, tint: number): void {
    this.#driftX = vx
    this.#driftY = vy
    this.#exhaust[tint].emitParticleAt(x, y, 1)
  }

  smoulder(x: number, y: number): void {
    this.#smoke.emitParticleAt(x, y, 1)
  }

  /** Sparks that fly off towards a heading. */
  hit(x: number, y: number, heading: number, tint: number): void {
    this.#heading = heading
    this.#sparks[tint].emitParticleAt(x, y, 9)
    this.#flash(`glow_${tint}`, x, y, 0.5, 1.3, 140)
  }

  muzzle(x: number, y: number, tint: number): void {
    this.#flash(`glow_${tint}`, x, y, 0.9, 0.3, 90)
  }

  boom(x: number, y: number, tint: number): void {
    this.#flash('blast', x, y, 0.3, 1.5, 420)
    this.#flash(`ring_${tint}`, x, y, 0.15, 1.9, 620)
    this.#flash('ring', x, y, 0.1, 1, 330)
    this.#smoke.emitParticleAt(x, y, 10)
    this.#embers.emitParticleAt(x, y, 34)
    this.#heading = 0
    this.#sparks[tint].emitParticleAt(x, y, 14)
    this.#heading = Math.PI
    this.#sparks[tint].emitParticleAt(x, y, 14)
    this.#shards[tint].emitParticleAt(x, y, 11)
  }

  /** Somebody appears, or takes something up. */
  pulse(x: number, y: number, tint: number): void {
    this.#flash(`ring_${tint}`, x, y, 0.7, 0.1, 320)
    this.#flash(`glow_${tint}`, x, y, 0.4, 2.4, 380)
  }

  #flash(key: string, x: number, y: number, from: number, to: number, duration: number): void {
    const image = this.#scene.add.image(x, y, key).setDepth(15).setBlendMode(ADD).setScale(from)
    const settle = { scale: to, alpha: 0, duration, ease: 'cubic.out' }
    this.#scene.tweens.add({ targets: image, ...settle, onComplete: () => image.destroy() })
  }
}
