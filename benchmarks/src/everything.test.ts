import { Option } from 'commander'
import { expect, test } from 'vitest'
import type { Benchmark } from './benchmark.ts'
import { optionsOf, runAll, wordsOf } from './everything.ts'
import { count, counts } from './options.ts'

const benchmark = (run: Benchmark['run']): Benchmark => ({
  name: 'one',
  summary: '',
  options: [
    new Option('--players <list>').default([8, 100], '8,100').argParser(counts),
    new Option('--seconds <n>').default(60).argParser(count),
    new Option('--seed <n>').default(1).argParser(count),
    new Option('--peers'),
  ],
  inAll: { seconds: 5 },
  run,
})
const nothing = { parameters: {}, method: [], tables: [] }
const quiet = () => ({ progress: { total() {}, step() {} }, done() {} })

test('of all, one has its defaults, what it says for that, and what was given for the whole', () => {
  const one = benchmark(async () => nothing)
  expect(optionsOf(one, {})).toEqual({ players: [8, 100], seconds: 5, seed: 1 })
  expect(optionsOf(one, { players: '200', peers: true, profile: 'cable' })).toEqual({
    players: [200],
    seconds: 5,
    seed: 1,
    peers: true,
  })
  expect(wordsOf(one, { players: '200', peers: true, profile: 'cable' })).toEqual([
    ...['one', '--players', '200', '--seconds', '5', '--peers'],
  ])
})

test('what is given and can not be read is said before anything runs', async () => {
  let ran = 0
  const one = benchmark(async () => {
    ran++
    return nothing
  })
  await expect(runAll([one], { players: 'many' }, quiet)).rejects.toThrow('whole number')
  expect(ran).toBe(0)
})

test('one that fails says why, and the next one runs', async () => {
  const failing = benchmark(async () => {
    throw new Error('no such port')
  })
  const reports = await runAll([failing, benchmark(async () => nothing)], {}, quiet)
  expect(reports.map(({ failure }) => failure)).toEqual(['no such port', undefined])
})
