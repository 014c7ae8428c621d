// This client's rows ahead of the server: from the newest snapshot, its commands after that tick are replayed with the
// game's `move`, each tick settled as the server settles it, so that over a lossless link the prediction equals the
// authority to the bit. What `move` spawns is there at once, in a world of its own, until the server has it.
//
// Method: Yahn Bernier, "Latency Compensating Methods in Client/Server In-game Protocol Design" (Valve, 2001). What was
// spawned is matched by (owner, tick, ordinal): the server spawns into its lowest free slots, what `move` spawns before
// what the rules' tick does, so that the k-th row by slot that is this player's and was born at a tick is the k-th that
// was predicted for it. What a request, a join or a timer spawns for the same player into the same table in that tick takes
// lower slots: then rows change places, which counts as a correction no one eases. Rows of different makers want tables of
// their own.

import { fail } from '../schema/errors.ts'
import { type GamePlan, type Kind, playerId } from '../schema/game.ts'
import { Copies } from '../state/copies.ts'
import { rowId } from '../state/ids.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { msToTicks } from '../time/tick.ts'
import { neutralRecord, settleRecord, type Values } from '../wire/record.ts'
import { PredictedRow, type PredictedTable } from './predicted-row.ts'
import { SeenAhead } from './seen-ahead.ts'
import type { Stamped } from './sender.ts'
import type { OwnRow } from './view.ts'

/** As the server has it: a missing command repeats the last one for so long, and is neutral then. */
const REPEAT_MS = 250
/** A correction is drawn in with this time constant: at 60 frames a second a tenth of it a frame. */
const EASE_MS = 160

/** Finds the newest command at or before a tick. */
export type FindCommand = (tick: number) => Stamped | undefined
/** Hears what `move` emits, at each replay anew; `ordinal` counts those of its kind and tick. */
export type HearEvent = (tick: number, kind: Kind, values: Values, ordinal: number) => void

export class Predictor {
  /** How often the server's word changed what was predicted. */
  corrections = 0
  readonly #plan: GamePlan
  readonly #player: number
  readonly #find: FindCommand
  readonly #hear: HearEvent
  readonly #neutral: Values
  readonly #repeatTicks: number
  readonly #tables: readonly PredictedTable[]
  readonly #seen: SeenAhead
  /** By table, then slot; those that only this client has after the others of their table. */
  #own: PredictedRow[] = []
  /** Spawned ahead before the reconcile that is under way: what is spawned again is the same row. */
  #last: PredictedRow[] = []
  #base: SnapshotBase | undefined
  /** The tick that the rows are at. */
  #tick = -1
  #drawnAt = 0
  /** Rows ever spawned ahead. */
  #births = 0
  /** Of the tick that runs: what was spawned, and by kind how much was emitted. */
  #spawns: { readonly entity: string; readonly values: Values }[] = []
  readonly #emitted: number[]
  #mover: PredictedRow | undefined

  constructor(plan: GamePlan, player: number, find: FindCommand, hear: HearEvent = () => {}) {
    this.#plan = plan
    this.#player = playerId({ id: player })
    this.#find = find
    this.#hear = hear
    this.#neutral = neutralRecord(plan.command)
    this.#repeatTicks = Math.ceil(msToTicks(REPEAT_MS, plan.game.tickRate))
    this.#emitted = plan.events.map(() => 0)
    this.#seen = new SeenAhead(plan, player)
    const resolve = (entity: string, id: number) => this.#resolve(entity, id)
    this.#tables = plan.tables.map((table) => {
      const copies = () => new Copies(table, resolve, nothing)
      return {
        plan: table,
        known: { world: copies(), drawn: copies() },
        ahead: { world: copies(), drawn: copies() },
        columns: table.layout.columns.filter(
          ({ index, kind, audience }) => index > 0 && kind !== 'value' && audience !== 'server'
        ),
        moved: new Uint8Array(table.layout.columns.length),
      }
    })
  }

  /** The tick that is predicted, or -1 before the first snapshot. */
  get tick(): number {
    return this.#tick
  }

  /** A snapshot came, maybe not the last one before the next reconcile: rows that it has are ahead no more. */
  meet(snapshot: SnapshotBase): void {
    for (const own of this.#own)
      if (own.serverId === undefined && own.spawn!.tick <= snapshot.tick) own.serverId = this.#match(own, snapshot)
  }

  /** A newer snapshot came: starts from it and replays what it does not know yet. */
  reconcile(snapshot: SnapshotBase): void {
    this.meet(snapshot)
    const isComparable = this.#tick >= snapshot.tick
    const now = (id: number) => this.#own.find((own) => own.id === id)?.serverId ?? id
    for (const own of this.#own) own.remember(isComparable, now)
    const known = new Map(this.#own.map((own) => [own.serverId, own]))
    this.#last = this.#own.filter(({ serverId, spawn }) => serverId === undefined && spawn!.tick > snapshot.tick)
    this.#base = snapshot
    this.#own = []
    for (const table of this.#tables) this.#start(table, snapshot, known)
    this.#seen.start(snapshot)
    const to = Math.max(this.#tick, snapshot.tick)
    this.#tick = snapshot.tick
    this.advance(to)
    this.#last = []
    let isCorrected = false
    for (const own of this.#own) isCorrected = own.compare(snapshot) || isCorrected
    if (isCorrected) this.corrections++
  }

  /** Predicts up to `tick`. @throws what `move` throws, and what the server's spawn would throw of what it spawned */
  advance(tick: number): void {
    while (this.#base && this.#tick < tick) {
      this.#tick++
      this.#step(this.#tick)
    }
  }

  /**
   * The own rows as they are `fraction` (0 to 1) of a tick after the predicted one, steered by `command`; `now` in ms.
   * The values are valid until the next call.
   */
  draw(fraction: number, command: Values, now: number): readonly OwnRow[] {
    const decay = Math.exp(-Math.max(0, now - this.#drawnAt) / EASE_MS)
    this.#drawnAt = now
    const dt = fraction / this.#plan.game.tickRate
    // Of a part of a tick nothing stays.
    const context = this.#context(dt, this.#tick + 1, nothing, nothing)
    for (const own of this.#own) own.draw(command, context, dt, decay)
    return this.#own
  }

  /** The rows of a table that are predicted, from a snapshot. */
  #start(of: PredictedTable, snapshot: SnapshotBase, known: ReadonlyMap<number | undefined, PredictedRow>): void {
    const { index, predict, move } = of.plan
    const isPredicted = predict !== 'none' && move !== undefined
    if (!isPredicted && !some(known, of)) return
    const table = snapshot.tables[index]
    const { born, ints, size } = table.cells
    for (let slot = 0; slot < size; slot++) {
      if (born[slot] < 0) continue
      const isMine = ints[slot] === this.#player
      if (!isMine && !(isPredicted && predict === 'everyone' && ints[slot] === 0)) continue
      let own = known.get(rowId(index, slot, born[slot]))
      if (!own && !isPredicted) continue
      own ??= new PredictedRow(of, slot, born[slot], undefined)
      own.isMine = isMine
      own.start(table, slot, born[slot])
      this.#own.push(own)
    }
  }

  /** As the server does it: every row moves and sees the tick before; then what they spawned is there. */
  #step(tick: number): void {
    const dt = 1 / this.#plan.game.tickRate
    const command = this.#commandOf(tick)
    const context = this.#context(dt, tick, this.#spawn, this.#emit)
    this.#spawns = []
    this.#emitted.fill(0)
    for (const own of this.#own) {
      this.#mover = own
      own.move(own.row, command, context, dt)
    }
    this.#mover = undefined
    for (const { entity, values } of this.#spawns) this.#place(entity, values)
    for (const own of this.#own) own.settle()
    this.#seen.keep(this.#own)
  }

  #context(dt: number, tick: number, spawn: object, emit: object): object {
    return { dt, tick, state: this.#base?.seen.state, world: this.#seen.world, spawn, emit }
  }

  /** What a row of nobody spawns and emits comes from the server. */
  readonly #spawn = (entity: string, values: Values): void => {
    if (this.#mover?.isMine) this.#spawns.push({ entity, values })
  }
  readonly #emit = (event: string, values: Values): void => {
    const kind =
      this.#plan.eventByName.get(event) ?? fail('ERR_USAGE', `emit('${event}'): the game declares no such event`)
    const settled = settleRecord(kind.layout, values, 'ERR_FIELD_VALUE')
    if (this.#mover?.isMine) this.#hear(this.#tick, kind, settled, this.#emitted[kind.index]++)
  }

  /** A row of this player's that the server does not have yet. */
  #place(entity: string, values: Values): void {
    const of =
      this.#tables.find(({ plan }) => plan.name === entity) ??
      fail('ERR_USAGE', `spawn('${entity}'): the game has no such entity`)
    const { index } = of.plan
    const tick = this.#tick
    const ordinal = this.#own.filter(({ spawn, table }) => table === index && spawn?.tick === tick).length
    const again = this.#last.find(
      ({ spawn, table }) => table === index && spawn!.tick === tick && spawn!.ordinal === ordinal
    )
    const own = again ?? new PredictedRow(of, this.#freeSlot(index), -++this.#births, { tick, ordinal })
    own.begin(values, this.#player)
    const at = this.#own.findIndex(({ table }) => table > index)
    this.#own.splice(at < 0 ? this.#own.length : at, 0, own)
  }

  #freeSlot(index: number): number {
    const taken = new Set<number>()
    for (const rows of [this.#own, this.#last])
      for (const { table, isAhead, slot } of rows) if (isAhead && table === index) taken.add(slot)
    let slot = 0
    while (taken.has(slot)) slot++
    return slot
  }

  /** The server's id of a row that was spawned ahead, or undefined where the snapshot does not have it. */
  #match({ table, spawn }: PredictedRow, snapshot: SnapshotBase): number | undefined {
    const { born, ints, size } = snapshot.tables[table].cells
    let ordinal = 0
    for (let slot = 0; slot < size; slot++)
      if (born[slot] === spawn!.tick && ints[slot] === this.#player && ordinal++ === spawn!.ordinal)
        return rowId(table, slot, born[slot])
    return undefined
  }

  /** Refs may point to what only this client has. */
  #resolve(entity: string, id: number): number {
    if (id < 0) return this.#own.find((own) => own.isAhead && own.id === id && own.of.plan.name === entity)?.slot ?? -1
    return this.#base?.tables.find((table) => table.plan.name === entity)?.find(id) ?? -1
  }

  #commandOf(tick: number): Values {
    const given = this.#find(tick)
    return given && tick - given.tick <= this.#repeatTicks ? given.command : this.#neutral
  }
}

function nothing(): void {}

function some(known: ReadonlyMap<number | undefined, PredictedRow>, of: PredictedTable): boolean {
  for (const own of known.values()) if (own.of === of && own.serverId !== undefined) return true
  return false
}
