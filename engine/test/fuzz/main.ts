// The long run, by itself: worlds that must round-trip, then frames that were tampered with, for every parser that faces the
// wire. Of each such frame: it is refused with an error that is meant for it, or is what the schema allows; what is held has
// not changed; and beyond what a good frame takes its reader allocates no more than 64 KiB and some 2 KiB for each of its
// bytes (target.ts). One seed gives the same run.
//   npm run fuzz -w engine -- --worlds 1000000 --frames 10000000 --targets states,commands --seed 7

import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { TARGETS } from './all.ts'
import { Keeper, keptTarget, save } from './corpus.ts'
import { Chance, drawGame, drawPlay, roundTrip } from './plays.ts'
import { tampered } from './tamper.ts'
import { measured, type Target, taken } from './target.ts'

const NAMES = Object.keys(TARGETS)
const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '1000' },
    /** For each target. */
    frames: { type: 'string', default: '20000' },
    targets: { type: 'string', default: NAMES.join() },
    seed: { type: 'string', default: '1' },
    /** Adds what takes a new way to the corpus. */
    keep: { type: 'boolean', default: false },
  },
})
const [worlds, frames, seed] = [values.worlds, values.frames, values.seed].map(Number)
const names = values.targets.split(',')
for (const name of names) if (!TARGETS[name]) throw new Error(`no target '${name}': expected ${NAMES.join(', ')}`)
const chance = new Chance(seed)
/** Worlds of one game; frames made of one world's. */
const PER_GAME = 20
const PER_TARGET = 1000
const REPORT_MS = 10_000

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

/** What a parser's frames came to. */
class Tally {
  readonly #counts = new Map<string, number>()
  readonly #slowest = { ms: 0, where: '-' }
  readonly #largest = { bytes: 0, where: '-' }
  /** As a share of what is allowed. */
  readonly #fullest = { share: 0, where: '-' }
  readonly keeper: Keeper = new Keeper()

  take(target: Target, reader: ReturnType<Target['reader']>, frame: Uint8Array): void {
    const { outcome, way, check, ms, bytes } = taken(target, reader, frame)
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1)
    check()
    target.check()
    if (values.keep) this.keeper.offer(way, frame)
    const allowed = target.allowed(frame.length)
    if (ms <= this.#slowest.ms && bytes <= this.#largest.bytes && bytes / allowed <= this.#fullest.share) return
    const again = measured(target, frame)
    const where = `${target.about}; ${frame.length} bytes: ${outcome}`
    const least = { ms: Math.min(ms, again.ms), bytes: Math.min(bytes, again.bytes) }
    if (least.ms > this.#slowest.ms) Object.assign(this.#slowest, { ms: least.ms, where })
    if (least.bytes > this.#largest.bytes) Object.assign(this.#largest, { bytes: least.bytes, where })
    if (least.bytes / allowed > this.#fullest.share)
      Object.assign(this.#fullest, { share: least.bytes / allowed, where })
    if (least.bytes > allowed) throw new Error(`${least.bytes} bytes were allocated: expected at most ${allowed}`)
  }

  print(): void {
    for (const [what, n] of [...this.#counts].sort((a, b) => b[1] - a[1])) console.log(`  ${what}: ${n}`)
    console.log(`  slowest: ${this.#slowest.ms.toFixed(3)} ms (${this.#slowest.where})`)
    console.log(`  largest allocation: ${this.#largest.bytes} bytes (${this.#largest.where})`)
    const share = Math.round(100 * this.#fullest.share)
    console.log(`  largest share of what is allowed: ${share} % (${this.#fullest.where})`)
  }
}

console.log(`seed ${seed}`)
let where = ''
const met = new Map<string, readonly Uint8Array[]>()
try {
  const world = progress('worlds', worlds)
  for (let w = 0, game = drawGame(chance); w < worlds; w++) {
    if (w % PER_GAME === 0) game = drawGame(chance)
    where = game.about
    const play = drawPlay(chance, game)
    where = play.about
    roundTrip(chance, play)
    world(1)
  }
  for (const name of names) {
    const fed = progress(name, frames)
    const tally = new Tally()
    for (let done = 0; done < frames; done += PER_TARGET) {
      where = name
      const target = values.keep ? keptTarget(name) : TARGETS[name](chance)
      const reader = target.reader()
      const n = Math.min(PER_TARGET, frames - done)
      for (let i = 0; i < n; i++) {
        const frame = tampered(chance, target.frames)
        where = `${name}, ${target.about}: ${Buffer.from(frame).toString('hex')}`
        tally.take(target, reader, frame)
      }
      fed(n)
    }
    tally.print()
    met.set(name, tally.keeper.frames)
  }
} catch (error) {
  console.error(`seed ${seed}, ${where}`)
  throw error
}
if (values.keep) console.log(`kept: ${save(met)} frames`)
