// The long run, by itself: worlds that must round-trip, then frames that were tampered with. Of each such frame: it is refused
// with a typed error, or is what the schema allows; what is held has not changed; and beyond what a good frame takes its reader
// allocates no more than 64 KiB and some 2 KiB for each of its bytes (targets.ts). One seed gives the same run.
//   npm run fuzz -w engine -- --worlds 1000000 --frames 10000000 --seed 7

import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Chance, drawGame, drawPlay, roundTrip } from './plays.ts'
import { tampered } from './tamper.ts'
import { commandFrames, measured, stateFrames, type Target, taken } from './targets.ts'

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '1000' },
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
})
const [worlds, frames, seed] = [values.worlds, values.frames, values.seed].map(Number)
const chance = new Chance(seed)
/** Worlds of one game; frames made of one world's. One in so many targets is the server. */
const PER_GAME = 20
const PER_TARGET = 1000
const SERVERS = 10
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

const counts = new Map<string, number>()
const slowest = { ms: 0, where: '-' }
const largest = { bytes: 0, where: '-' }
/** As a share of what is allowed. */
const fullest = { share: 0, where: '-' }

function take(target: Target, reader: ReturnType<Target['reader']>, frame: Uint8Array): void {
  const { outcome, check, ms, bytes } = taken(reader, frame)
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  check()
  target.check()
  const allowed = target.allowed(frame.length)
  if (ms <= slowest.ms && bytes <= largest.bytes && bytes / allowed <= fullest.share) return
  const again = measured(target, frame)
  const where = `${target.about}; ${frame.length} bytes: ${outcome}`
  const least = { ms: Math.min(ms, again.ms), bytes: Math.min(bytes, again.bytes) }
  if (least.ms > slowest.ms) Object.assign(slowest, { ms: least.ms, where })
  if (least.bytes > largest.bytes) Object.assign(largest, { bytes: least.bytes, where })
  if (least.bytes / allowed > fullest.share) Object.assign(fullest, { share: least.bytes / allowed, where })
  if (least.bytes > allowed) throw new Error(`${least.bytes} bytes were allocated: expected at most ${allowed}`)
}

console.log(`seed ${seed}`)
let where = ''
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
  const fed = progress('tampered frames', frames)
  for (let t = 0; t * PER_TARGET < frames; t++) {
    const target = t % SERVERS === 1 ? commandFrames(chance) : stateFrames(chance, drawPlay(chance, drawGame(chance)))
    where = target.about
    const reader = target.reader()
    const n = Math.min(PER_TARGET, frames - t * PER_TARGET)
    for (let i = 0; i < n; i++) {
      const frame = tampered(chance, target.frames)
      where = `${target.about}: ${Buffer.from(frame).toString('hex')}`
      take(target, reader, frame)
    }
    fed(n)
  }
} catch (error) {
  console.error(`seed ${seed}, ${where}`)
  throw error
}
for (const [what, n] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`  ${what}: ${n}`)
console.log(`slowest: ${slowest.ms.toFixed(3)} ms (${slowest.where})`)
console.log(`largest allocation: ${largest.bytes} bytes (${largest.where})`)
console.log(`largest share of what is allowed: ${Math.round(100 * fullest.share)} % (${fullest.where})`)
