import { describe, expect, it } from 'vitest'
import { angle, bool, command, defineGame, entity, int, list, ranged, ref, text } from '../index.ts'
import { planOf, Random, type RowBase, type SnapshotBase, type Values, WorldBase } from '../wire/index.ts'
import { Predictor } from './predictor.ts'
import type { Stamped } from './sender.ts'
import type { OwnRow } from './view.ts'

const Ship = entity(
  {
    x: ranged(0, 4096, 1 / 256)
      .rate('vx')
      .snap(200),
    vx: ranged(-512, 512, 1 / 64).default(0),
    heading: angle(12).default(0),
    heat: int(0, 50).default(0).only('owner'),
    score: int(0, 1000).default(0),
    path: list(int(0, 4095), 4).default([]),
    target: ref('rock'),
    name: text(8).default(''),
  },
  { predict: 'owner' }
)
const game = defineGame({
  name: 'test',
  tickRate: 30,
  entities: { ship: Ship, rock: entity({ x: ranged(0, 4096, 1) }) },
  command: command({ turn: ranged(-1, 1, 1 / 128), thrust: bool }),
  move: {
    ship(ship, steer, { dt, world }) {
      ship.heading += steer.turn * 3 * dt
      ship.vx += (Math.cos(ship.heading) * (steer.thrust ? 300 : 0) - ship.vx) * dt
      ship.x += ship.vx * dt
      ship.heat = steer.thrust ? ship.heat + 1 : 0
      if (ship.heat % 10 === 5) ship.path.push(Math.floor(ship.x))
      if (ship.path.length > 3) ship.path.shift()
      for (const rock of world.rock)
        if (Math.abs(rock.x - ship.x) < 20) {
          ship.vx = -ship.vx
          ship.target = rock.id
        }
    },
  },
})
const plan = planOf(game)
const ME = 3
type Cells = Record<string, unknown>

/** The authority, with every command that it will run known to both. */
class Authority {
  readonly world = new WorldBase(game)
  readonly snapshots: SnapshotBase[] = []
  readonly commands: Values[] = []
  readonly predictor = new Predictor(plan, ME, (tick) => this.find(tick))
  rule: (tick: number) => void = () => {}
  readonly #random = new Random(5)

  find(tick: number): Stamped | undefined {
    return this.commands[tick] && { tick, command: this.commands[tick] }
  }
  get ship(): RowBase & Cells {
    return this.world.tables[0].ownedBy({ id: ME }) as RowBase & Cells
  }
  steer(tick: number): void {
    const { commands } = this
    const isNew = tick % 7 === 0
    commands[tick] =
      isNew || !commands[tick - 1]
        ? { turn: Math.round(this.#random.next() * 256 - 128) / 128, thrust: this.#random.next() < 0.7 }
        : commands[tick - 1]
  }
  step(): SnapshotBase {
    const { world } = this
    world.tick++
    const last = this.snapshots.at(-1)?.seen
    if (last)
      for (const row of world.tables[0])
        plan.tables[0].move!(row, this.commands[world.tick], { dt: 1 / 30, tick: world.tick, world: last })
    this.rule(world.tick)
    const snapshot = world.snapshot() as SnapshotBase
    this.snapshots.push(snapshot)
    return snapshot
  }
}

function start(): Authority {
  const authority = new Authority()
  for (let tick = 1; tick < 400; tick++) authority.steer(tick)
  const [ships, rocks] = authority.world.tables
  for (let x = 100; x < 4000; x += 150) rocks.spawn({ x })
  ships.spawn({ x: 2000, name: 'other' }, { id: 9 })
  ships.spawn({ x: 1000, name: 'me' }, { id: ME })
  return authority
}

/** All that a player knows of a row. */
function values({ table, cells, slot }: OwnRow | { table: number; cells: SnapshotBase['tables'][0]; slot: number }) {
  return plan.tables[table].layout.columns.map(({ index, kind, name }) => [
    name,
    kind === 'value' ? structuredClone(cells.readValue(index, slot)) : cells.readNumber(index, slot),
  ])
}
function truth(snapshot: SnapshotBase, own: OwnRow) {
  const cells = snapshot.tables[own.table]
  return values({ table: own.table, cells, slot: cells.find(own.id) })
}
const neutral = { turn: 0, thrust: false }

describe('Predictor', () => {
  it('tells move the match state as everybody may know it, and no more', () => {
    const told: unknown[] = []
    const windy = defineGame({
      name: 'windy',
      tickRate: 30,
      state: { wind: int(0, 9), secret: int(0, 9).only('server') },
      entities: { ship: entity({ x: int(0, 9) }, { predict: 'owner' }) },
      move: {
        ship(_ship, _command, { state }) {
          told.push(state.wind)
          // @ts-expect-error  only the server knows
          told.push(state.secret)
        },
      },
    })
    const world = new WorldBase(windy)
    world.tables[0].spawn({ x: 1 }, { id: ME })
    Object.assign(world.state, { wind: 3, secret: 4 })
    const predictor = new Predictor(planOf(windy), ME, () => undefined)
    predictor.reconcile(world.snapshot() as SnapshotBase)
    predictor.advance(1)
    expect(told).toEqual([3, undefined])
  })

  it('is equal to the authority to the bit, ticks before the authority is there', () => {
    const authority = start()
    const { predictor, snapshots } = authority
    const predicted: [number, OwnRow, unknown][] = []
    const AHEAD = 6
    for (let i = 0; i < 300; i++) {
      const snapshot = authority.step()
      // Some snapshots never come.
      if (i % 5 !== 3) predictor.reconcile(snapshot)
      predictor.advance(snapshot.tick + AHEAD)
      const [own] = predictor.draw(0, neutral, i * 33)
      predicted.push([predictor.tick, own, values(own)])
    }
    expect(predictor.corrections).toBe(0)
    for (const [tick, own, found] of predicted.slice(0, -AHEAD))
      expect([tick, found]).toEqual([tick, truth(snapshots[tick - 1], own)])
    // It was worth predicting.
    const [first, last] = [snapshots[0], snapshots[299]].map((at) => JSON.stringify(truth(at, predicted[0][1])))
    expect(first).not.toEqual(last)
    expect(JSON.stringify(predicted)).toContain('path')
    expect(authority.ship.target).toBeDefined()
  })

  it('has rows of its player only, and only of predicted entities', () => {
    const authority = start()
    authority.predictor.reconcile(authority.step())
    const own = authority.predictor.draw(0, neutral, 0)
    expect(own.map(({ table, id }) => [table, id])).toEqual([[0, authority.ship.id]])
  })

  it('changes no snapshot, not even a list', () => {
    const authority = start()
    const snapshot = authority.step()
    const before = JSON.stringify([...snapshot.tables[0]])
    authority.predictor.reconcile(snapshot)
    authority.predictor.advance(100)
    authority.predictor.draw(0.5, { turn: 1, thrust: true }, 0)
    expect(JSON.stringify([...snapshot.tables[0]])).toBe(before)
  })

  it('draws the part of a tick that has passed and forgets it', () => {
    const authority = start()
    const { predictor } = authority
    for (let i = 0; i < 20; i++) predictor.reconcile(authority.step())
    predictor.advance(25)
    const at = () => values(predictor.draw(0, neutral, 0)[0])
    const whole = at()
    const [own] = predictor.draw(0.25, { turn: 1, thrust: false }, 0)
    const heading = plan.tables[0].layout.byName.get('heading')!.column
    expect(own.cells.readNumber(heading, own.slot)).toBeCloseTo((whole[heading][1] as number) + (0.25 * 3) / 30, 9)
    expect(at()).toEqual(whole)
  })

  it('draws nothing past the bounds of its field: a row that pushes against the edge stands there', () => {
    const dots = defineGame({
      name: 'dots',
      tickRate: 30,
      entities: { dot: entity({ x: ranged(0, 800, 1 / 16) }, { predict: 'owner' }) },
      command: command({ go: int(-1, 1) }),
      move: {
        dot(dot, { go }, { dt }) {
          dot.x += go * 240 * dt
        },
      },
    })
    const right = { go: 1 }
    const predictor = new Predictor(planOf(dots), ME, (tick) => ({ tick, command: right }))
    const world = new WorldBase(dots)
    world.tick = 1
    world.tables[0].spawn({ x: 799 }, { id: ME })
    predictor.reconcile(world.snapshot() as SnapshotBase)
    for (let tick = 2; tick < 6; tick++) {
      predictor.advance(tick)
      for (const fraction of [0, 0.3, 0.9]) {
        const [{ cells, slot }] = predictor.draw(fraction, right, 0)
        expect(cells.readNumber(1, slot)).toBe(800)
      }
    }
  })

  it('is wrong once where a rule interferes, and eases what was drawn into it', () => {
    const authority = start()
    const { predictor } = authority
    authority.rule = (tick) => {
      if (tick === 100) authority.ship.x = (authority.ship.x as number) + 50
    }
    const x = plan.tables[0].layout.byName.get('x')!.column
    let error = 0
    let now = 0
    let last: number | undefined
    for (let i = 0; i < 200; i++) {
      predictor.reconcile(authority.step())
      predictor.advance(authority.world.tick + 5)
      if (authority.world.tick === 100) error = 50
      for (let frame = 0; frame < 2; frame++) {
        now += 1000 / 60
        const [own] = predictor.draw(frame / 2, authority.commands[predictor.tick + 1], now)
        const drawn = own.cells.readNumber(x, own.slot)
        const speed = 300 / 60
        if (last !== undefined) expect(Math.abs(drawn - last)).toBeLessThan(speed + 0.1 * error + 0.01)
        last = drawn
      }
    }
    expect(predictor.corrections).toBe(1)
    const [own] = predictor.draw(0, neutral, now)
    predictor.advance(authority.world.tick)
    while (authority.world.tick < predictor.tick) authority.step()
    expect(values(own)).toEqual(truth(authority.snapshots[predictor.tick - 1], own))
  })

  it('draws a teleport at once, and takes what only rules change for news', () => {
    const authority = start()
    const { predictor } = authority
    authority.rule = (tick) => {
      if (tick === 60) authority.ship.score = 5
      if (tick === 100) authority.ship.x = 3900
    }
    while (authority.world.tick < 99) {
      predictor.reconcile(authority.step())
      predictor.advance(authority.world.tick + 5)
    }
    expect(predictor.corrections).toBe(0)
    predictor.reconcile(authority.step())
    const x = plan.tables[0].layout.byName.get('x')!.column
    const [own] = predictor.draw(0, neutral, 0)
    expect(Math.abs(own.cells.readNumber(x, own.slot) - 3900)).toBeLessThan(60)
    expect(predictor.corrections).toBe(1)
  })

  it('loses a row when the newest snapshot has not got it, and takes up the next', () => {
    const authority = start()
    const { predictor } = authority
    predictor.reconcile(authority.step())
    predictor.advance(5)
    const { ship } = authority
    authority.rule = () => authority.world.tables[0].despawn(ship)
    predictor.reconcile(authority.step())
    expect(predictor.draw(0, neutral, 0)).toEqual([])
    authority.rule = () => authority.world.tables[0].spawn({ x: 30 }, { id: ME })
    predictor.reconcile(authority.step())
    predictor.advance(8)
    expect(predictor.draw(0.5, neutral, 0).map(({ id }) => id)).toEqual([authority.ship.id])
    expect(authority.ship.id).not.toBe(ship.id)
  })

  it('repeats the last command for 250 ms where none was given, as the server does', () => {
    const authority = start()
    const { predictor } = authority
    const last = { turn: 1, thrust: false }
    authority.commands.length = 0
    authority.commands[1] = neutral
    authority.commands[2] = neutral
    authority.find = (tick) => (tick < 3 ? undefined : { tick: 3, command: last })
    predictor.reconcile(authority.step())
    predictor.reconcile(authority.step())
    predictor.advance(30)
    const heading = plan.tables[0].layout.byName.get('heading')!.column
    const [own] = predictor.draw(0, neutral, 0)
    // Tick 3 and the 8 that follow it.
    expect(own.cells.readNumber(heading, own.slot)).toBeCloseTo((9 * 3) / 30, 2)
  })
})
