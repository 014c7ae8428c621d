import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { entity } from '../schema/entity.ts'
import { bool, data, int, list, oneOf, quat, ranged, ref, text, vec2 } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import { rowId, SLOTS, slotOfId, TABLES } from './ids.ts'
import { World } from './world.ts'

const game = defineGame({
  name: 'tables',
  tickRate: 30,
  entities: {
    ship: entity(
      {
        x: ranged(0, 100, 0.5),
        pos: vec2(int(0, 99)).default({ x: 1, y: 2 }),
        turn: quat(9).default({ x: 1, y: 0, z: 0, w: 0 }),
        on: bool.default(true),
        mode: oneOf('idle', 'busy').default('busy'),
        name: text(4).default('abc'),
        bag: list(int(0, 9), 3).default([7]),
        note: data<unknown>(32).default({ a: 1 }),
        target: ref('ship'),
      },
      { maxRows: 4 }
    ),
    dot: entity({}),
  },
})
const ann = { id: 1 }
const bob = { id: 2 }

function make() {
  const world = new World(game)
  return { world, ship: world.ship, dot: world.dot, next: () => void world.tick++ }
}
const ids = (rows: Iterable<{ readonly id: number }>): number[] => Array.from(rows, ({ id }) => id)

describe('spawn', () => {
  it('gives what was not said its default, and a ref nobody', () => {
    const { ship } = make()
    const row = ship.spawn({ x: 5 })
    expect(JSON.parse(JSON.stringify(row))).toEqual({
      id: row.id,
      x: 5,
      pos: { x: 1, y: 2 },
      turn: { x: 1, y: 0, z: 0, w: 0 },
      on: true,
      mode: 'busy',
      name: 'abc',
      bag: [7],
      note: { a: 1 },
    })
    expect([row.owner, row.target]).toEqual([undefined, undefined])
    expect(ship.spawn({ x: 5 }, ann).owner).toBe(1)
  })

  it.each<[string, object, string]>([
    ['a missing value', {}, 'ship.x is missing: give it a value, or the field a .default() (ERR_FIELD_VALUE)'],
    ['a field that is not there', { x: 1, y: 1 }, 'ship.y: the schema has no such field (ERR_FIELD_VALUE)'],
    ['the hidden owner', { x: 1, ' owner': 1 }, 'ship. owner: the schema has no such field (ERR_FIELD_VALUE)'],
    ['an unknown name', { x: 1, mode: 'lazy' }, 'ship.mode is "lazy": the schema allows idle, busy (ERR_FIELD_VALUE)'],
    ['no vector', { x: 1, pos: 5 }, 'ship.pos is 5: the schema allows { x, y } (ERR_FIELD_VALUE)'],
    ['half a vector', { x: 1, pos: { x: 2 } }, 'ship.pos.y is undefined: expected a finite number (ERR_FIELD_VALUE)'],
    ['text for a number', { x: 'far' }, 'ship.x is "far": expected a finite number (ERR_FIELD_VALUE)'],
  ])('refuses %s, and leaves nothing behind', (_, values, message) => {
    const { ship } = make()
    expect(refused(() => ship.spawn(values as never))).toContain(message)
    expect([ship.size, ids(ship)]).toEqual([0, []])
  })

  it('says which row was to be written what no field of it holds', () => {
    const { ship } = make()
    const [, row] = [ship.spawn({ x: 1 }), ship.spawn({ x: 2 })]
    expect(refused(() => Object.assign(row, { mode: 'lazy' }))).toBe(
      `row ${row.id}: ship.mode is "lazy": the schema allows idle, busy (ERR_FIELD_VALUE)`
    )
    expect(refused(() => Object.assign(row, { pos: null }))).toContain(`row ${row.id}: ship.pos is null`)
  })

  it('refuses an owner that is no player', () => {
    const { ship } = make()
    expect(refused(() => ship.spawn({ x: 1 }, { id: 0 }))).toContain('owner 0: expected a player')
    expect(ship.size).toBe(0)
  })

  it('refuses a row too many, and takes it again once there is room', () => {
    const { ship, next } = make()
    const rows = [1, 2, 3, 4].map((x) => ship.spawn({ x }))
    expect(refused(() => ship.spawn({ x: 5 }))).toBe('ship has 4 rows: expected at most 4 (ERR_TABLE_FULL)')
    ship.despawn(rows[2])
    // A slot is another row's from the next tick on.
    expect(refused(() => ship.spawn({ x: 5 }))).toBe(
      'ship has 3 rows and 1 that go at the end of this tick: expected at most 4 (ERR_TABLE_FULL)'
    )
    next()
    expect(ship.spawn({ x: 5 }).x).toBe(5)
    expect(ship.size).toBe(4)
  })
})

describe('I2 ids', () => {
  it('are unique over all tables and never come back', () => {
    const { world, ship, dot, next } = make()
    const seen = new Set<number>()
    for (let i = 0; i < 50; i++) {
      const rows = [ship.spawn({ x: 0 }), ship.spawn({ x: 0 })]
      const dots = [dot.spawn({}), dot.spawn({})]
      for (const row of [...rows, ...dots]) {
        expect(seen.has(row.id)).toBe(false)
        seen.add(row.id)
      }
      ship.despawn(rows[i % 2])
      dot.despawn(dots[0])
      next()
      ship.despawn(rows[(i + 1) % 2])
      world.snapshot()
    }
    expect(seen.size).toBe(200)
  })

  it('say which table, slot and tick of birth they are', () => {
    expect(rowId(0, 0, 0)).toBe(1)
    expect(rowId(2, 5, 7)).toBe(1 + 2 + 5 * TABLES + 7 * TABLES * SLOTS)
    expect([slotOfId(2, rowId(2, 5, 7)), slotOfId(1, rowId(2, 5, 7))]).toEqual([5, -1])
    expect(Number.isSafeInteger(rowId(62, SLOTS - 1, 2 ** 31 - 1))).toBe(true)
    expect([0, -1, 1.5, Number.NaN].map((id) => slotOfId(0, id))).toEqual([-1, -1, -1, -1])
  })

  it('find their row as long as it lives', () => {
    const { ship, dot, next } = make()
    const row = ship.spawn({ x: 1 })
    expect([ship.get(row.id), ship.get(undefined), ship.get(row.id + 64), dot.get(row.id)]).toEqual([
      row,
      undefined,
      undefined,
      undefined,
    ])
    ship.despawn(row)
    expect(ship.get(row.id)).toBeUndefined()
    next()
    const other = ship.spawn({ x: 1 })
    expect([ship.get(row.id), ship.get(other.id)]).toEqual([undefined, other])
  })
})

describe('a row', () => {
  it('is one object for as long as it lives, also when the table grows', () => {
    const { dot, next } = make()
    const first = dot.spawn({})
    for (let i = 0; i < 100; i++) dot.spawn({})
    next()
    expect(dot.get(first.id)).toBe(first)
    expect([...dot][0]).toBe(first)
  })

  it('has vectors in place: one object, and its parts write the row', () => {
    const { ship } = make()
    const row = ship.spawn({ x: 1 })
    const { pos } = row
    pos.x += 4
    row.pos.y = 9
    expect([row.pos === pos, pos.x, pos.y]).toEqual([true, 5, 9])
    row.pos = { x: 3, y: 3 }
    expect(pos.x).toBe(3)
    const other = ship.spawn({ x: 2, pos })
    pos.x = 4
    expect(other.pos.x).toBe(3)
  })

  it('has lists of its own, written in place; the one given is not touched', () => {
    const { world, ship } = make()
    const given = Object.freeze([1, 2.4]) as number[]
    const row = ship.spawn({ x: 1, bag: given })
    const other = ship.spawn({ x: 1, bag: row.bag })
    row.bag.push(20)
    world.snapshot()
    expect([row.bag, other.bag, given]).toEqual([
      [1, 2, 9],
      [1, 2],
      [1, 2.4],
    ])
    const fresh = [ship.spawn({ x: 1 }), ship.spawn({ x: 1 })]
    fresh[0].bag.push(1)
    expect(fresh[1].bag).toEqual([7])
  })

  it('knows the row that a ref points to until that is gone', () => {
    const { world, ship } = make()
    const target = ship.spawn({ x: 1 })
    const row = ship.spawn({ x: 1, target: target.id })
    world.snapshot()
    expect(ship.get(row.target)).toBe(target)
    ship.despawn(target)
    expect(ship.get(row.target)).toBeUndefined()
    world.snapshot()
    expect(row.target).toBeUndefined()
  })
})

describe('a despawned row', () => {
  it('keeps its last values until the tick ends, and refuses writes', () => {
    const { ship, next } = make()
    const row = ship.spawn({ x: 5 }, ann)
    const { pos } = row
    ship.despawn(row)
    expect([row.x, row.pos.x, row.name, row.owner, row.on]).toEqual([5, 1, 'abc', 1, true])
    const message = `row ${row.id} was despawned: it can't be written (ERR_ROW_GONE)`
    expect(refused(() => (row.x = 1))).toBe(message)
    expect(refused(() => (pos.x = 1))).toBe(message)
    expect(refused(() => (row.name = ''))).toBe(message)
    expect(refused(() => (row.bag = []))).toBe(message)
    next()
    ship.spawn({ x: 6 })
    // The slot is another row's: the old one reads undefined and still can't be written.
    expect([row.x, row.name, row.on, row.mode, row.owner, row.pos.x]).toEqual(new Array(6).fill(undefined))
    expect(refused(() => (row.x = 1))).toBe(message)
  })

  it('can be despawned again, and so can nothing', () => {
    const { ship } = make()
    const row = ship.spawn({ x: 5 })
    ship.despawn(row)
    ship.despawn(row)
    ship.despawn(undefined)
    expect(ship.size).toBe(0)
  })

  it("another table's or world's row is refused", () => {
    const [a, b] = [make(), make()]
    const row = a.ship.spawn({ x: 1 })
    const message = `row ${row.id} is not of this world's`
    expect(refused(() => b.ship.despawn(row))).toBe(`${message} ship table (ERR_ROW_GONE)`)
    expect(refused(() => a.dot.despawn(row as never))).toBe(`${message} dot table (ERR_ROW_GONE)`)
    expect(refused(() => b.ship.give(row, ann))).toContain('ERR_ROW_GONE')
  })
})

describe('a loop', () => {
  it('goes in slot order, skips what was despawned and does not visit what was spawned during it', () => {
    const { ship, dot } = make()
    const [a, b, c] = [1, 2, 3].map((x) => ship.spawn({ x }))
    const visited: number[] = []
    for (const row of ship) {
      visited.push(row.id)
      if (row === a) {
        ship.despawn(b)
        ship.spawn({ x: 9 })
      }
    }
    expect(visited).toEqual([a.id, c.id])
    expect(ids(dot)).toEqual([])
  })

  it('does not visit what was spawned during it where a slot below was free, but the next one does', () => {
    const { ship, next } = make()
    const [a, b, c] = [1, 2, 3].map((x) => ship.spawn({ x }))
    ship.despawn(b)
    next()
    const visited: number[] = []
    let fresh = 0
    for (const row of ship) {
      visited.push(row.id)
      if (row === a) fresh = ship.spawn({ x: 9 }).id
    }
    expect(visited).toEqual([a.id, c.id])
    expect(ids(ship)).toEqual([a.id, fresh, c.id])
  })

  it('loops in loops are their own', () => {
    const { ship } = make()
    for (const x of [1, 2, 3]) ship.spawn({ x })
    const pairs: string[] = []
    for (const one of ship) for (const other of ship) pairs.push(`${one.x}${other.x}`)
    expect(pairs.join(' ')).toBe('11 12 13 21 22 23 31 32 33')
  })
})

describe('owners', () => {
  it("a player's rows are found, in slot order", () => {
    const { ship, next } = make()
    const [a, b, c] = [ship.spawn({ x: 1 }, bob), ship.spawn({ x: 2 }, ann), ship.spawn({ x: 3 }, ann)]
    expect([ship.ownedBy(ann), ship.ownedBy(bob), ship.ownedBy({ id: 3 })]).toEqual([b, a, undefined])
    expect(ids(ship.allOwnedBy(ann))).toEqual([b.id, c.id])
    ship.despawn(a)
    next()
    const d = ship.spawn({ x: 4 }, ann)
    expect(ids(ship.allOwnedBy(ann))).toEqual([d.id, b.id, c.id])
    expect(ship.ownedBy(ann)).toBe(d)
    expect(ids(ship.allOwnedBy(bob))).toEqual([])
  })

  it('a row changes hands', () => {
    const { ship } = make()
    const row = ship.spawn({ x: 1 }, ann)
    ship.give(row, bob)
    expect([row.owner, ship.ownedBy(ann), ship.ownedBy(bob)]).toEqual([2, undefined, row])
    ship.give(row, undefined)
    expect([row.owner, ship.ownedBy(bob)]).toEqual([undefined, undefined])
    ship.despawn(row)
    expect(refused(() => ship.give(row, ann))).toContain("is not alive in this world's ship table (ERR_ROW_GONE)")
    expect(refused(() => ship.give(ship.spawn({ x: 1 }), { id: 70000 }))).toContain('ERR_USAGE')
  })

  it("a loop over a player's rows skips what it despawns, and visits all others", () => {
    const { ship } = make()
    const rows = [1, 2, 3, 4].map((x) => ship.spawn({ x }, ann))
    const visited: number[] = []
    for (const row of ship.allOwnedBy(ann)) {
      visited.push(row.id)
      ship.despawn(row)
      if (row === rows[0]) ship.despawn(rows[2])
    }
    expect(visited).toEqual([rows[0].id, rows[1].id, rows[3].id])
  })
})
