// Two matches of one seed that differ in what one player may not see, and in nothing else: columns of the server's and of other
// owners, events to others. What is written to that player must be the same, byte for byte: frames, notices, tables.

import type { AnyGame } from '@tickwire/engine'
import { settleRecord, type WorldBase } from '@tickwire/engine/wire'
import fc from 'fast-check'
import type { RowBase } from '../../../engine/src/state/row.ts'
import { everything } from '../../../engine/test/fuzz/everything.ts'
import { Chance } from '../../../engine/test/fuzz/plays.ts'
import { anyGame, Churn } from '../../../engine/test/worlds.ts'
import type { Connection, SharedFrame } from '../../src/match/connection.ts'
import { Learner } from '../../src/match/learner.ts'
import { LiveMatch } from '../../src/match/match.ts'
import type { Player } from '../../src/match/rules.ts'
import type { Seat } from '../../src/match/seat.ts'

/** The one who looks; players are 1, 2, 3. */
const VIEWER = 1
const PLAYERS = 3
const ROUND_TRIP = 2
/** Of learning, after a tick. */
const PIECES = 20
/** Pairs of one game. */
const PER_GAME = 20

/** Keeps what was written to it. */
class Log implements Connection {
  readonly bufferedAmount = 0
  readonly written: Uint8Array[] = []

  sendFrame({ bytes }: SharedFrame, head?: Uint8Array): void {
    this.written.push(head ? Uint8Array.from([...head, ...bytes.subarray(2)]) : bytes)
  }
  notify(message: Uint8Array): void {
    this.written.push(message)
  }
  enter(): void {}
  exit(): void {}
  close(): void {}
}

/** What the viewer may not see: another in each of the two. What becomes the viewer's own is the same in both from then on. */
class Hidden {
  readonly #secrets: Churn
  readonly #shown: Churn
  #own = new Set<number>()

  constructor(game: AnyGame, seed: number, isOther: boolean, world: WorldBase) {
    this.#secrets = new Churn(game, seed + Number(isOther), 0, world)
    this.#shown = new Churn(game, seed, 0, world)
  }

  redraw(): void {
    const isOwn = (row: RowBase) => row.owner === VIEWER
    this.#secrets.redraw((row, audience) => audience === 'server' || (audience === 'owner' && !isOwn(row)))
    this.#shown.redraw((row, audience) => audience === 'owner' && isOwn(row) && !this.#own.has(row.id))
    this.#own = new Set(this.#secrets.tables.flatMap((table) => [...table].filter(isOwn).map(({ id }) => id)))
  }
}

interface Told {
  readonly viewer: readonly Uint8Array[]
  readonly others: readonly Uint8Array[]
}

/** What came of a pair: whether anything was hidden that others were told. Throws where the viewer was told of it. */
export interface Pair {
  /** Frames and notices that the viewer got. */
  readonly messages: number
  /** Whether the others' bytes tell the two apart. */
  readonly differs: boolean
}

/** @throws an Error that names the message in which the two differ */
export async function pair(seed: number): Promise<Pair> {
  const one = await play(seed, false)
  const other = await play(seed, true)
  const count = Math.max(one.viewer.length, other.viewer.length)
  for (let at = 0; at < count; at++)
    if (!same(one.viewer[at], other.viewer[at]))
      throw new Error(
        `seed ${seed}: message ${at} of ${count} to the viewer tells two worlds apart:\n` +
          `${hex(one.viewer[at])}\n${hex(other.viewer[at])}`
      )
  return { messages: count, differs: !one.others.every((bytes, at) => same(bytes, other.others[at])) }
}

/** One of the two: the same but for what is hidden. */
async function play(seed: number, isOther: boolean): Promise<Told> {
  const chance = new Chance(seed)
  const game = gameOf(Math.floor(seed / PER_GAME))
  const calm = chance.pick([0, 0.5, 0.9, 1])
  const ticks = 4 + chance.below(12)
  const [churnSeed, hiddenSeed] = [chance.below(2 ** 31), chance.below(2 ** 31)]
  const learner = new Learner(game)
  const pieces = chance.pick([0, 0, 0, PIECES])
  const crowd = chance.pick([0, 0, 8])
  let hidden: Hidden | undefined
  let churn: Churn | undefined
  const match: LiveMatch = new LiveMatch<AnyGame>({
    id: 'm',
    game,
    rules: {
      tick: ({ world }) => {
        churn ??= new Churn(game, churnSeed, crowd, world as never)
        hidden ??= new Hidden(game, hiddenSeed, isOther, world as never)
        churn.stir(calm)
        hidden.redraw()
        emitSome(match, chance, isOther)
      },
    },
    options: settleRecord({ name: 'options', fields: [] } as never, {}, 'ERR_FIELD_VALUE'),
    seed,
    learner,
    warn: () => {},
  })
  const seats: Seat[] = []
  const logs = Array.from({ length: PLAYERS }, () => new Log())
  for (const log of logs) {
    const seat = match.join('', log)
    match.step()
    seats.push(await seat)
    match.admit(seats.at(-1)!, log)
  }
  // Some acknowledge at once, some late, some lose what they had: the same in both.
  const lags = seats.map(() => chance.pick([0, 1, ROUND_TRIP, 9]))
  const resyncs = seats.map(() => chance.below(40))
  for (let at = 0; at < ticks; at++) {
    match.step()
    if (match.ended !== undefined) throw new Error(`seed ${seed}: ${match.ended}`)
    for (let piece = 0; piece < pieces; piece++) learner.work()
    for (const [n, seat] of seats.entries()) {
      const ack = match.tick - lags[n]
      if (ack >= 0 && ack > PLAYERS)
        match.commands(seat, { ack, arrivedAt: 0, drawn: ack, renderTick: ack, first: match.tick + 2, commands: [] })
      if (resyncs[n] === at) match.resync(seat, 'unsound')
    }
  }
  const [viewer, ...others] = logs.map(({ written }) => written)
  return { viewer, others: others.flat() }
}

/** Events, some of them to some; what the viewer gets is the same. */
function emitSome(match: LiveMatch, chance: Chance, isOther: boolean): void {
  if (match.game !== everything) return
  const players = [...match.players]
  const others = players.filter(({ id }) => id !== VIEWER)
  const emit = (n: number, to?: Player[]) => match.emit('boom' as never, { at: { x: n, y: 1 } } as never, { to })
  if (chance.below(3) === 0) emit(chance.below(60))
  if (chance.below(3) === 0) emit(chance.below(60), players)
  const hidden = chance.below(30)
  if (chance.below(2) === 0) emit(isOther ? hidden : 60, others)
  if (chance.below(3) === 0 && isOther) emit(61, others.slice(0, 1))
}

let drawn: { readonly seed: number; readonly game: AnyGame } | undefined

function gameOf(seed: number): AnyGame {
  if (seed % 4 === 0) return everything
  if (drawn?.seed !== seed) drawn = { seed, game: fc.sample(anyGame, { numRuns: 1, seed })[0] }
  return drawn.game
}

function same(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes ? Buffer.from(bytes).toString('hex') : 'nothing'
}
