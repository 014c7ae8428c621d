// What main.ts runs. It stops at the first thing that does not hold, and says which frame it was.

import { performance } from 'node:perf_hooks'
import { TARGETS } from './all.ts'
import { Keeper, keptTarget } from './keeper.ts'
import { Chance, drawGame, drawPlay, roundTrip } from './plays.ts'
import { Tally } from './tally.ts'
import { tampered } from './tamper.ts'

export interface Options {
  readonly worlds: number
  /** Of each parser. */
  readonly frames: number
  /** For each parser, at most. */
  readonly minutes: number
  /** Of the parsers, as all.ts has them. */
  readonly names: readonly string[]
  readonly seed: number
  /** Tampers with frames of the corpus's targets, and keeps those that take a new way. */
  readonly keep: boolean
}

/** Worlds of one game; frames made of one world's. */
const PER_GAME = 20
const PER_TARGET = 1000
const REPORT_MS = 10_000

/** The frames that were kept, by parser. */
export function fuzz(options: Options): Map<string, readonly Uint8Array[]> {
  const { worlds, names, seed } = options
  console.log(`seed ${seed}`)
  const chance = new Chance(seed)
  testWorlds(chance, worlds, seed)
  return new Map(names.map((name) => [name, testFrames(chance, name, options)]))
}

function testWorlds(chance: Chance, worlds: number, seed: number): void {
  const done = progress('worlds', worlds)
  let where = ''
  try {
    for (let w = 0, game = drawGame(chance); w < worlds; w++) {
      if (w % PER_GAME === 0) game = drawGame(chance)
      where = game.about
      const play = drawPlay(chance, game)
      where = play.about
      roundTrip(chance, play)
      done(1)
    }
  } catch (error) {
    console.error(`seed ${seed}, ${where}`)
    throw error
  }
}

function testFrames(chance: Chance, name: string, { frames, minutes, seed, keep }: Options): Uint8Array[] {
  const end = performance.now() + minutes * 60_000
  const fed = progress(name, frames)
  const tally = new Tally()
  const keeper = new Keeper()
  for (let done = 0; done < frames && performance.now() < end; done += PER_TARGET) {
    const target = keep ? keptTarget(name) : TARGETS[name](chance)
    const reader = target.reader()
    const n = Math.min(PER_TARGET, frames - done)
    const { stackTraceLimit } = Error
    for (let i = 0; i < n; i++) {
      const frame = tampered(chance, target.frames)
      try {
        // Of a refusal nobody looks at the stack.
        Error.stackTraceLimit = 0
        const got = tally.take(target, reader, frame)
        if (keep) keeper.offer(got.way, frame)
      } catch (error) {
        Error.stackTraceLimit = stackTraceLimit
        console.error(`seed ${seed}, ${name}, ${target.about}: ${Buffer.from(frame).toString('hex')}`)
        // Most fail again, and then say where.
        tally.take(target, reader, frame)
        throw error
      }
    }
    Error.stackTraceLimit = stackTraceLimit
    fed(n)
  }
  tally.print()
  return keeper.frames
}

/** Tells now and then how far it is; at the end, too. */
function progress(what: string, of: number): (n: number) => void {
  const start = performance.now()
  let count = 0
  let next = start + REPORT_MS
  return (n) => {
    count += n
    if (performance.now() < next && count < of) return
    next = performance.now() + REPORT_MS
    const seconds = (performance.now() - start) / 1000
    console.log(`${what}: ${count} of ${of}, ${Math.round(count / seconds)} a second`)
  }
}
