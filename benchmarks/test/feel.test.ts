// `bench feel` as people run it, with a minute of one network.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Report } from '../src/report.ts'

test('feel: a bound and a figure for every line, and what follows below the table', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'feel-'))
  const json = path.join(folder, 'feel.json')
  const words = ['feel', '--profile', 'wifi', '--minutes', '1', '--fps', '60', '--seed', '5', '--json', json]
  await promisify(execFile)(process.execPath, ['--import', 'tsx', '-C', '@tickwire/source', 'src/main.ts', ...words], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  })
  const { parameters, tables }: Report = JSON.parse(await readFile(json, 'utf8'))
  await rm(folder, { recursive: true })

  expect(parameters).toEqual({ profile: 'wifi', minutes: 1, seed: 5, rate: 30, fps: [60] })
  const [verdicts, beside, back, presses, pushes] = tables
  expect(verdicts.title).toMatch(/^1 minutes at 30 Hz, seed 5: \d of 9 cells within bounds$/)
  expect(verdicts.rows).toHaveLength(18)
  for (const [at, { what, wifi }] of verdicts.rows.entries()) {
    expect(what).toBe(at % 2 === 0 ? 'bound' : '60 Hz')
    if (at % 2 === 1) expect(wifi).toMatch(/^-?\d.* [✓✗]$/)
  }
  expect(verdicts.rows[0]).toMatchObject({ line: 'steady row: drawn speed, %, p1-p99', wifi: '98-102' })
  expect(beside.rows[0]).toMatchObject({ line: 'J down, ms', fps: 60, wifi: expect.stringMatching(/^1[89]\.\d$/) })
  expect(back.rows).toHaveLength(5)
  expect(presses.rows).toMatchObject([
    { rate: 20, fps: 60 },
    { rate: 30, fps: 60 },
  ])
  expect(pushes.rows).toMatchObject([{ fps: 60, wifi: expect.stringMatching(/^\d+\.\d [✓✗]$/) }])
})
