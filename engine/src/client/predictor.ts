// The player's own rows ahead of the server: from the newest snapshot, its commands after that tick are replayed with
// the game's `move`, each tick settled as the server settles it, so that over a lossless link the prediction equals the
// authority to the bit. What is drawn is a copy, moved on by the part of a tick that has passed, and thrown away.
//
// Method: Yahn Bernier, "Latency Compensating Methods in Client/Server In-game Protocol Design" (Valve, 2001). Where a
// reconcile changes what was predicted, the copy keeps the difference as an offset that decays.

import { type GamePlan, playerId, type TablePlan } from '../schema/game.ts'
import type { Column } from '../schema/layout.ts'
import type { RowBase } from '../state/row.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { rowId, type Table } from '../state/table.ts'
import { WorldBase } from '../state/world.ts'
import { msToTicks } from '../time/tick.ts'
import { neutralRecord, type Values } from '../wire/record.ts'
import type { Stamped } from './sender.ts'
import type { OwnRow } from './view.ts'

/** As the server has it: a missing command repeats the last one for so long, and is neutral then. */
const REPEAT_MS = 250
/** A correction is drawn in with this time constant: at 60 frames a second a tenth of it a frame. */
const EASE_MS = 160

/** Finds the newest command at or before a tick. */
export type FindCommand = (tick: number) => Stamped | undefined

interface Own extends OwnRow {
  readonly of: Predicted
  readonly born: number
  readonly cells: Table
  /** Predicted, at the predictor's tick. */
  row: RowBase
  /** By column: what the drawn value is off from the predicted one. */
  readonly offsets: Float64Array
  /** By column: what was predicted for the same tick before the last snapshot came. */
  readonly before: Float64Array
}

interface Predicted {
  readonly plan: TablePlan
  readonly world: Table
  readonly drawn: Table
  /** What can be compared: numbers that this player knows. */
  readonly columns: readonly Column[]
  /** By column: 1 where `move` was seen to change it. What only rules change is news, and no correction. */
  readonly moved: Uint8Array
}

export class Predictor {
  /** How often the server's word changed what was predicted. */
  corrections = 0
  readonly #player: number
  readonly #find: FindCommand
  readonly #neutral: Values
  readonly #repeatTicks: number
  readonly #tickRate: number
  readonly #tables: readonly Predicted[]
  #own: Own[] = []
  #base: SnapshotBase | undefined
  /** The tick that the rows are at. */
  #tick = -1
  #drawnAt = 0

  constructor(plan: GamePlan, player: number, find: FindCommand) {
    this.#player = playerId({ id: player })
    this.#find = find
    this.#neutral = neutralRecord(plan.command)
    this.#tickRate = plan.game.tickRate
    this.#repeatTicks = Math.ceil(msToTicks(REPEAT_MS, this.#tickRate))
    const resolve = (entity: string, id: number) =>
      this.#base?.tables.find((table) => table.plan.name === entity)?.find(id) ?? -1
    const world = new WorldBase(plan.game, { resolve })
    const drawn = new WorldBase(plan.game, { resolve })
    this.#tables = plan.tables
      .filter((table) => table.predict === 'owner' && table.move)
      .map((table) => ({
        plan: table,
        world: world.tables[table.index],
        drawn: drawn.tables[table.index],
        columns: table.layout.columns.filter(
          ({ index, kind, audience }) => index > 0 && kind !== 'value' && audience !== 'server'
        ),
        moved: new Uint8Array(table.layout.columns.length),
      }))
  }

  /** The tick that is predicted, or -1 before the first snapshot. */
  get tick(): number {
    return this.#tick
  }

  /** A newer snapshot came: starts from it and replays what it does not know yet. */
  reconcile(snapshot: SnapshotBase): void {
    const last = new Map(this.#own.map((own) => [own.id, own]))
    const isComparable = this.#tick >= snapshot.tick
    this.#base = snapshot
    this.#own = []
    const known: Own[] = []
    for (const table of this.#tables) {
      const { cells } = snapshot.tables[table.plan.index]
      for (let slot = 0; slot < cells.size; slot++) {
        if (cells.ints[slot] !== this.#player || cells.born[slot] < 0) continue
        const own = last.get(rowId(table.plan.index, slot, cells.born[slot]))
        if (own && isComparable) {
          for (const { index } of table.columns) own.before[index] = table.world.readNumber(index, slot)
          known.push(own)
        } else own?.offsets.fill(0)
        this.#own.push(this.#start(table, snapshot, slot, cells.born[slot], own))
      }
    }
    const to = Math.max(this.#tick, snapshot.tick)
    this.#tick = snapshot.tick
    this.advance(to)
    for (const own of this.#own) this.#note(own, snapshot)
    let isCorrected = false
    for (const own of known) isCorrected = this.#ease(own) || isCorrected
    if (isCorrected) this.corrections++
  }

  /** Predicts up to `tick`. */
  advance(tick: number): void {
    if (!this.#base) return
    while (this.#tick < tick) {
      this.#tick++
      const command = this.#commandOf(this.#tick)
      const context = this.#context(1 / this.#tickRate, this.#tick)
      for (const { of, row } of this.#own) {
        of.plan.move!(row, command, context)
        of.world.settle(row)
      }
    }
  }

  /**
   * The own rows as they are `fraction` (0 to 1) of a tick after the predicted one, steered by `command`; `now` in ms.
   * The values are valid until the next call.
   */
  draw(fraction: number, command: Values, now: number): readonly OwnRow[] {
    const decay = Math.exp(-Math.max(0, now - this.#drawnAt) / EASE_MS)
    this.#drawnAt = now
    const context = this.#context(fraction / this.#tickRate, this.#tick + 1)
    for (const own of this.#own) {
      const { of, cells, slot, born, offsets } = own
      const row = cells.restore(of.world, slot, born)
      if (fraction > 0) of.plan.move!(row, command, context)
      for (const { index, kind, wraps, min, max, step } of of.columns) {
        const numbers = cells.numbers[index]
        if (offsets[index] !== 0) {
          offsets[index] = Math.abs(offsets[index]) < step / 2 ? 0 : offsets[index] * decay
          numbers[slot] += offsets[index]
        }
        // As settling would: nothing is drawn past the bounds of its field.
        if (kind === 'number' && !wraps) numbers[slot] = Math.max(min, Math.min(min + max * step, numbers[slot]))
      }
    }
    return this.#own
  }

  #start(table: Predicted, snapshot: SnapshotBase, slot: number, born: number, own: Own | undefined): Own {
    const { plan, world, drawn } = table
    const row = world.restore(snapshot.tables[plan.index], slot, born)
    if (own) return Object.assign(own, { row })
    const { length } = plan.layout.columns
    return {
      of: table,
      table: plan.index,
      id: rowId(plan.index, slot, born),
      slot,
      born,
      cells: drawn,
      row,
      offsets: new Float64Array(length),
      before: new Float64Array(length),
    }
  }

  /** What `move` is told, `dt` in seconds. What it spawns and emits comes from the server. */
  #context(dt: number, tick: number): object {
    const world = this.#base?.seen
    return { dt, tick, state: world?.state, world, spawn() {}, emit() {} }
  }

  #commandOf(tick: number): Values {
    const given = this.#find(tick)
    return given && tick - given.tick <= this.#repeatTicks ? given.command : this.#neutral
  }

  /** Notes which columns the replay changed. */
  #note(own: Own, snapshot: SnapshotBase): void {
    const { plan, columns, moved, world } = own.of
    const cells = snapshot.tables[plan.index]
    for (const { index } of columns)
      if (world.readNumber(index, own.slot) !== cells.readNumber(index, own.slot)) moved[index] = 1
  }

  /** Keeps on the screen what was there, to be eased away. Returns whether the prediction was wrong. */
  #ease(own: Own): boolean {
    const { columns, moved, world } = own.of
    let isCorrected = false
    for (const column of columns) {
      const { index, step } = column
      if (!moved[index]) continue
      let off = own.before[index] - world.readNumber(index, own.slot)
      if (off === 0) continue
      isCorrected = true
      if (!column.glides) continue
      if (column.wraps) off -= (column.max + 1) * step * Math.round(off / ((column.max + 1) * step))
      own.offsets[index] = Math.abs(off) > column.snap * step ? 0 : own.offsets[index] + off
    }
    return isCorrected
  }
}
