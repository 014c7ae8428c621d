import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { entity } from '../schema/entity.ts'
import { data, int, list, ranged, vec2 } from '../schema/field.ts'
import { defineGame, planOf } from '../schema/game.ts'
import { Copies } from './copies.ts'
import { bornOfId } from './ids.ts'
import { RowBase } from './row.ts'
import type { SnapshotBase } from './snapshot.ts'
import { World } from './world.ts'

const game = defineGame({
  name: 'copies',
  tickRate: 30,
  entities: {
    ship: entity({
      x: ranged(0, 100, 0.5),
      pos: vec2(int(0, 99)).default({ x: 1, y: 2 }),
      bag: list(int(0, 9), 3).default([7]),
      note: data<unknown>(32).default({ a: 1 }),
    }),
  },
})
const ann = { id: 1 }
const bob = { id: 2 }

interface Ship extends RowBase {
  x: number
  bag: number[]
}

function make() {
  const world = new World(game)
  const copies = new Copies(
    planOf(game).tables[0],
    () => -1,
    () => {}
  )
  /** Copies a row as the world's next snapshot has it. */
  const copy = (row: { readonly id: number }): Ship => {
    const [table] = (world.snapshot() as never as SnapshotBase).tables
    return copies.take(table, table.find(row.id), bornOfId(row.id)) as Ship
  }
  return { world, ship: world.ship, copies, copy }
}

describe('a copy', () => {
  it('is the row, with its id, owner, lists and values, and apart from it', () => {
    const { ship, copies, copy } = make()
    ship.spawn({ x: 1 })
    const row = ship.spawn({ x: 2, bag: [1], note: [2], pos: { x: 3, y: 4 } }, bob)
    const made = copy(row)
    expect(JSON.stringify(made)).toBe(JSON.stringify(row))
    made.bag.push(20)
    copies.settle(made)
    expect(made.bag).toEqual([1, 9])
    expect(row.bag).toEqual([1])
  })

  it('taken again stays the same object and has the new values and owner', () => {
    const { world, ship, copy } = make()
    const row = ship.spawn({ x: 2 }, ann)
    const made = copy(row)
    made.x = 50
    world.tick++
    ship.give(row, bob)
    row.x = 3
    expect(copy(row)).toBe(made)
    expect([made.x, made.owner]).toEqual([3, 2])
  })

  it('of another row in the same slot ends the one before', () => {
    const { world, ship, copy } = make()
    const row = ship.spawn({ x: 2 }, ann)
    const made = copy(row)
    ship.despawn(row)
    world.tick++
    const other = ship.spawn({ x: 3 }, bob)
    expect([copy(other).id, copy(other).x]).toEqual([other.id, 3])
    expect([made.x, RowBase.isGone(made)]).toEqual([undefined, true])
  })

  it('is settled as the world would, by itself', () => {
    const { ship, copies, copy } = make()
    const [one, other] = [copy(ship.spawn({ x: 1 })), copy(ship.spawn({ x: 1 }))]
    one.x = 1.3
    other.x = 1.3
    copies.settle(one)
    expect([one.x, other.x]).toEqual([1.5, 1.3])
    one.x = Number.NaN
    expect(refused(() => copies.settle(one))).toBe(
      `row ${one.id}: ship.x is NaN; the schema allows 0 to 100 (ERR_FIELD_VALUE)`
    )
  })
})

describe('a row that is made', () => {
  it('has its values, defaults for the others, its owner, and an id that is none of the server', () => {
    const { copies } = make()
    const row = copies.make({ x: 5 }, 2, -1, 3) as Ship
    expect(JSON.parse(JSON.stringify(row))).toEqual({
      id: row.id,
      owner: 2,
      x: 5,
      pos: { x: 1, y: 2 },
      bag: [7],
      note: { a: 1 },
    })
    expect(row.id).toBeLessThan(0)
  })

  it('made again has nothing of the last time', () => {
    const { copies } = make()
    const first = copies.make({ x: 5, bag: [1, 2] }, 2, -1, 0)
    const again = copies.make({ x: 6 }, 2, -1, 0) as Ship
    expect([again.x, again.bag]).toEqual([6, [7]])
    expect(again).toBe(first)
  })

  it('is another object where it is another row, and the last one is gone', () => {
    const { copies } = make()
    const first = copies.make({ x: 5 }, 2, -1, 0) as Ship
    expect((copies.make({ x: 6 }, 2, -2, 0) as Ship).x).toBe(6)
    expect([first.x, RowBase.isGone(first)]).toEqual([undefined, true])
  })

  it.each<[string, object, string]>([
    ['a value that is missing', {}, 'ship.x is missing'],
    ['a name that is no field', { x: 1, y: 2 }, 'ship.y: the schema has no such field'],
    ['a number that is none', { x: Number.NaN }, 'ship.x is NaN: expected a finite number'],
  ])('%s is refused as by spawn()', (_, values, text) => {
    const { copies, ship } = make()
    const message = refused(() => copies.make(values as never, 1, -1, 0))
    expect(message).toContain(text)
    expect(refused(() => ship.spawn(values as never))).toBe(message)
  })
})
