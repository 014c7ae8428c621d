// The long run, by itself: worlds that must round-trip, then frames that were tampered with, for every parser that faces the
// wire. One seed gives the same run.
//   npm run fuzz -w engine -- --worlds 1000000 --frames 10000000 --targets states,commands --seed 7

import { parseArgs } from 'node:util'
import { whole } from '../whole.ts'
import { TARGETS } from './all.ts'
import { save } from './corpus.ts'

const NAMES = Object.keys(TARGETS)
const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '1000' },
    /** For each target. */
    frames: { type: 'string', default: '20000' },
    /** For each target at most; fewer frames then. */
    minutes: { type: 'string', default: 'Infinity' },
    targets: { type: 'string', default: NAMES.join() },
    seed: { type: 'string', default: '1' },
    /** Adds what takes a new way to the corpus. */
    keep: { type: 'boolean', default: false },
  },
})
const [worlds, frames, minutes, seed] = [values.worlds, values.frames, values.minutes, values.seed].map(Number)
const names = values.targets.split(',')
for (const name of names) if (!TARGETS[name]) throw new Error(`no target '${name}': expected ${NAMES.join(', ')}`)

const { fuzz } = await whole<typeof import('./fuzz.ts')>(new URL('fuzz.ts', import.meta.url))
const met = fuzz({ worlds, frames, minutes, names, seed, keep: values.keep })
if (values.keep) console.log(`kept: ${save(met)} frames`)
