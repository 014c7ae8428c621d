import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { entity } from '../schema/entity.ts'
import { angle, bool, data, int, list, oneOf, quat, ranged, ref, text, tick, vec2 } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import { World } from './world.ts'

const game = defineGame({
  name: 'settling',
  tickRate: 30,
  state: { score: int(0, 9), phase: oneOf('waiting', 'playing') },
  entities: {
    ship: entity({
      x: ranged(-8, 8, 0.25).default(0),
      n: int(0, 100).default(0),
      a: angle(8).default(0),
      at: tick().default(0),
      on: bool.default(false),
      mode: oneOf('a', 'b').default('a'),
      pos: vec2(ranged(0, 1, 0.5)).default({ x: 0, y: 0 }),
      turn: quat(9).default({ x: 0, y: 0, z: 0, w: 1 }),
      name: text(4).default(''),
      bag: list(ranged(0, 1, 0.5), 3).default([]),
      path: list(vec2(int(0, 9)), 3).default([]),
      note: data<unknown>(32).default(null),
      to: ref('ship'),
    }),
  },
})

function make() {
  const warnings: string[] = []
  const world = new World(game, { warn: (message) => warnings.push(message) })
  return { world, warnings, ship: world.ship.spawn({}) }
}

describe('settling', () => {
  it('rounds to steps, halves up, and writes back what the wire will carry', () => {
    const { world, ship, warnings } = make()
    for (const [given, settled] of [
      [0.1, 0],
      [0.125, 0.25],
      [-0.125, 0],
      [7.99, 8],
      [-8.1, -8],
    ]) {
      ship.x = given
      expect(world.snapshot().ship.get(ship.id)?.x).toBe(settled)
      expect(ship.x).toBe(settled)
    }
    expect(warnings).toEqual([])
    ship.x = -0
    world.snapshot()
    expect(Object.is(ship.x, 0)).toBe(true)
  })

  it('clamps to the bounds and says so once a field', () => {
    const { world, ship, warnings } = make()
    world.state.score = 12
    for (let i = 0; i < 3; i++) {
      Object.assign(ship, { x: 100, n: -1, pos: { x: 9, y: 0.3 } })
      world.snapshot()
    }
    expect([ship.x, ship.n, ship.pos.x, ship.pos.y, world.state.score]).toEqual([8, 0, 1, 0.5, 9])
    expect(warnings).toEqual([
      'ship.x is 100: clamped to -8 to 8',
      'ship.n is -1: clamped to 0 to 100',
      'ship.pos.x is 9: clamped to 0 to 1',
      'state.score is 12: clamped to 0 to 9',
    ])
  })

  it('takes angles round the circle, without a word', () => {
    const { world, ship, warnings } = make()
    const step = (2 * Math.PI) / 256
    for (const [given, settled] of [
      [-step, 255 * step],
      [2 * Math.PI, 0],
      [2 * Math.PI - step / 4, 0],
      [9 * Math.PI, 128 * step],
      [-1e300, 0],
    ]) {
      ship.a = given
      world.snapshot()
      expect(ship.a).toBe(settled)
    }
    expect(warnings).toEqual([])
  })

  it.each<[string, object, string]>([
    ['NaN', { x: Number.NaN }, 'ship.x is NaN; the schema allows -8 to 8'],
    ['Infinity', { n: Number.POSITIVE_INFINITY }, 'ship.n is Infinity; the schema allows 0 to 100'],
    ['a direction of NaN', { a: Number.NaN }, 'ship.a is NaN; the schema allows 0 to'],
    ['an infinite direction', { a: Number.NEGATIVE_INFINITY }, 'ship.a is -Infinity; the schema allows 0 to'],
    ['a tick of NaN', { at: Number.NaN }, 'ship.at is NaN; the schema allows 0 to 2147483647'],
    ['half a vector', { pos: { x: 1 } }, 'ship.pos.y is NaN; the schema allows 0 to 1'],
    [
      'a rotation of NaN',
      { turn: { x: Number.NaN, y: 0, z: 0, w: 1 } },
      'ship.turn is (NaN, 0, 0, 1): expected a rotation',
    ],
    ['a number for text', { name: 5 }, 'ship.name is 5: the schema allows text'],
    ['NaN in a list', { bag: [1, Number.NaN] }, 'ship.bag[1] is NaN: expected a finite number'],
    ['no list', { bag: 'ab' }, 'ship.bag is "ab": the schema allows a list'],
    ['data that is too large', { note: 'x'.repeat(40) }, 'ship.note takes 42 bytes packed: expected at most 32'],
    ['no id', { to: -1 }, "ship.to is -1: expected a row's id or undefined"],
    ['half an id', { to: 1.5 }, "ship.to is 1.5: expected a row's id or undefined"],
    ['text for a number', { x: 'abc' }, 'ship.x is NaN; the schema allows -8 to 8'],
  ])('refuses %s, and says whose it is: the snapshot is not made', (_, values, message) => {
    const { world } = make()
    const [one] = [world.ship.spawn({}), world.ship.spawn({})]
    Object.assign(one, values)
    const said = refused(() => world.snapshot())
    expect(said).toContain(`row ${one.id}: ${message}`)
    expect(said).toContain('(ERR_FIELD_VALUE)')
  })

  it('says exactly what the README shows', () => {
    const { world, ship } = make()
    ship.x = Number.NaN
    expect(refused(() => world.snapshot())).toBe(
      `row ${ship.id}: ship.x is NaN; the schema allows -8 to 8 (ERR_FIELD_VALUE)`
    )
  })

  it("the match's own state is no row to look for", () => {
    const { world } = make()
    world.state.score = Number.NaN
    expect(refused(() => world.snapshot())).toBe('state.score is NaN; the schema allows 0 to 9 (ERR_FIELD_VALUE)')
    expect(refused(() => Object.assign(world.state, { phase: 'over' }))).toBe(
      'state.phase is "over": the schema allows waiting, playing (ERR_FIELD_VALUE)'
    )
  })

  it('makes text well-formed and cuts it, and says so', () => {
    const { world, ship, warnings } = make()
    ship.name = 'ab😀c'
    world.snapshot()
    expect([ship.name, warnings]).toEqual(['ab😀', ['ship.name was cut to 4 characters or made well-formed']])
    ship.name = 'abc😀'
    world.snapshot()
    expect(ship.name).toBe('abc\ufffd')
  })

  it('leaves lists where they are, and settles their items', () => {
    const { world, ship } = make()
    const { bag } = ship
    bag.push(0.3, 7)
    world.snapshot()
    expect([ship.bag === bag, bag]).toEqual([true, [0.5, 1]])
    bag.push(0, 0)
    world.snapshot()
    expect(bag).toEqual([0.5, 1, 0])
  })

  it('packs a list anew only where an item changed', () => {
    const { world, ship } = make()
    const packed = () => {
      const { cells } = (world.snapshot() as never as { tables: { cells: { packed: object[][] } }[] }).tables[0]
      return cells.packed.flatMap((column) => column.map((one) => one))
    }
    ship.bag = [0.5]
    ship.path = [{ x: 1, y: 2 }]
    const first = packed()
    expect(packed()).toEqual(first)
    expect(packed().map((one, at) => one === first[at])).not.toContain(false)
    ship.path[0] = { x: 1, y: 3 }
    expect(packed().filter((one, at) => one !== first[at])).toHaveLength(1)
    ship.bag[0] = Number.NaN
    expect(refused(packed)).toContain('ship.bag[0] is NaN')
  })

  it('gives data the value that its reader gets; the one given stays what it was', () => {
    const { world, ship } = make()
    const given = { a: [undefined, -0] }
    ship.note = given
    world.snapshot()
    expect(ship.note).toEqual({ a: [null, 0] })
    expect(given).toEqual({ a: [undefined, -0] })
    expect(Object.isFrozen(given)).toBe(false)
  })

  it('leaves what is settled as it is', () => {
    const { world, ship } = make()
    Object.assign(ship, {
      x: 1.3,
      a: 1,
      turn: { x: 0.656, y: 0.503, z: 0.655, w: 0.278 },
      pos: { x: 0.4, y: 0.8 },
      bag: [0.3],
    })
    const first = world.snapshot()
    const values = JSON.stringify(ship)
    for (let i = 0; i < 3; i++) {
      const again = world.snapshot()
      expect(JSON.stringify(ship)).toBe(values)
      expect(again.hash).toBe(first.hash)
    }
  })
})
