// `bench bundle`: what a player's browser downloads, and what takes the space.

import type { Benchmark, Findings, Progress } from './benchmark.ts'
import { bundle, GAME, partOf, SOCKET_IO, sharesOf } from './bundle/measure.ts'

/** KB, issue 7. */
const GOAL = 42
const LARGEST = 15

export const bundleBenchmark: Benchmark = {
  name: 'bundle',
  summary: 'what a page downloads, minified and gzipped, and what takes the space',
  options: [],
  inAll: {},
  run,
}

async function run(_: object, progress: Progress): Promise<Findings> {
  progress.total(3)
  progress.step('a page that plays')
  const whole = await bundle(GAME)
  progress.step('the same with all texts')
  const wordy = await bundle(GAME, 'wordy')
  progress.step('Socket.IO alone')
  const alone = await bundle(SOCKET_IO)
  const kb = (bytes: number) => bytes / 1000
  const rows = (by: (name: string) => string) =>
    sharesOf(whole.modules, whole.gzipped, by).map(({ part, gzipped, modules }) => ({
      part,
      gzipped: kb(gzipped),
      modules,
      share: (100 * gzipped) / whole.gzipped,
    }))
  const columns = [
    { key: 'part', title: '' },
    { key: 'gzipped', title: 'KB', digits: 1 },
    { key: 'share', title: '%', digits: 1 },
  ]
  return {
    figures: [
      { name: 'Tickwire with socket.io-client, min+gzip', value: kb(whole.gzipped), unit: 'KB', most: GOAL },
      { name: 'with all texts of errors, min+gzip', value: kb(wordy.gzipped), unit: 'KB' },
      { name: 'socket.io-client alone, min+gzip', value: kb(alone.gzipped), unit: 'KB' },
    ],
    parameters: {},
    method: [
      'A game of one moving entity, connect() and frame(), bundled by Vite with its defaults for es2022, and compressed by gzip -9. Long-polling, prediction and reconnecting are in it. A production build leaves out the texts of errors that only a developer causes, and the checks of the contract (engine/build/lean.ts). KB are 1,000 bytes.',
      'What a part takes: how much less the others are without it, scaled to add up to the whole.',
    ],
    tables: [
      {
        title: 'The client in a browser',
        columns: [
          { key: 'part', title: '' },
          { key: 'minified', title: 'minified KB', digits: 1 },
          { key: 'gzipped', title: 'min+gzip KB', digits: 1 },
        ],
        rows: [
          {
            part: 'Tickwire, all of it',
            minified: kb(whole.minified),
            gzipped: kb(whole.gzipped),
          },
          {
            part: 'the same, with all texts of errors',
            minified: kb(wordy.minified),
            gzipped: kb(wordy.gzipped),
          },
          {
            part: 'socket.io-client alone',
            minified: kb(alone.minified),
            gzipped: kb(alone.gzipped),
          },
        ],
      },
      { title: 'By package and room', columns: [...columns, { key: 'modules', title: 'files' }], rows: rows(partOf) },
      { title: `The largest ${LARGEST} files`, columns, rows: rows((name) => name).slice(0, LARGEST) },
    ],
  }
}
