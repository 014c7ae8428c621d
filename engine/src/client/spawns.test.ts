// What `move` spawns, emits and sees ahead of the server.

import { describe, expect, it } from 'vitest'
import { bool, command, defineGame, entity, event, int, list, type MoveContext, ranged, ref } from '../index.ts'
import { bornOfId, type Kind, planOf, type RowBase, type SnapshotBase, type Values, WorldBase } from '../wire/index.ts'
import type { PredictedRow } from './predicted-row.ts'
import { Predictor } from './predictor.ts'

const ME = 3
const Shot = entity({
  x: ranged(0, 1000, 1 / 16).rate('vx'),
  vx: ranged(-100, 100, 1).default(0),
  age: int(0, 99).default(0),
})
/** What the next tick of `move.ship` does besides. */
let trick: (
  ship: { near: number | undefined },
  context: Pick<MoveContext<typeof entities, {}>, 'world' | 'tick'>
) => void
const entities = {
  ship: entity(
    {
      x: ranged(0, 1000, 1 / 16),
      reload: int(0, 9).default(0),
      path: list(int(0, 999), 3).default([]),
      near: ref('shot'),
    },
    { predict: 'owner' }
  ),
  ball: entity({ x: ranged(0, 1000, 1 / 16), vx: ranged(-100, 100, 1) }, { predict: 'everyone' }),
  shot: Shot,
  mine: entity({ x: ranged(0, 1000, 1 / 16) }, { predict: 'owner' }),
  spark: entity({ x: ranged(0, 1000, 1 / 16).rate('vx'), vx: ranged(-100, 100, 1) }),
}
const game = defineGame({
  name: 'spawns',
  tickRate: 10,
  entities,
  events: { bang: event({ x: int(0, 1000) }) },
  command: command({ go: int(-1, 1), fire: bool }),
  move: {
    ship(ship, { go, fire }, { tick, world, spawn, emit }) {
      ship.x += go * 8
      ship.path = [...ship.path, Math.floor(ship.x)].slice(-3)
      if (ship.reload > 0) ship.reload--
      trick(ship, { tick, world })
      if (!fire || ship.reload > 0) return
      ship.reload = 3
      spawn('shot', { x: ship.x, vx: 50 })
      spawn('shot', { x: ship.x, vx: -50 })
      spawn('mine', { x: ship.x })
      spawn('spark', { x: ship.x, vx: 20 })
      emit('bang', { x: ship.x })
    },
    ball(ball, steer, { dt, world, spawn, emit }) {
      expect(steer).toBeUndefined()
      ball.x += ball.vx * dt
      for (const ship of world.ship) {
        // Of a ship its last places, too: a list.
        if (Math.abs(ship.x - ball.x) > 20 || ship.path.length === 0) continue
        ball.vx = ship.x < ball.x ? 100 : -100
        ball.x = Math.min(1000, ball.x + ship.path[0] / 100)
        // Nobody's: it comes from the server.
        spawn('spark', { x: ball.x, vx: 1 })
        emit('bang', { x: ball.x })
      }
    },
    shot(shot, _steer, { dt }) {
      shot.x += shot.vx * dt
      shot.age++
    },
    mine(mine, { go }) {
      mine.x += go
    },
  },
})
const plan = planOf(game)
type Cells = Record<string, never>

/** The authority. A command that is missing is neutral: at the client it may be known. */
class Play {
  readonly world = new WorldBase(game)
  readonly snapshots: SnapshotBase[] = []
  readonly commands: (Values | undefined)[] = []
  /** What the client will have pressed, where the server knows of none or of another one. */
  readonly pressed: (Values | undefined)[] = []
  readonly heard: [tick: number, kind: Kind, values: Values, ordinal: number][] = []
  rule: () => void = () => {}
  readonly predictor = new Predictor(
    plan,
    ME,
    (tick) => {
      const command = this.pressed[tick] ?? this.commands[tick]
      return command && { tick, command }
    },
    (...event) => this.heard.push(event)
  )

  constructor() {
    trick = () => {}
    const [ships, balls] = this.world.tables
    balls.spawn({ x: 300, vx: 40 })
    ships.spawn({ x: 900 }, { id: 9 })
    ships.spawn({ x: 500 }, { id: ME })
    this.step()
  }
  table(name: keyof typeof entities) {
    return this.world.tables[plan.tables.findIndex((table) => table.name === name)]
  }
  step(): SnapshotBase {
    const { world } = this
    world.tick++
    const seen = this.snapshots.at(-1)?.seen
    const spawns: (() => void)[] = []
    for (const table of seen ? world.tables : [])
      for (const row of table) {
        const { owner } = row
        const command = owner === undefined ? undefined : (owner === ME && this.commands[world.tick]) || idle
        const spawn = (name: keyof typeof entities, values: Values) =>
          spawns.push(() => void this.table(name).spawn(values, owner === undefined ? owner : { id: owner }))
        table.plan.move?.(row, command, { dt: 0.1, tick: world.tick, world: seen, spawn, emit() {} })
      }
    for (const spawn of spawns) spawn()
    this.rule()
    // Sparks have no `move`: the rules move them by their rates.
    for (const spark of this.table('spark') as Iterable<RowBase & Cells>)
      if (bornOfId(spark.id) < world.tick) Object.assign(spark, { x: spark.x + spark.vx / 10 })
    const snapshot = world.snapshot() as SnapshotBase
    this.snapshots.push(snapshot)
    return snapshot
  }
  draw(now = 0, fraction = 0, command = idle): readonly PredictedRow[] {
    return this.predictor.draw(fraction, command, now) as readonly PredictedRow[]
  }
  own(name: keyof typeof entities): PredictedRow[] {
    return this.draw().filter(({ of }) => of.plan.name === name)
  }
}
const idle = { go: 0, fire: false }
const fire = { go: 0, fire: true }
const xOf = ({ row }: PredictedRow) => (row as RowBase & Cells).x as number

describe('ahead of the server', () => {
  it('all is as it will be there, to the bit: what was spawned, and what bounced off what only this client knows', () => {
    const play = new Play()
    for (let tick = 2; tick < 200; tick++)
      play.commands[tick] = { go: [1, -1, 0, 1, -1][Math.floor(tick / 9) % 5], fire: tick % 7 === 0 }
    // The server's own shots end.
    play.rule = () => {
      for (const shot of play.table('shot')) if ((shot as RowBase & Cells).age > 20) play.table('shot').despawn(shot)
    }
    const ids = new Map<number, number>()
    for (let i = 0; i < 150; i++) {
      const snapshot = play.step()
      if (i % 5 === 3) continue
      play.predictor.reconcile(snapshot)
      play.predictor.advance(snapshot.tick + 6)
      for (const { id, serverId } of play.draw()) if (serverId !== undefined) ids.set(id, serverId)
      expect(new Set(play.draw().map(({ id }) => id)).size).toBe(play.draw().length)
      expect(new Set(play.draw().map(({ serverId, id }) => serverId ?? id)).size).toBe(play.draw().length)
    }
    expect(play.predictor.corrections).toBe(0)
    // Of each volley four, under the ids that they began with.
    expect([...ids.keys()].filter((id) => id < 0).length).toBeGreaterThan(60)
    expect((play.table('ball').get([...play.table('ball')][0].id) as RowBase & Cells).vx).not.toBe(40)
    // Each tick's once, however often it was replayed.
    const bangs = play.heard.map(([tick, , , ordinal]) => `${tick} ${ordinal}`)
    expect(bangs.length).toBeGreaterThan(new Set(bangs).size)
    for (const tick of play.heard.map(([tick]) => tick)) expect(tick % 7).toBe(0)
  })

  it('what is spawned is there after its tick, moves from the next on, and becomes the server’s', () => {
    const play = new Play()
    play.commands[4] = fire
    play.predictor.reconcile(play.snapshots[0])
    play.predictor.advance(3)
    expect(play.own('shot')).toEqual([])
    play.predictor.advance(4)
    const shots = play.own('shot')
    expect(shots.map(xOf)).toEqual([500, 500])
    expect(shots.every(({ id, serverId }) => id < 0 && serverId === undefined)).toBe(true)
    play.predictor.advance(6)
    expect(shots.map(xOf)).toEqual([510, 490])
    expect(play.own('spark').map(xOf)).toEqual([504])
    for (let tick = 2; tick <= 4; tick++) play.predictor.reconcile(play.step())
    const [right, left] = [...play.table('shot')]
    expect(play.own('shot')).toEqual(shots)
    expect(shots.map(({ serverId }) => serverId)).toEqual([right.id, left.id])
    expect(shots.map(xOf)).toEqual([510, 490])
    // Every one of them once, whatever its entity's `predict` says.
    expect(['mine', 'spark', 'shot'].map((name) => play.own(name as 'mine').length)).toEqual([1, 1, 2])
    play.table('shot').despawn(right)
    play.predictor.reconcile(play.step())
    expect(play.own('shot')).toEqual([shots[1]])
    expect(play.predictor.corrections).toBe(0)
  })

  it('a row of the past that came and went between two frames is known by its name', () => {
    const play = new Play()
    play.commands[2] = fire
    play.predictor.reconcile(play.snapshots[0])
    play.predictor.advance(4)
    const [shot] = play.own('shot')
    play.predictor.meet(play.step())
    const [first] = [...play.table('shot')]
    play.table('shot').despawn(first)
    play.predictor.reconcile(play.step())
    expect(shot.serverId).toBe(first.id)
    expect(play.own('shot')).toHaveLength(1)
  })

  it('what a replay does not spawn again is gone, and what it spawns elsewhere is the same row, eased there', () => {
    const play = new Play()
    play.pressed[3] = fire
    play.pressed[7] = fire
    play.predictor.reconcile(play.snapshots[0])
    play.predictor.advance(8)
    const shots = play.own('shot')
    expect(shots.map(({ spawn }) => spawn)).toEqual([3, 3, 7, 7].map((tick, at) => ({ tick, ordinal: at % 2 })))
    // The server runs ticks 2 and 3 without a shot, and puts the ship elsewhere.
    play.rule = () => Object.assign(play.table('ship').ownedBy({ id: ME })!, { x: 540 })
    play.step()
    play.predictor.reconcile(play.step())
    expect(play.own('shot')).toEqual(shots.slice(2))
    expect(shots.slice(2).map(xOf)).toEqual([545, 535])
    const drawn = () => play.draw(0)[3].cells.readNumber(1, play.draw(0)[3].slot)
    expect(drawn()).toBeCloseTo(495, 6)
    play.draw(5000)
    expect(drawn()).toBe(535)
    expect(play.predictor.corrections).toBe(1)
    // The server never has them.
    while (play.world.tick < 8) play.predictor.reconcile(play.step())
    expect(play.own('shot')).toEqual([])
  })

  it('what part of a tick spawns and emits is forgotten', () => {
    const play = new Play()
    play.predictor.reconcile(play.snapshots[0])
    play.predictor.advance(3)
    play.draw(0, 0.5, fire)
    play.predictor.advance(4)
    expect(play.own('shot')).toEqual([])
    expect(play.heard).toEqual([])
  })

  it('values that spawn refuses are refused as at the server, and the game goes on', () => {
    const play = new Play()
    play.commands[3] = fire
    play.predictor.reconcile(play.snapshots[0])
    trick = (ship, { tick }) => {
      if (tick === 3) Object.assign(ship, { x: Number.NaN })
    }
    expect(() => play.predictor.advance(3)).toThrow('bang.x is NaN')
    trick = () => {}
    play.predictor.reconcile(play.step())
    play.predictor.advance(5)
    expect(play.own('shot')).toHaveLength(2)
  })
})

describe('the world of move', () => {
  it('is that of the tick before: predicted rows as predicted, others as they came, what was spawned at the end', () => {
    const play = new Play()
    for (const tick of [3, 4, 5, 6]) play.commands[tick] = { go: 1, fire: tick === 3 }
    play.table('shot').spawn({ x: 7 }, { id: 9 })
    play.predictor.reconcile(play.step())
    const seen: unknown[] = []
    trick = (_ship, { tick, world }) => {
      const { ship, shot } = world
      const mine = ship.ownedBy({ id: ME })!
      expect(ship.get(mine.id)).toBe(mine)
      expect([...ship].map(({ owner }) => owner)).toEqual([9, ME])
      expect([...ship.allOwnedBy({ id: 9 })]).toEqual([ship.ownedBy({ id: 9 })])
      const shots = [...shot]
      expect(shot.size).toBe(shots.length)
      for (const one of shots) expect(shot.get(one.id)).toBe(one)
      expect([...shot.allOwnedBy({ id: ME })]).toEqual(shots.filter(({ owner }) => owner === ME))
      expect(shot.get(undefined)).toBeUndefined()
      seen.push([tick, mine.x, [...mine.path], shots.map(({ x }) => x)])
    }
    play.predictor.advance(6)
    expect(seen).toEqual([
      [3, 500, [500], [7]],
      [4, 508, [500, 508], [7, 508, 508]],
      [5, 516, [500, 508, 516], [7, 513, 503]],
      [6, 524, [508, 516, 524], [7, 518, 498]],
    ])
  })

  it('a ref to what only this client has holds, and is the server’s row once that has it', () => {
    const play = new Play()
    play.commands[2] = fire
    trick = (ship, { world }) => {
      ship.near = world.shot.ownedBy({ id: ME })?.id
    }
    play.predictor.reconcile(play.snapshots[0])
    play.predictor.advance(4)
    const near = () => (play.own('ship')[0].row as RowBase & Cells).near as number
    expect(near()).toBe(play.own('shot')[0].id)
    expect(near()).toBeLessThan(0)
    play.predictor.reconcile(play.step())
    expect(near()).toBe([...play.table('shot')][0].id)
    expect(play.predictor.corrections).toBe(0)
  })
})
