// Cuts of five seconds, many of them: a test of seats.test.ts, run so often.
//   npm run soak -- cuts --cuts 10000

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { cuts: { type: 'string', default: '10000' } } })
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const test = ['run', '--project', 'system', 'server/test/seats.test.ts', '-t', 'costs nothing']
const env = { ...process.env, RUNS: values.cuts }
const cwd = fileURLToPath(new URL('../..', import.meta.url))
process.exitCode = spawnSync(process.execPath, [vitest, ...test], { cwd, env, stdio: 'inherit' }).status ?? 1
