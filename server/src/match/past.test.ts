import { defineGame, entity, int, text } from '@tickwire/engine'
import { planOf, type SnapshotBase, World } from '@tickwire/engine/wire'
import { describe, expect, it } from 'vitest'
import { Past } from './past.ts'

const LENGTH = 8
const game = defineGame({
  name: 'g',
  tickRate: 20,
  entities: { ship: entity({ x: int(0, 65535), name: text(8).default('') }), wall: entity({ x: int(0, 255) }) },
})

/** A world that goes on for so many ticks, and its snapshots, each of which the past was given. */
function play(ticks: number, act: (world: World<typeof game>, tick: number) => void) {
  const past = new Past(planOf(game), LENGTH)
  const world = new World(game)
  const all: SnapshotBase[] = []
  for (let tick = 0; tick < ticks; tick++) {
    world.tick = tick
    act(world, tick)
    all.push(world.snapshot() as never)
    past.add(all[tick])
  }
  return { past, all }
}

/** What a snapshot holds, in plain numbers and values. */
const held = ({ tick, hash, tables }: SnapshotBase) => ({
  tick,
  hash,
  cells: tables.map(({ cells: { size, count, born, ints, packed } }) => ({
    size,
    count,
    born: [...born],
    ints: [...ints],
    values: packed.map((column) => column.map(({ value }) => value)),
  })),
})

describe('the past', () => {
  it('holds the last ticks as they were, while rows come, go, move and are renamed', () => {
    for (let last = 1; last < 40; last++) {
      const { past, all } = play(last, ({ ship, wall }, tick) => {
        if (tick === 0) wall.spawn({ x: 7 })
        if (tick % 5 === 0) ship.spawn({ x: tick })
        if (tick % 7 === 6) ship.despawn([...ship][0])
        for (const row of ship) {
          if (tick % 3 > 0) row.x = tick * 3
          if (tick % 11 === 0) row.name = `n${tick}`
        }
      })
      expect(past.newest).toBe(last - 1)
      for (let tick = -2; tick < last + 2; tick++) {
        const isKept = tick >= Math.max(0, last - LENGTH) && tick < last
        const got = past.get(tick)
        expect(got && held(got)).toEqual(isKept ? held(all[tick]) : undefined)
      }
    }
  })

  it('is not changed by what comes after: what it handed out stays as it is', () => {
    const past = new Past(planOf(game), LENGTH)
    const world = new World(game)
    const ship = world.ship.spawn({ x: 0 })
    const taken: [SnapshotBase, unknown][] = []
    for (let tick = 0; tick < 40; tick++) {
      world.tick = tick
      ship.x = tick
      past.add(world.snapshot() as never)
      const one = past.get(tick - 3)
      if (one) taken.push([one, held(one)])
    }
    for (const [one, was] of taken) expect(held(one)).toEqual(was)
  })

  it('hands out the newest as it is, and of each other tick the same to all who ask in one tick', () => {
    const { past, all } = play(10, ({ ship }, tick) => void ship.spawn({ x: tick }))
    expect(past.get(9)).toBe(all[9])
    expect(past.get(5)).toBe(past.get(5))
  })

  it('makes one that many ask for once, for as long as it is kept', () => {
    const { past, all } = play(10, ({ ship }, tick) => void ship.spawn({ x: tick }))
    const one = past.get(5)
    past.add(Object.assign(Object.create(all[9]), { tick: 10 }))
    expect(past.get(5)).toBe(one)
  })

  it('copies no table that stands still, changes now and then, or is large', () => {
    const { past, all } = play(LENGTH, ({ ship, wall }, tick) => {
      if (tick === 0) for (let i = 0; i < 5000; i++) ship.spawn({ x: i })
      if (tick % 2 === 0) wall.spawn({ x: tick })
      for (const row of ship) row.x = (row.x + 1) % 65536
    })
    for (let tick = 0; tick < LENGTH; tick++)
      for (const [at, { cells }] of past.get(tick)!.tables.entries()) expect(cells).toBe(all[tick].tables[at].cells)
  })

  it('finds the nearest tick either way', () => {
    const past = new Past(planOf(game), LENGTH)
    expect([past.newest, past.get(0), past.atOrBefore(5), past.after(-1)]).toEqual([
      -1,
      undefined,
      undefined,
      undefined,
    ])
    const world = new World(game)
    for (const tick of [2, 4, 7, 11]) {
      world.tick = tick
      past.add(world.snapshot() as never)
    }
    const near = (tick: number) => [past.atOrBefore(tick)?.tick, past.after(tick)?.tick]
    expect(near(3)).toEqual([undefined, 4]) // 2 is too old
    expect(near(4)).toEqual([4, 7])
    expect(near(10)).toEqual([7, 11])
    expect(near(50)).toEqual([11, undefined])
    expect(past.after(-1)?.tick).toBe(4)
  })
})
