// What a starved screen drew wrong, eased back: rows that were moved on by their rates are off from the truth once
// snapshots come. Every number that glides keeps the difference, taken at the tick that was on the screen, as an offset
// that decays: a row goes on from where it was drawn, and is soon where it is.
//
// What holds: only what is drawn is eased; rewind() samples without it. An offset past its field's snap distance is
// dropped, and so are those of a screen that had come to a stand: that picture is of another time. Angles come back the
// short way; rotations, which nothing moves on, are not eased. No row is looked at while nothing is eased, nor for
// columns that are not, and nothing is allocated a row.

import type { GamePlan } from '../schema/game.ts'
import type { Column } from '../schema/layout.ts'
import type { History } from './history.ts'
import { MAX_EXTRAPOLATION_MS, type Sample, type SampleTable } from './sample.ts'
import type { SnapshotBase } from './snapshot.ts'

/** The time constant, in ms of the render tick: at 60 frames a second a quarter of an offset goes each frame. */
const EASE_MS = 60

export class Easing {
  readonly #sample: Sample
  readonly #tickRate: number
  readonly #furthest: number
  readonly #columns: readonly EasedColumn[]

  /** Of a sample that nobody else moves. */
  constructor(plan: GamePlan, sample: Sample) {
    this.#sample = sample
    this.#tickRate = plan.game.tickRate
    this.#furthest = (MAX_EXTRAPOLATION_MS * this.#tickRate) / 1000
    this.#columns = sample.tables.flatMap((table) => table.glides.map((column) => new EasedColumn(table, column)))
  }

  /** Moves the sample to `tick` as its take() does, between `from` and what `history` holds after it. */
  take(tick: number, from: SnapshotBase, history: History<SnapshotBase>): void {
    const sample = this.#sample
    const { tick: last, ahead, base } = sample
    const known = ahead > 0 && ahead < this.#furthest ? history.atOrBefore(Math.floor(last)) : undefined
    const next = known && history.after(known.tick)
    if (known && (known !== base || next)) {
      for (const column of this.#columns) column.keep(base)
      sample.take(last, known, next)
      for (const column of this.#columns) column.compare(known)
    } else for (const column of this.#columns) column.lift()
    sample.take(tick, from, history.after(from.tick))
    const passed = (1000 * Math.max(0, sample.tick - last)) / this.#tickRate
    for (const column of this.#columns) column.draw(sample.base, Math.exp(-passed / EASE_MS))
  }
}

/** A number of all rows of a table. By slot, for the rows there were when it was compared. */
class EasedColumn {
  readonly #table: SampleTable
  readonly #column: Column
  /** Once round, for an angle. */
  readonly #circle: number
  #isEasing = false
  /** The ticks in which the rows were born. */
  #born: Int32Array = new Int32Array(0)
  /** What is drawn less what is true; between keep() and compare() what was drawn. */
  #offsets: Float64Array = new Float64Array(0)
  /** What is true, while something else is drawn. */
  #truths: Float64Array = new Float64Array(0)

  constructor(table: SampleTable, column: Column) {
    this.#table = table
    this.#column = column
    this.#circle = column.wraps ? (column.max + 1) * column.step : 0
  }

  /** Keeps what is drawn of the rows of `base`, and puts back what is true. */
  keep(base: SnapshotBase): void {
    const born = this.#bornIn(base)
    const numbers = this.#table.numbers[this.#column.index]
    if (this.#offsets.length < born.length) this.#offsets = new Float64Array(numbers.length)
    for (let slot = 0; slot < born.length; slot++) this.#offsets[slot] = numbers[slot]
    this.lift()
    this.#born = born
  }

  /** Puts back what is true. */
  lift(): void {
    if (!this.#isEasing) return
    const numbers = this.#table.numbers[this.#column.index]
    const count = this.#born.length
    for (let slot = 0; slot < count; slot++) numbers[slot] = this.#truths[slot]
  }

  /** What was kept less what the sample, at the same tick, has of the rows of `base`. */
  compare(base: SnapshotBase): void {
    const { index, step, snap } = this.#column
    const numbers = this.#table.numbers[index]
    const born = this.#born
    const still = this.#bornIn(base)
    const offsets = this.#offsets
    const circle = this.#circle
    this.#isEasing = false
    for (let slot = 0; slot < born.length; slot++) {
      let off = born[slot] >= 0 && born[slot] === still[slot] ? offsets[slot] - numbers[slot] : 0
      if (circle > 0) off -= circle * Math.round(off / circle)
      offsets[slot] = Math.abs(off) > snap * step || Math.abs(off) < step ? 0 : off
      this.#isEasing ||= offsets[slot] !== 0
    }
    if (this.#truths.length < born.length) this.#truths = new Float64Array(numbers.length)
  }

  /** Adds what is left of the offsets to the numbers of the rows of `base`. */
  draw(base: SnapshotBase, decay: number): void {
    if (!this.#isEasing) return
    const { index, min, step, max } = this.#column
    const numbers = this.#table.numbers[index]
    const born = this.#born
    const still = this.#bornIn(base)
    const offsets = this.#offsets
    const truths = this.#truths
    const circle = this.#circle
    this.#isEasing = false
    for (let slot = 0; slot < born.length; slot++) {
      const truth = numbers[slot]
      const off = offsets[slot] * decay
      truths[slot] = truth
      offsets[slot] = born[slot] !== still[slot] || Math.abs(off) < step / 2 ? 0 : off
      if (offsets[slot] === 0) continue
      this.#isEasing = true
      const drawn = truth + off
      if (circle > 0) numbers[slot] = drawn - circle * Math.floor((drawn - min) / circle)
      else numbers[slot] = Math.max(min, Math.min(min + max * step, drawn))
    }
  }

  #bornIn(base: SnapshotBase): Int32Array {
    return base.tables[this.#table.plan.index].cells.born
  }
}
