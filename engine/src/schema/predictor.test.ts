import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import type { Snapshot } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { DeltaDecoder, DeltaEncoder, explain } from '../wire/index.ts'
import { entity } from './entity.ts'
import { angle, int, oneOf, quat, ranged, ref, text, tick, vec2 } from './field.ts'
import { type AnyGame, defineGame, planOf } from './game.ts'
import type { ColumnPredictor, Predictor } from './predictor.ts'

const fields = {
  x: ranged(0, 100, 0.5).rate('vx'),
  vx: ranged(-10, 10, 0.5),
  at: vec2(int(0, 99)),
  mode: oneOf('a', 'b'),
  turn: quat(9),
  to: ref('ship'),
  due: tick(),
  name: text(4),
  ammo: int(0, 9).only('owner'),
  fuse: int(0, 9).only('server'),
}
const none: ColumnPredictor = () => {}
const make = (predictor: Predictor): AnyGame =>
  defineGame({ name: 'foreseen', tickRate: 30, entities: { ship: entity(fields, { predictor }) } })

describe('a predictor is refused where the game is written', () => {
  const noNumber = (name: string) =>
    `entity: predictor: '${name}' is no column of numbers that everybody sees (ERR_SCHEMA)`
  it.each<[string, Partial<Predictor>, string]>([
    [
      'without a version',
      { version: undefined },
      'entity: predictor: version undefined: expected an integer (ERR_SCHEMA)',
    ],
    ['with half a version', { version: 1.5 }, 'entity: predictor: version 1.5: expected an integer (ERR_SCHEMA)'],
    ['that orders what is not there', { order: ['y'] }, noNumber('y')],
    ['of what is not there', { columns: { y: none } }, noNumber('y')],
    ['of a whole vector', { columns: { at: none } }, noNumber('at')],
    ['of a rotation', { columns: { 'turn.x': none } }, noNumber('turn.x')],
    ['of a ref', { columns: { to: none } }, noNumber('to')],
    ['of a tick', { columns: { due: none } }, noNumber('due')],
    ['of text', { columns: { name: none } }, noNumber('name')],
    ['of an owner column', { columns: { ammo: none } }, noNumber('ammo')],
    ['of a server column', { columns: { fuse: none } }, noNumber('fuse')],
    ['that orders an owner column', { order: ['ammo'] }, noNumber('ammo')],
    ['with no function', { columns: { x: 7 as never } }, 'entity: predictor: columns.x is no function (ERR_SCHEMA)'],
    [
      'that orders a column twice',
      { order: ['x', 'vx', 'x'], columns: { x: none } },
      'entity: predictor: order names a column twice (ERR_SCHEMA)',
    ],
    [
      'that orders a column before its rate',
      { order: ['x', 'vx'] },
      'entity: predictor: order has x before its rate, vx (ERR_SCHEMA)',
    ],
    [
      'that orders a column whose rate follows as ever',
      { order: ['x'] },
      'entity: predictor: order has x before its rate, vx (ERR_SCHEMA)',
    ],
  ])('%s', (_, part, message) =>
    expect(refused(() => make({ version: 1, order: [], columns: {}, ...part }))).toBe(message)
  )
})

describe('I1 both ends must have the same', () => {
  const hashOf = (predictor: Partial<Predictor>): number =>
    make({ version: 1, order: ['vx'], columns: { x: none }, ...predictor }).hash

  it('version, order and columns are part of the hash; what a function does, its version says', () => {
    const all = [
      defineGame({ name: 'foreseen', tickRate: 30, entities: { ship: entity(fields) } }).hash,
      hashOf({}),
      hashOf({ version: 2 }),
      hashOf({ order: ['mode'] }),
      hashOf({ order: ['vx', 'mode'] }),
      hashOf({ columns: { vx: none } }),
      hashOf({ columns: { x: none, vx: none } }),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(hashOf({ columns: { x: (rows, out) => out.fill(rows.count) } })).toBe(hashOf({}))
  })
})

describe('S21 the order', () => {
  it('comes first, then columns as ever: rates before what they move', () => {
    const game = make({ version: 1, order: ['mode', 'at.y', 'vx'], columns: { x: none, 'at.y': none } })
    const { layout, shared } = planOf(game).tables[0]
    const names = shared.map((index) => layout.columns[index].name)
    expect(names.slice(0, 3)).toEqual(['mode', 'at.y', 'vx'])
    expect(names.slice(3)).toEqual([' owner', 'at.x', 'turn.x', 'turn.y', 'turn.z', 'turn.w', 'to', 'due', 'name', 'x'])
    expect(layout.columns.filter(({ predictor }) => predictor === 'game').map(({ name }) => name)).toEqual([
      'x',
      'at.y',
    ])
  })
})

// --- A game that knows how its ships move: velocity turns with the heading, by a table of whole numbers ----------------

const COSINE = Array.from({ length: 256 }, (_, i) => (i < 128 ? 64 - i : i - 192))
const follow: ColumnPredictor = (rows, out) => {
  const heading = rows.now('heading')
  for (let i = 0; i < rows.count; i++) out[i] = 16 * (100 + COSINE[heading[rows.slots[i]]])
}
/** Falls by one more each tick. */
const fall: ColumnPredictor = (rows, out) => {
  const [base, before] = [rows.base('y'), rows.before('y')]
  for (let i = 0; i < rows.count; i++) {
    const slot = rows.slots[i]
    const step = before && rows.wasBefore(slot) ? base[slot] - before[slot] + rows.ticks : 0
    out[i] = 16 * (base[slot] + step)
  }
}
function flying(predictor: Predictor | undefined) {
  return defineGame({
    name: 'flying',
    tickRate: 30,
    entities: { ship: entity({ heading: angle(8), v: int(0, 300), y: int(0, 100_000) }, { predictor }) },
  })
}
const wise = { version: 1, order: ['heading', 'v'], columns: { v: follow, y: fall } }
function fly(game: ReturnType<typeof flying>, ticks: number): Snapshot<typeof game>[] {
  const world = new World(game)
  for (let i = 0; i < 30; i++) world.ship.spawn({ heading: i / 5, v: 0, y: i * 10 })
  return Array.from({ length: ticks }, () => {
    world.tick++
    for (const [i, ship] of [...world.ship].entries()) {
      ship.heading += (((i + world.tick) % 5) * Math.PI) / 128
      ship.v = 100 + COSINE[Math.round((ship.heading * 128) / Math.PI) & 255]
      ship.y = i * 10 + (world.tick * (world.tick + 1)) / 2
    }
    return world.snapshot()
  })
}

describe('S44 what a game foresees', () => {
  it('costs nothing where it comes true', () => {
    const game = flying(wise)
    const costs = explain(game, fly(game, 40))
    const residuals = costs.filter(({ kind }) => kind === 'residuals').map(({ column }) => column)
    expect(residuals).toContain('heading')
    // A symbol that says so: a fraction of a bit.
    for (const column of ['v', 'y'])
      expect(costs.find((cost) => cost.kind === 'residuals' && cost.column === column)?.bits ?? 0).toBeLessThan(1)
    const plain = flying(undefined)
    const mean = (all: typeof costs): number => all.reduce((sum, { bits }) => sum + bits, 0)
    expect(mean(costs)).toBeLessThan(0.5 * mean(explain(plain, fly(plain, 40))))
  })

  it('comes back exactly, also where it is wrong, out of bounds, or rounded', () => {
    for (const p of [-(2 ** 31), -9, -8, 7, 8, 1607, 1608, 2 ** 31 - 9]) {
      const game = flying({ ...wise, columns: { v: (_, out) => out.fill(p), y: (_, out) => out.fill(p) } })
      const [encoder, decoder] = [new DeltaEncoder(game), new DeltaDecoder(game)]
      const all = fly(game, 6)
      const held: Snapshot<typeof game>[] = []
      for (const [at, snapshot] of all.entries()) {
        held.push(decoder.decode(encoder.encode(snapshot, all[at - 1], all[at - 2]), held[at - 1], held[at - 2]))
        expect(held[at].hash).toBe(snapshot.hash)
      }
    }
  })

  it('is asked for with ticks, rows and columns as both ends have them', () => {
    const seen: unknown[] = []
    const game = flying({
      version: 1,
      order: ['v', 'heading'],
      columns: {
        heading: (rows, out) => {
          const [slot] = rows.slots
          seen.push([
            rows.count,
            rows.ticks,
            rows.ticksBefore,
            rows.now('v')[slot],
            rows.base('v')[slot],
            rows.before('v')?.[slot],
            rows.wasBefore(slot),
          ])
          out.fill(0)
        },
      },
    })
    const all = fly(game, 6)
    const [encoder, decoder] = [new DeltaEncoder(game), new DeltaDecoder(game)]
    const v = (at: number): number => [...all[at].ship][0].v
    const held = [0, 2].map((at) => decoder.decode(encoder.encode(all[at])))
    decoder.decode(encoder.encode(all[5], all[2], all[0]), held[1], held[0])
    decoder.decode(encoder.encode(all[5], all[2]), held[1])
    const first = [30, 3, 2, v(5), v(2), v(0), true]
    const second = [30, 3, 0, v(5), v(2), undefined, false]
    expect(seen).toEqual([first, first, second, second])
  })

  it.each<[string, ColumnPredictor, string]>([
    [
      'what is coded later',
      (rows) => rows.now('y'),
      "ship: predictor: now('y') is not there yet for v: see order (ERR_SCHEMA)",
    ],
    ['itself', (rows) => rows.now('v'), "ship: predictor: now('v') is not there yet for v: see order (ERR_SCHEMA)"],
    ['what is not there', (rows) => rows.base('z'), 'ship: predictor: there is no z for everybody (ERR_SCHEMA)'],
  ])('is refused where it looks at %s', (_, look, message) => {
    const game = flying({ version: 1, order: ['v'], columns: { v: (rows, out) => void look(rows, out) } })
    const [a, b] = fly(game, 2)
    expect(refused(() => new DeltaEncoder(game).encode(b, a))).toBe(message)
  })

  it('F12 where the two ends foresee differently, the hash says so', () => {
    let isClient = false
    const torn: ColumnPredictor = (rows, out) => {
      follow(rows, out)
      if (isClient) out[3] += 32
    }
    const game = flying({ ...wise, columns: { v: torn, y: fall } })
    const all = fly(game, 32)
    expect(all[31].tick).toBe(32)
    const [encoder, decoder] = [new DeltaEncoder(game), new DeltaDecoder(game)]
    const held = [29, 30].map((at) => decoder.decode(encoder.encode(all[at])))
    const bytes = encoder.encode(all[31], all[30], all[29])
    const decode = () => decoder.decode(bytes, held[1], held[0])
    expect(decode().hash).toBe(all[31].hash)
    isClient = true
    expect(refused(decode)).toBe('the state at tick 32 has another hash than its frame says (ERR_FRAME_INVALID)')
  })
})

it('S44 rows that a predictor leaves out are expected to stay, at both ends', () => {
  const some: ColumnPredictor = (rows, out) => {
    const x = rows.base('x')
    for (let i = 0; i < rows.count; i += 2) out[i] = 16 * (x[rows.slots[i]] + 3)
  }
  const half = defineGame({
    name: 'half',
    tickRate: 30,
    entities: {
      a: entity({ y: int(0, 999), x: int(0, 999) }, { predictor: { version: 1, order: [], columns: { x: some } } }),
    },
  })
  const world = new World(half)
  const rows = Array.from({ length: 9 }, (_, at) => world.a.spawn({ x: 10 * at, y: 7 * at }))
  const [encoder, decoder] = [new DeltaEncoder(half), new DeltaDecoder(half)]
  let sent = world.snapshot()
  let seen = decoder.decode(encoder.encode(sent))
  for (let tick = 0; tick < 6; tick++) {
    world.tick++
    for (const [at, row] of rows.entries()) {
      row.y += 5
      if (at % 2 === 0) row.x += 3
    }
    const now = world.snapshot()
    seen = decoder.decode(encoder.encode(now, sent), seen)
    expect(seen.hash).toBe(now.hash)
    sent = now
  }
})
