// Tickwire's codec: the setters, the settling and freezing of the world, one delta against the snapshot before, and at
// the other end the snapshot that it becomes.

import { DeltaDecoder, DeltaEncoder, Prior, packPrior, type Snapshot, trainPrior, World } from '@tickwire/engine/wire'
import { type Arena, arena, type Moment, type Ship, STEP, type Variant } from '../arena.ts'
import type { Contender } from '../contender.ts'
import { record } from '../scenes.ts'

type Row = ReturnType<World<Arena>['ship']['spawn']>
/** Snapshots that a prior is trained on. */
const TRAINING_TICKS = 600

/** A prior learned from a match of another seed, as the bytes that a client would get. */
export function trainedPrior(entities: number, seed: number, variant: Variant, game: Arena = arena): Prior {
  const snapshots = record(variant, entities, seed, TRAINING_TICKS, game)
  return Prior.unpack(game, packPrior(trainPrior(game, snapshots)))
}

export class Tickwire implements Contender {
  readonly precision: Ship = {
    x: STEP.x / 2,
    y: STEP.y / 2,
    vx: STEP.vx / 2,
    vy: STEP.vy / 2,
    heading: STEP.heading / 2 + 1e-9,
    hull: 0,
  }
  readonly #world: World<Arena>
  readonly #encoder: DeltaEncoder<Arena>
  readonly #decoder: DeltaDecoder<Arena>
  readonly #rows: Row[] = []
  #sent: Snapshot<Arena> | undefined
  #sentBefore: Snapshot<Arena> | undefined
  #seen: Snapshot<Arena> | undefined
  #seenBefore: Snapshot<Arena> | undefined

  /** `prior`: what both ends know from another match; else the generic one. */
  constructor(prior?: Prior, game: Arena = arena) {
    this.#world = new World(game)
    this.#encoder = new DeltaEncoder(game, { prior })
    this.#decoder = new DeltaDecoder(game, { prior })
  }

  start(moment: Moment): Uint8Array {
    for (const ship of moment.ships) this.#rows.push(this.#world.ship.spawn(ship))
    const bytes = this.#send()
    this.decode(bytes)
    return bytes
  }

  encode({ ships, replaced }: Moment): Uint8Array {
    for (const slot of replaced) {
      this.#world.ship.despawn(this.#rows[slot])
      this.#rows[slot] = this.#world.ship.spawn(ships[slot])
    }
    for (let slot = 0; slot < ships.length; slot++) {
      const ship = ships[slot]
      const row = this.#rows[slot]
      row.x = ship.x
      row.y = ship.y
      row.vx = ship.vx
      row.vy = ship.vy
      row.heading = ship.heading
      row.hull = ship.hull
    }
    this.#world.tick += 1
    return this.#send()
  }

  decode(bytes: Uint8Array): void {
    const next = this.#decoder.decode(bytes, this.#seen, this.#seenBefore)
    this.#seenBefore = this.#seen
    this.#seen = next
  }

  read(): number {
    let sum = 0
    for (const ship of this.#seen!.ship) sum += ship.x + ship.y + ship.vx + ship.vy + ship.heading + ship.hull
    return sum
  }

  get size(): number {
    return this.#seen!.ship.size
  }

  held(slot: number): Readonly<Ship> | undefined {
    return this.#seen!.ship.get(this.#rows[slot].id)
  }

  verify(): void {
    const sent = this.#sent!.hash
    const seen = this.#seen!.hash
    if (sent !== seen) throw new Error(`the client's state has the hash ${seen}, the server's ${sent}`)
  }

  #send(): Uint8Array {
    const snapshot = this.#world.snapshot()
    const bytes = this.#encoder.encode(snapshot, this.#sent, this.#sentBefore)
    this.#sentBefore = this.#sent
    this.#sent = snapshot
    return bytes
  }
}
