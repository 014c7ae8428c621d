// Three projects: unit (seconds, run all day), system (whole servers and stock clients), browser (a real Chromium).
import { defineConfig } from 'vitest/config'

const conditions = ['@tickwire/source']
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } }

export default defineConfig({
  test: {
    // What .ci/run counts.
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'artifacts/tests.json' }]] : ['default'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{engine,server,demo-game,benchmarks}/src/**/*.test.ts'],
          testTimeout: 20_000,
          // They are pure: modules loaded once for all of them halve the time.
          isolate: false,
          pool: 'threads',
        },
      },
      {
        ...shared,
        test: {
          name: 'system',
          include: ['{engine,server,benchmarks}/test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'browser',
          include: ['demo-game/test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
