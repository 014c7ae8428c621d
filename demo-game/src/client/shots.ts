// Shots as they are drawn, from a pool: they come and go many times a second. One's own fly ahead of the server, which
// decides a round trip later what they hit. It looks at one's targets where they are on this screen: a shot that meets a
// ship here ends here, with its sparks, and is only shown again if the server did not have it so.

import * as Phaser from 'phaser'
import { MUZZLE, passes, SHIP_RADIUS, TICK_RATE } from '../game.ts'
import type { Effects } from './effects.ts'
import { type ArenaMatch, pilotOf, type ShotRow } from './match.ts'

/** How far back the server looks, ms: on slower lines it does not see what this screen shows. */
const FORESEEN_MS = 400
/** The server's word takes a round trip, and may be late by so much, ms. */
const SPARE_MS = 250

interface Bolt {
  readonly image: Phaser.GameObjects.Image
  /** Until then it is taken to have hit. */
  hitUntil: number
  seen: number
}

export class Shots {
  readonly #scene: Phaser.Scene
  readonly #effects: Effects
  readonly #size: number
  readonly #bolts = new Map<number, Bolt>()
  readonly #pool: Phaser.GameObjects.Image[] = []
  /** Hits that were shown and that the server has not told of yet, the oldest first. */
  #foreseen: { readonly victim: number; readonly until: number }[] = []
  #round = 0

  /** `scale`: what the textures were painted at. */
  constructor(scene: Phaser.Scene, effects: Effects, scale: number) {
    this.#scene = scene
    this.#effects = effects
    this.#size = 1 / Math.min(scale, 2)
  }

  /** Calls `strike` when one of this page's own shots meets a ship on this screen. */
  update(match: ArenaMatch, now: number, strike: (victim: number, angle: number) => void): void {
    const { view, me, stats } = match
    const isForeseen = stats.delay + (1000 * stats.lead) / TICK_RATE < FORESEEN_MS
    const until = now + stats.rtt + stats.delay + SPARE_MS
    this.#round += 1
    this.#foreseen = this.#foreseen.filter((hit) => hit.until > now)
    for (const shot of view.shot) {
      const bolt = this.#bolts.get(shot.id) ?? this.#add(match, shot)
      const { image } = bolt
      bolt.seen = this.#round
      const victim = isForeseen && shot.owner === me.id && bolt.hitUntil === 0 ? metBy(match, shot, image) : undefined
      image.setPosition(shot.x, shot.y).setRotation(Math.atan2(shot.vy, shot.vx))
      if (victim !== undefined) {
        bolt.hitUntil = until
        this.#foreseen.push({ victim, until })
        strike(victim, Math.atan2(-shot.vy, -shot.vx))
      }
      image.setVisible(!shot.spent && bolt.hitUntil <= now)
    }
    for (const [id, { image, seen }] of this.#bolts) {
      if (seen === this.#round) continue
      this.#bolts.delete(id)
      this.#pool.push(image.setVisible(false))
    }
  }

  /** The server says that one of this page's shots hit. Returns whether that was shown already. */
  isShown(victim: number): boolean {
    const at = this.#foreseen.findIndex((hit) => hit.victim === victim)
    if (at >= 0) this.#foreseen.splice(at, 1)
    return at >= 0
  }

  /** Whether one's own shot that met a rock or the wall at (x, y) had ended at a ship on this screen. */
  isOver({ view, me }: ArenaMatch, x: number, y: number): boolean {
    for (const shot of view.shot.allOwnedBy(me))
      if (shot.spent && Math.hypot(shot.x - x, shot.y - y) < 4 && this.#bolts.get(shot.id)?.hitUntil) return true
    return false
  }

  #add({ view }: ArenaMatch, shot: ShotRow): Bolt {
    const tint = pilotOf(view, shot.owner)?.tint ?? 0
    const image = this.#pool.pop() ?? this.#scene.add.image(0, 0, '__DEFAULT').setDepth(10)
    image
      .setTexture(`shot_${tint}`)
      .setBlendMode(Phaser.BlendModes.ADD)
      .setScale(this.#size)
      .setPosition(shot.x, shot.y)
    const ship = shot.owner === undefined ? undefined : view.ship.ownedBy({ id: shot.owner })
    // At the nose, even where a page that stalled sees the shot first on its way.
    if (ship)
      this.#effects.muzzle(ship.x + MUZZLE * Math.cos(ship.heading), ship.y + MUZZLE * Math.sin(ship.heading), tint)
    const bolt = { image, hitUntil: 0, seen: 0 }
    this.#bolts.set(shot.id, bolt)
    return bolt
  }
}

/** The player whose ship a shot of one's own met since `last`. */
function metBy({ view, me }: ArenaMatch, shot: ShotRow, last: { x: number; y: number }): number | undefined {
  for (const { owner, x, y } of view.ship)
    if (owner !== me.id && passes(last.x, last.y, shot.x, shot.y, { x, y, radius: SHIP_RADIUS })) return owner
  return undefined
}
