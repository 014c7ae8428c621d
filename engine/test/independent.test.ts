// A second decoder, written from PROTOCOL.md alone (independent/): it shares no line with src/. It is slow and plain, rule by
// rule, and reads the frames of golden.json, whose contracts stand here once more as data.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Bits, bytesOf, unzigzag } from './independent/bits.ts'
import {
  angle,
  bool,
  contractOf,
  data,
  describeField,
  int,
  list,
  oneOf,
  owner,
  quat,
  ranged,
  ref,
  type Spec,
  schemaHash,
  text,
  tick,
  vec2,
} from './independent/contract.ts'
import { idOf, merge, ownerHash, readEvents, readOwned, readRecord, show, stateHash } from './independent/frames.ts'
import { genericPrior, readPrior } from './independent/priors.ts'
import { type Chunk, nearest, readChunk, type Snapshot } from './independent/state.ts'
import { msgpack } from './independent/values.ts'

const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8'))

// --- The contracts (S20) ---------------------------------------------------------------------------------------------

const ship: Spec[] = [
  owner,
  ranged('x', 0, 4096, 1 / 256, { rate: 'vx' }),
  ranged('vx', -512, 512, 1 / 64),
  vec2('pos', ranged('', -100, 100, 0.5), { rate: 'vel' }),
  vec2('vel', ranged('', -64, 64, 0.25)),
  angle('heading', 10, { rate: 'spin' }),
  ranged('spin', -8, 8, 1 / 64),
  int('fuel', 0, 1000, { linear: true }),
  quat('turn', 9, { linear: true }),
  bool('on', { zero: true }),
  oneOf('mode', ['idle', 'busy', 'gone'], { zero: 'busy' }),
  text('name', 12),
  list('bag', ranged('', 0, 1, 0.25), 4),
  list('path', vec2('', int('', -8, 7)), 3),
  data('note', 32),
  ref('target', 'ship'),
  tick('due', { zero: 5 }),
  int('ammo', 0, 50, { zero: 50, only: 'owner' }),
  text('log', 8, { zero: '-', only: 'owner' }),
  quat('aim', 7, { only: 'owner' }),
  int('fuse', 0, 90, { zero: 7, only: 'server' }),
]
const state: Spec[] = [
  owner,
  oneOf('phase', ['waiting', 'playing', 'over']),
  int('round', 0, 255, { linear: true }),
  int('secret', 0, 9, { only: 'server' }),
]
const game = contractOf('golden', 30, [
  { name: 'ship', fields: ship, maxRows: 65536 },
  { name: 'shot', fields: [owner, int('n', 0, 9)], maxRows: 100 },
  { name: 'state', fields: state, maxRows: 1 },
])
const command: Spec[] = [int('turn', -1, 1), ranged('thrust', 0, 1, 0.25), bool('fire'), ref('at', 'ship')]
const events: [string, Spec[]][] = [
  ['boom', [vec2('at', int('', 0, 63))]],
  ['said', [text('text', 20), ref('to', 'ship')]],
  ['rang', []],
]

/** What the game itself knows of bees: S44. */
const speedOf = (heading: number): number => 16 * 512 + ((heading < 128 ? heading : 255 - heading) - 64) * 55
const swarm = contractOf('swarm', 20, [
  {
    name: 'bee',
    fields: [
      owner,
      ranged('x', 0, 1024, 1 / 16, { rate: 'vx' }),
      ranged('vx', -64, 64, 1 / 8),
      angle('heading', 8),
      int('food', 0, 20000, { zero: 100 }),
      int('hive', 0, 9),
    ],
    maxRows: 65536,
    predictor: {
      version: 3,
      order: ['heading', 'vx'],
      columns: {
        vx: ({ count, slots, ticks, now }, out) => {
          for (let i = 0; i < count; i++) out[i] = speedOf(now('heading')[slots[i]]) + ticks
        },
        food: ({ count, slots, ticks, base, before, wasBefore }, out) => {
          for (let i = 0; i < count; i++) {
            const food = base('food')[slots[i]]
            out[i] = 16 * (food + (wasBefore(slots[i]) ? food - before('food')![slots[i]] : 0) * ticks)
          }
        },
      },
    },
  },
  { name: 'state', fields: [owner], maxRows: 1 },
])
/** Only of the generic prior. */
const generic = genericPrior(game)
const only = (epoch: number) => (epoch === 0 ? generic : undefined)

// --- The golden frames -----------------------------------------------------------------------------------------------

describe('golden vectors, read by a decoder of their own', () => {
  it('I1 the schemas have these hashes', () => {
    const all = (fields: readonly Spec[]) => fields.map(describeField)
    const requests = [['say', all([text('text', 20)]), all([int('heard', 0, 1000), quat('aim', 5)])]]
    const options = all([oneOf('map', ['open', 'rocks'])])
    const kinds = events.map(([name, fields]) => [name, all(fields)])
    expect(schemaHash(game, all(command), kinds, requests, options)).toBe(golden.schema)
    expect(schemaHash(swarm, [], [], [], [])).toBe(golden.swarm.schema)
  })

  const held = new Map<string, Snapshot>()
  it.each<{ about: string }>(golden.frames)('F6-F8 S O E H: $about', (given) => {
    const {
      hex,
      player,
      baseline,
      before,
      slack,
      got,
      events: happened,
      seen,
    } = given as never as Record<string, never> & {
      player: number
    }
    const bytes = bytesOf(hex)
    expect(bytes[0]).toBe(1)
    const prefix = new Bits(bytes.slice(1))
    const length = prefix.varint()
    const start = 1 + prefix.at / 8
    const shared = new Bits(bytes.slice(start + length))
    const chunk = readChunk(game, shared, {
      near: baseline ?? 0,
      snapshot: (tick) => ([baseline, before].includes(tick as never) ? held.get(`${player} ${tick}`) : undefined),
      prior: only,
    })
    expect(chunk.owned).toBe(false)
    const { snapshot } = chunk
    const publicEvents = readEvents(events, shared, snapshot.tick, false)
    chunk.symbols.done()
    const isHashed = baseline === undefined || snapshot.tick >> 5 > baseline >> 5
    expect(chunk.hash).toBe(isHashed ? stateHash(game, snapshot, false) : undefined)

    let privateEvents: typeof publicEvents = []
    if (length === 0) readOwned(game, undefined, snapshot, chunk.baseline, player)
    else {
      const own = new Bits(bytes.slice(start, start + length))
      const [hasColumns, hasSlack, hasGot] = [own.flag(), own.flag(), own.flag()]
      readOwned(game, hasColumns ? own : undefined, snapshot, chunk.baseline, player)
      if (hasColumns && own.flag()) expect(own.number(16)).toBe(ownerHash(game, snapshot, player))
      if (hasSlack) expect((own.number(8) << 24) >> 24).toBe(slack)
      else expect(slack).toBeUndefined()
      if (hasGot) expect(snapshot.tick - unzigzag(own.varint())).toBe(got)
      else expect(got).toBeUndefined()
      privateEvents = readEvents(events, own, snapshot.tick, true)
      own.end()
    }
    held.set(`${player} ${snapshot.tick}`, snapshot)
    expect(show(game, snapshot, (row) => row.cells[0] === player)).toEqual(seen)
    const all = merge(publicEvents, privateEvents)
    expect(
      all.map(({ tick, name, values, owner }) => [tick, name, values, ...(owner === undefined ? [] : [owner])])
    ).toEqual(happened)
  })

  const chunks = new Map<number, Snapshot>()
  it.each<{ about: string }>(golden.chunks)('S H: $about', (given) => {
    const { hex, baseline, hash, seen } = given as never as Record<string, never>
    const from = new Bits(bytesOf(hex))
    const chunk = readChunk(game, from, {
      near: baseline ?? 0,
      snapshot: (tick) => chunks.get(tick),
      prior: only,
    })
    chunk.symbols.done()
    expect(chunk.owned).toBe(true)
    chunks.set(chunk.snapshot.tick, chunk.snapshot)
    expect(show(game, chunk.snapshot, () => true)).toEqual(seen)
    expect(stateHash(game, chunk.snapshot, true)).toBe(hash)
    if (chunk.hash !== undefined) expect(chunk.hash).toBe(hash)
  })

  const bees = new Map<number, Snapshot>()
  const met: Chunk['met'] = new Set()
  it.each<{ about: string }>(golden.swarm.chunks)('S X: $about', (given) => {
    const { hex, trained, baseline, before, hash, rows, columns } = given as never as Record<string, never>
    const prior = trained ? readPrior(swarm, golden.swarm.schema, bytesOf(golden.swarm.prior)) : genericPrior(swarm)
    const from = new Bits(bytesOf(hex))
    const chunk = readChunk(swarm, from, {
      near: baseline ?? 0,
      snapshot: (tick) => ([baseline, before].includes(tick as never) ? bees.get(tick) : undefined),
      prior: (epoch) => (epoch === prior.epoch ? prior : undefined),
    })
    chunk.symbols.done()
    bees.set(chunk.snapshot.tick, chunk.snapshot)
    for (const one of chunk.met) met.add(one)
    const [read] = chunk.snapshot.tables
    expect(read.map(({ slot, born }) => `${slot}@${born}`).join(' ')).toBe(rows)
    for (const { name, index } of swarm.tables[0].columns)
      expect(read.map(({ cells }) => cells[index]).join(' '), name).toBe(columns[name])
    expect(stateHash(swarm, chunk.snapshot, true)).toBe(hash)
    if (chunk.hash !== undefined) expect(chunk.hash).toBe(hash)
  })
  it('X they show all that there are rules for', () => {
    expect([...met].sort()).toEqual(['few', 'game', 'pairs', 'shape', 'steady', 'tables', 'usual'])
  })

  it.each<{ about: string }>(golden.commands)('C R: $about', (given) => {
    const {
      hex,
      near,
      ack,
      arrivedAt,
      drawn,
      renderTick,
      asks = false,
      first,
      commands,
    } = given as never as Record<string, never> & {
      near: number
    }
    const from = new Bits(bytesOf(hex))
    expect(from.number(8)).toBe(2)
    expect(from.flag()).toBe(asks)
    const holds = from.flag()
    const newest = holds ? nearest(from.number(16), near) : -1
    const arrived = holds ? from.number(16) : 0
    const seen = holds ? newest - from.rice(1) : -1
    const shown = holds ? seen - unzigzag(from.varint()) / 256 : -1
    expect([newest, arrived, seen, shown]).toEqual([ack, arrivedAt, drawn, renderTick])
    expect(nearest(from.number(16), near)).toBe(first)
    const run: object[] = []
    for (let i = from.number(6); i > 0; i--)
      run.push(run.length > 0 && !from.flag() ? run.at(-1)! : readRecord(from, command))
    from.end()
    expect(JSON.parse(JSON.stringify(run))).toEqual(commands)
  })

  it.each<{ hex: string; message: unknown; values?: unknown }>([...golden.asks, ...golden.answers])(
    'M R: $message',
    ({ hex, message, values }) => {
      const read = msgpack(bytesOf(hex)) as { values?: number[] }
      expect(read).toEqual(message)
      if (values) expect(readRecord(new Bits(read.values!), [text('text', 20)])).toEqual(values)
    }
  )

  it('I2 ids are made of table, slot and birth', () => {
    expect([idOf(0, { slot: 0, born: 27, cells: [] }), idOf(0, { slot: 1, born: 29, cells: [] })]).toEqual([
      golden.ids.a,
      golden.ids.b,
    ])
  })
})
