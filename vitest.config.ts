// Four projects, one after the other: unit (seconds, run all day), simulated (whole servers and clients under the virtual
// clock, bound by the processor), system (real sockets, threads and processes in real time, which mostly wait), browser (a
// real Chromium). What runs in real time has nothing beside it that takes all there is of the processor.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const conditions = ['@tickwire/source']
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } }

/** By default Vitest leaves one of two processors idle. */
const maxWorkers = availableParallelism()

const realTime = [
  'server/test/{alive,api,bots,connect,host,hostile,join,packages,reconnect,silent,soak,stock,threads,wire}.test.ts',
  'benchmarks/test/{arena,smoke}.test.ts',
]

export default defineConfig({
  test: {
    // What .ci/run counts.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'artifacts/tests.json' }]] : ['default'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['{engine,server,demo-game,benchmarks}/src/**/*.test.ts'],
          testTimeout: 20_000,
          maxWorkers,
          // They are pure: modules loaded once for all of them halve the time.
          isolate: false,
          pool: 'threads',
        },
      },
      {
        ...shared,
        test: {
          name: 'simulated',
          sequence: { groupOrder: 1 },
          include: ['{engine,server,benchmarks}/test/**/*.test.ts'],
          exclude: realTime,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers,
          // Of what a simulation leaves behind most is soon garbage: with more room it is collected less often.
          execArgv: ['--max-semi-space-size=64'],
        },
      },
      {
        ...shared,
        test: {
          name: 'system',
          sequence: { groupOrder: 2 },
          include: realTime,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: Math.min(2, maxWorkers),
        },
      },
      {
        ...shared,
        test: {
          name: 'browser',
          sequence: { groupOrder: 3 },
          include: ['demo-game/test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
