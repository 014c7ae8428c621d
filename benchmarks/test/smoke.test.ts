// The command line as people run it, with very little work: what it prints and what it writes.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Report } from '../src/report.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'bench-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function bench(...words: string[]): Promise<{ report: Report; printed: string }> {
  const json = path.join(folder, `${words.slice(0, 3).join('-')}.json`)
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '-C', '@tickwire/source', 'src/main.ts', ...words, '--json', json],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) }
  )
  return { report: JSON.parse(await readFile(json, 'utf8')), printed: stdout }
}

function expectProvenance({ report, printed }: { report: Report; printed: string }): void {
  expect(report.machine.node).toBe(process.version)
  expect(report.command).toContain('npm run bench -- ')
  expect(report.versions['@colyseus/schema']).toMatch(/^5\./)
  expect(report.method.length).toBeGreaterThan(0)
  for (const line of [report.command, report.machine.cpu, report.machine.node, ...report.method])
    expect(printed).toContain(line)
}

test('codec: a row of figures for every contender, and the machine and method beside them', async () => {
  const ran = await bench('codec', '--only', 'arena', '--entities', '20', '--ticks', '10', '--rounds', '1')
  expectProvenance(ran)
  const { benchmark, parameters, tables } = ran.report
  expect(benchmark).toBe('codec')
  expect(parameters).toMatchObject({ entities: 20, ticks: 10, rounds: 1, variant: 'arena' })
  const [figures, shares] = tables
  expect(figures.rows.map(({ name }) => name)).toEqual([
    'tickwire',
    'tickwire-trained',
    'tickwire-steered',
    'json',
    'msgpackr',
    'colyseus',
    'colyseus-expert',
  ])
  for (const row of figures.rows)
    for (const key of ['bytes', 'most', 'full', 'encode', 'decode', 'read']) expect(row[key]).toBeGreaterThan(0)
  for (const row of shares.rows)
    for (const kind of ['bytes', 'encode', 'decode'])
      for (const peer of ['colyseus', 'colyseus-expert']) expect(row[`${kind}/${peer}`]).toBeGreaterThan(0)
  expect(shares.rows.find(({ name }) => name === 'colyseus')!['bytes/colyseus']).toBe(1)
})

test('codec: sizes of scenes, of joining, while learning, and of the cubes', async () => {
  const words = ['--only', 'sizes,learning,cubes', '--entities', '10', '--ticks', '40', '--frames', '40', '--explain']
  const ran = await bench('codec', ...words)
  expectProvenance(ran)
  const [scenes, join, learning, near, far, ...explained] = ran.report.tables
  expect(scenes.rows.map(({ scene }) => scene)).toEqual(['arena', 'plain', 'herd', 'shots', 'idle', 'straight'])
  for (const row of scenes.rows)
    for (const key of ['untrained', 'trained', 'prior', 'steered']) expect(row[key]).toBeGreaterThan(0)
  const [{ keyframe, prior, together }] = join.rows as Record<string, number>[]
  expect(together).toBe(keyframe + prior)
  expect(learning.rows.map(({ ticks }) => ticks)).toEqual(['2 to 59', '60 to 239', '240 to 299', '300 to 900'])
  expect(near.rows).toMatchObject([
    { name: 'cubes-fast', frames: 38, from: 'cubes-slow' },
    { name: 'cubes-slow', frames: 38, from: 'cubes-fast' },
  ])
  expect(far.rows).toMatchObject([{ frames: 28 }, { frames: 28 }])
  for (const row of [...near.rows, ...far.rows])
    for (const key of ['untrained', 'trained', 'prior']) expect(row[key]).toBeGreaterThan(0)
  expect(explained).toHaveLength(4)
  for (const { rows } of explained) {
    expect(rows.map(({ kind }) => kind)).toContain('residuals')
    const sum = rows.reduce((shares, { share }) => shares + (share as number), 0)
    expect(sum).toBeCloseTo(100)
  }
})

test('latency: from the tick to the client and to the screen, from a key to both screens', async () => {
  const ran = await bench('latency', '--rate', '30', '--players', '4', '--seconds', '0.6', '--slices', '1')
  expectProvenance(ran)
  const { tables, figures } = ran.report
  expect(tables).toHaveLength(5)
  for (const { rows } of tables) {
    // Colyseus, too, where it is installed.
    expect(rows.map(({ who }) => who).slice(0, 2)).toEqual(['Tickwire', 'raw ws, our codec'])
    for (const row of rows) {
      expect(row).toMatchObject({ rate: 30, players: 4 })
      for (const key of ['p50', 'p99', 'max', 'samples']) expect(row[key]).toBeGreaterThan(0)
    }
  }
  expect(figures?.map(({ name }) => name)).toContain('4 players at 30 Hz: tick to decoded p50')
})

test('an option that cannot be is refused with the reason', async () => {
  await Promise.all([
    expect(bench('codec', '--ticks', 'many')).rejects.toThrow(/expected a whole number of at least 1/),
    expect(bench('codec', '--only', 'arena,tanks')).rejects.toThrow(/'tanks': expected one or more of arena, sizes/),
    expect(bench('codec', '--data', folder)).rejects.toThrow(/0 recordings \(\*\.i16\.br\): expected two/),
  ])
})
