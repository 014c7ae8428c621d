// Cuts of five seconds, many of them: a test of seats.test.ts, run so often; a batch each some minutes.
//   npm run soak -- cuts --cuts 10000

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { cuts: { type: 'string', default: '10000' } } })
const cuts = Number(values.cuts)
const BATCH = 500
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const test = ['run', '--reporter', 'json', 'server/test/seats.test.ts', '-t', 'costs nothing']
const cwd = fileURLToPath(new URL('../..', import.meta.url))

let failed = false
for (let done = 0; done < cuts && !failed; ) {
  const batch = Math.min(BATCH, cuts - done)
  // As on a developer's machine: in CI the report would go to the file of all tests.
  const env = { ...process.env, CI: '', RUNS: `${batch}`, FIRST: `${done + 1}` }
  const { stdout } = spawnSync(process.execPath, [vitest, ...test], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  // Also where there is no such test any more.
  const { numPassedTests, testResults } = JSON.parse(stdout.slice(stdout.indexOf('{')))
  failed = numPassedTests !== 1
  done += batch
  if (failed) console.error(JSON.stringify(testResults, undefined, 2))
  else console.log(`cuts: ${done} of ${cuts}`)
}
if (failed) process.exitCode = 1
