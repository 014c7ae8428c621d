import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { entity } from '../schema/entity.ts'
import { int, ref, text } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import type { SnapshotBase } from './snapshot.ts'
import { World, WorldBase } from './world.ts'

const game = defineGame({
  name: 'worlds',
  tickRate: 30,
  state: { round: int(0, 9), phase: text(8).default('lobby'), king: ref('ship') },
  entities: { ship: entity({ x: int(0, 9), to: ref('shot') }), shot: entity({ n: int(0, 9) }) },
})

describe('World', () => {
  it('starts at tick 0 with empty tables and the match state at its defaults', () => {
    const world = new World(game)
    expect([world.tick, world.ship.size, world.shot.size]).toEqual([0, 0, 0])
    expect([world.state.round, world.state.phase, world.state.king]).toEqual([0, 'lobby', undefined])
    expect(world.state).toBe(world.state)
    expect(Object.keys(world)).toEqual(expect.arrayContaining(['ship', 'shot']))
  })

  it('refs point from table to table, and from the match state', () => {
    const world = new World(game)
    const shot = world.shot.spawn({ n: 1 })
    const ship = world.ship.spawn({ x: 1, to: shot.id })
    world.state.king = ship.id
    const snapshot = world.snapshot()
    expect(snapshot.shot.get(snapshot.ship.get(snapshot.state.king)?.to)?.n).toBe(1)
    world.shot.despawn(shot)
    world.ship.despawn(ship)
    expect(world.snapshot().state.king).toBeUndefined()
  })

  it('snapshots share the tables in which nothing changed, and no others', () => {
    const world = new World(game)
    const ship = world.ship.spawn({ x: 1 })
    const cells = () => (world.snapshot() as never as SnapshotBase).tables.map((table) => table.cells)
    const [ships, shots, state] = cells()
    ship.x = 2
    world.state.phase = 'play'
    const moved = cells()
    expect(moved.map((of, at) => of === [ships, shots, state][at])).toEqual([false, true, false])
    expect([...ships.ints, ...moved[0].ints]).toEqual([0, 1, 0, 0, 2, 0])
    const same = cells()
    expect(same.every((of, at) => of === moved[at])).toBe(true)
    ship.x = 3
    expect(cells()[0].ints).not.toEqual(moved[0].ints)
    expect(moved[0].ints[1]).toBe(2)
    world.ship.despawn(ship)
    world.tick++
    world.ship.spawn({ x: 3 })
    expect(cells()[0].born).not.toEqual(moved[0].born)
    expect(moved[0].born).toEqual(ships.born)
  })

  it('a ref to a row of another table points nowhere', () => {
    const world = new World(game)
    const ship = world.ship.spawn({ x: 1 })
    ship.to = ship.id
    expect(world.snapshot().ship.get(ship.id)?.to).toBeUndefined()
  })

  it('refs may be resolved elsewhere: a predicted world has but some of the rows', () => {
    const asked: [string, number][] = []
    const resolve = (name: string, id: number) => asked.push([name, id]) + 6
    const world = new WorldBase(game, { resolve })
    const row = world.tables[0].spawn({ x: 1, to: 12345 })
    world.snapshot()
    expect(asked).toEqual([['shot', 12345]])
    expect((row as never as { to: number }).to).toBe(12345)
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 31])('refuses a snapshot at tick %d', (tick) => {
    const world = new World(game)
    world.tick = tick
    expect(refused(() => world.snapshot())).toBe(
      `world.tick is ${tick}: expected a whole number from 0 to 2^31 - 1 (ERR_USAGE)`
    )
  })

  it('wants a game', () => expect(refused(() => new World({} as never))).toContain('ERR_SCHEMA'))
})
