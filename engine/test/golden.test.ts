// The wire is pinned: the same play must give the same bytes, today and in a year. `independent.test.ts` reads what is
// kept here (golden.json) with a decoder of its own. A change of the bytes is a change of PROTOCOL_VERSION; after one,
// `vitest -u` writes the file anew.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { command, entity, event, request } from '../src/schema/entity.ts'
import { angle, bool, data, int, list, oneOf, quat, ranged, ref, text, tick, vec2 } from '../src/schema/field.ts'
import { defineGame, planOf } from '../src/schema/game.ts'
import { hashOf, type SnapshotBase } from '../src/state/snapshot.ts'
import { World } from '../src/state/world.ts'
import { BitWriter } from '../src/wire/bits.ts'
import { writeCommands } from '../src/wire/commands.ts'
import { DeltaEncoder } from '../src/wire/encoder.ts'
import { factorsOf } from '../src/wire/fit.ts'
import { FrameWriter, SHARED_PREFIX, type WireEvent } from '../src/wire/frames.ts'
import { PROTOCOL_VERSION } from '../src/wire/kinds.ts'
import { packAnswer, packAsk, packTell } from '../src/wire/messages.ts'
import { modelsOf } from '../src/wire/model.ts'
import { Prior } from '../src/wire/prior.ts'
import { packPrior } from '../src/wire/prior-packing.ts'
import { packRecord, settleRecord } from '../src/wire/record.ts'
import { trainPrior } from '../src/wire/training.ts'
import { flight, swarm } from './swarm.ts'
import { seenBy } from './worlds.ts'

const game = defineGame({
  name: 'golden',
  tickRate: 30,
  options: { map: oneOf('open', 'rocks') },
  state: {
    phase: oneOf('waiting', 'playing', 'over'),
    round: int(0, 255).linear(),
    secret: int(0, 9).only('server'),
  },
  entities: {
    ship: entity({
      x: ranged(0, 4096, 1 / 256).rate('vx'),
      vx: ranged(-512, 512, 1 / 64).default(0),
      pos: vec2(ranged(-100, 100, 0.5)).rate('vel'),
      vel: vec2(ranged(-64, 64, 0.25)),
      heading: angle(10).rate('spin'),
      spin: ranged(-8, 8, 1 / 64).default(0),
      fuel: int(0, 1000).linear(),
      turn: quat(9).linear(),
      on: bool.default(true),
      mode: oneOf('idle', 'busy', 'gone').default('busy'),
      name: text(12),
      bag: list(ranged(0, 1, 0.25), 4).default([]),
      path: list(vec2(int(-8, 7)), 3).default([]),
      note: data<unknown>(32).default(null),
      target: ref('ship'),
      due: tick().default(5),
      ammo: int(0, 50).default(50).only('owner'),
      log: text(8).default('-').only('owner'),
      aim: quat(7).default({ x: 0, y: 0, z: 0, w: 1 }).only('owner'),
      fuse: int(0, 90).default(7).only('server'),
    }),
    shot: entity({ n: int(0, 9) }, { maxRows: 100 }),
  },
  command: command({ turn: int(-1, 1), thrust: ranged(0, 1, 0.25), fire: bool, at: ref('ship') }),
  events: { boom: event({ at: vec2(int(0, 63)) }), said: event({ text: text(20), to: ref('ship') }), rang: event({}) },
  requests: { say: request({ text: text(20) }, { heard: int(0, 1000), aim: quat(5) }) },
})
const plan = planOf(game)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const upright = { x: 0, y: 0, z: 0, w: 1 }

/** What a viewer may know of a snapshot, by value. */
function seen(snapshot: SnapshotBase, viewer: 'wire' | 'public' | number): unknown {
  const made = seenBy(snapshot, viewer)
  const rows = (at: number) => JSON.parse(JSON.stringify([...made.tables[at]]))
  return { tick: snapshot.tick, ship: rows(0), shot: rows(1), state: rows(2)[0] }
}
function happened(tick: number, name: string, values: object, after = 0, owner?: number): WireEvent {
  const kind = plan.eventByName.get(name)!
  return { tick, kind, values: settleRecord(kind.layout, values as never, 'ERR_FIELD_VALUE'), after, owner }
}

/** The same play, every time: all that a frame can hold happens in it. */
function play() {
  const world = new World(game)
  const snapshots = new Map<number, SnapshotBase>()
  const step = (tick: number, act: (ships: (typeof a)[]) => void = () => {}): void => {
    world.tick = tick
    for (const ship of world.ship) {
      ship.x += ship.vx / 30
      ship.pos.x += ship.vel.x / 30
      ship.pos.y += ship.vel.y / 30
      ship.heading += ship.spin / 30
      ship.fuel -= 3
      // Only what every engine computes alike.
      ship.turn = { x: (tick % 7) / 10, y: ship.fuel / 3000, z: 0.1, w: 1 }
    }
    act([...world.ship])
    snapshots.set(tick, world.snapshot() as never)
  }
  world.tick = 27
  const a = world.ship.spawn(
    {
      x: 100,
      vx: 31,
      pos: { x: 1, y: -2 },
      vel: { x: 15, y: -4.5 },
      heading: 6.2,
      spin: 1.5,
      fuel: 900,
      turn: upright,
      name: 'ada',
    },
    { id: 1 }
  )
  world.tick = 29
  const b = world.ship.spawn(
    {
      x: 4000,
      pos: { x: 99, y: 0 },
      vel: { x: 60, y: 0 },
      heading: 0,
      fuel: 1000,
      turn: upright,
      name: 'zoë 日本 😀',
      target: a.id,
    },
    { id: 2 }
  )
  for (let i = 0; i < 16; i++) world.shot.spawn({ n: i % 10 })
  world.state.round = 7
  step(30)
  step(31)
  step(32, () => {
    a.vx = -20
    a.ammo = 48
    a.log = 'bang'
    for (const shot of world.shot) if (shot.n === 7) shot.n = 2
    world.state.phase = 'playing'
  })
  step(33, () => {
    world.shot.despawn([...world.shot][2])
    world.shot.despawn([...world.shot][3])
    b.bag = [0.25, 1]
    b.path = [{ x: -8, y: 7 }]
    b.mode = 'gone'
  })
  step(34, () => {
    world.ship.spawn(
      { x: 5, pos: { x: 0, y: 0 }, vel: { x: 0, y: 0 }, heading: 3, fuel: 10, turn: upright, name: '', due: 99 },
      { id: 1 }
    )
    world.shot.spawn({ n: 9 })
    world.ship.give(b, { id: 1 })
    b.aim = { x: 0.6, y: 0, z: -0.8, w: 0 }
    b.ammo = 1
    b.note = { map: [1, 'x', null, true, -1.5] }
  })
  step(40, () => {
    world.ship.despawn(a)
    world.state.round = 9
  })
  step(64, () => {
    world.ship.spawn(
      { x: 1, pos: { x: 0, y: 0 }, vel: { x: 0, y: 0 }, heading: 0, fuel: 0, turn: upright, name: 'new' },
      { id: 2 }
    )
    b.log = 'Ω'
  })
  step(65)
  return { snapshots, a, b }
}

/** A prior with a table of its own for every other context, so that its frames show each rule that contexts have. */
function mixed({ plan, epoch, models, levels }: Prior): Prior {
  const { alphabets } = modelsOf(plan)
  const residual = (m: number): boolean => alphabets[m].kind === 'residual'
  const pool = [...new Set(models.flatMap(({ map }, m) => (map && residual(m) ? [...map] : [])))]
  const maps = models.map(({ map, usual, factors }, m) => {
    if (!map || !residual(m)) return { map, usual, factors }
    const fit = pool.filter((table) => levels[table].length <= alphabets[m].symbols)
    const own = map.map((_, context) => fit[(context + Math.floor(context / 5)) % fit.length])
    return { map: own, usual, factors: factorsOf(own) }
  })
  return new Prior(plan, epoch, maps, levels)
}

/** Trained once, and kept in the file; anew where that one is of another schema or form. */
function swarmPrior(): Prior {
  try {
    const { prior } = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')).swarm
    return Prior.unpack(swarm, Uint8Array.from(Buffer.from(prior, 'hex')))
  } catch {
    return mixed(trainPrior(swarm, [...flight(80, 1).values()], 2))
  }
}

/** Chunks of many rows: what residuals are like said in the frame, or by a prior; two states; a predictor of the game's own. */
function swarmChunks() {
  const snapshots = flight(30, 2)
  const prior = swarmPrior()
  const [generic, trained] = [new DeltaEncoder(swarm), new DeltaEncoder(swarm, { prior })]
  const chunk = (about: string, encoder: typeof generic, ...ticks: number[]) => {
    const [now, base, before] = ticks.map((tick) => snapshots.get(tick)!)
    const { cells } = (now as never as SnapshotBase).tables[0]
    const slots = Array.from({ length: cells.size }, (_, slot) => slot).filter((slot) => cells.born[slot] >= 0)
    const { columns } = planOf(swarm).tables[0].layout
    return {
      about,
      hex: hex(encoder.encode(now, base, before)),
      trained: encoder === trained,
      baseline: ticks[1],
      before: ticks[2],
      hash: now.hash,
      rows: slots.map((slot) => `${slot}@${cells.born[slot]}`).join(' '),
      columns: Object.fromEntries(
        columns.map(({ name, index }) => [name, slots.map((slot) => cells.ints[index * cells.size + slot]).join(' ')])
      ),
    }
  }
  return {
    schema: swarm.hash,
    prior: hex(packPrior(prior)),
    chunks: [
      chunk('a keyframe of many', generic, 10),
      chunk('they say their shapes, in two states', generic, 11, 10),
      chunk('steady', generic, 12, 11, 10),
      chunk('hardly anybody moves', generic, 13, 12, 11),
      chunk('with a prior: a keyframe', trained, 12),
      chunk('with a prior: hardly anybody moves', trained, 13, 12, 11),
      chunk('with a prior: all move, some come and go', trained, 14, 13, 12),
      chunk('with a prior: over six ticks', trained, 20, 14, 13),
      chunk('with a prior: without one before', trained, 30, 20),
      chunk('with a prior: of one tick, but not steady', trained, 31, 30, 20),
      chunk('with a prior: steady, with a hash', trained, 32, 31, 30),
    ],
  }
}

it('the same play gives the same bytes', async () => {
  const { snapshots, a, b } = play()
  const writer = new FrameWriter(game)
  const at = (tick: number | undefined) => (tick === undefined ? undefined : snapshots.get(tick)!)
  const frame = (
    about: string,
    player: number,
    ticks: readonly number[],
    own: { slack?: number; got?: number; shared?: WireEvent[]; private?: WireEvent[]; all?: unknown } = {}
  ) => {
    const [now, baseline, before] = ticks
    const snapshot = at(now)!
    const shared = writer.shared(snapshot, at(baseline), at(before), own.shared ?? [])
    const { slack, got, private: events = [] } = own
    const head = writer.head({ player, snapshot, baseline: at(baseline), slack, got, events })
    const bytes = head ? Uint8Array.from([...head, ...shared.subarray(SHARED_PREFIX)]) : shared
    return {
      about,
      player,
      hex: hex(bytes),
      baseline,
      before,
      slack,
      got,
      events: own.all ?? [],
      seen: seen(snapshot, player),
    }
  }
  const encoder = new DeltaEncoder(game)
  const chunk = (about: string, now: number, baseline?: number, before?: number) => ({
    about,
    hex: hex(encoder.encode(at(now) as never, at(baseline) as never, at(before) as never)),
    baseline,
    before,
    hash: hashOf(at(now)!, true),
    seen: seen(at(now)!, 'wire'),
  })
  const commands = (about: string, near: number, run: Parameters<typeof writeCommands>[2]) => ({
    about,
    near,
    hex: hex(writeCommands(new BitWriter(), plan.command, run)),
    ...run,
  })
  const idle = settleRecord(plan.command, { turn: 0, thrust: 0, fire: false }, 'ERR_FIELD_VALUE')
  const shoot = settleRecord(plan.command, { turn: 1, thrust: 0.6, fire: true, at: b.id }, 'ERR_FIELD_VALUE')
  const say = plan.requestByName.get('say')!
  const ada = { id: 1, name: 'ada', bot: false }
  const golden = {
    version: PROTOCOL_VERSION,
    schema: game.hash,
    frames: [
      frame('a keyframe', 1, [30]),
      frame('a delta without a snapshot before', 1, [31, 30]),
      frame('a delta with one, a hash, owner columns and slack', 1, [32, 31, 30], { slack: -3 }),
      frame('rows that went', 1, [33, 32, 31], { got: 35 }),
      frame('rows that came, one to this player; one in a slot that was free', 1, [34, 33, 32]),
      frame('several ticks at once', 1, [40, 34], { slack: 127, got: 12 }),
      frame('events, public and private', 1, [64, 40], {
        shared: [
          happened(41, 'boom', { at: { x: 1, y: 63 } }),
          happened(60, 'rang', {}, 0, 1),
          happened(60, 'rang', {}, 0, 65535),
          happened(64, 'said', { text: 'hé', to: b.id }),
          happened(64, 'rang', {}),
        ],
        private: [happened(64, 'said', { text: 'you' }, 1)],
        all: [
          [41, 'boom', { at: { x: 1, y: 63 } }],
          [60, 'rang', {}, 1],
          [60, 'rang', {}, 65535],
          [64, 'said', { text: 'hé', to: b.id }],
          [64, 'said', { text: 'you' }],
          [64, 'rang', {}],
        ],
      }),
      frame('nothing of its own', 1, [65, 64, 40]),
      frame('the same keyframe for somebody else', 2, [30]),
      frame('what was given away', 2, [34, 30]),
    ],
    chunks: [
      chunk('a keyframe with owner columns', 33),
      chunk('the next', 34),
      chunk('a delta with them', 40, 34, 33),
      chunk('and one with a hash', 64, 40),
    ],
    commands: [
      commands('an acknowledgement', 64, {
        ack: 64,
        arrivedAt: 65000,
        drawn: 64,
        renderTick: 61.25,
        first: 66,
        commands: [],
      }),
      commands('a run', 70000, {
        ack: 69997,
        arrivedAt: 7,
        drawn: 69994,
        renderTick: 69990 + 3 / 256,
        asks: true,
        first: 70001,
        commands: [idle, idle, shoot, shoot, idle],
      }),
      commands('from a client that holds nothing', 40000, {
        ack: -1,
        arrivedAt: 0,
        drawn: -1,
        renderTick: -1,
        first: 40003,
        commands: [shoot],
      }),
    ],
    asks: [
      {
        hex: hex(
          packAsk({
            ask: 'join',
            version: PROTOCOL_VERSION,
            game: 'golden',
            schema: game.hash,
            match: packRecord(plan.options, { map: 'rocks' }, 'ERR_USAGE'),
            name: 'zoë',
          })
        ),
        message: { ask: 'join', version: PROTOCOL_VERSION, game: 'golden', schema: game.hash, match: [1], name: 'zoë' },
      },
      {
        hex: hex(
          packAsk({ ask: 'request', id: 300, name: 'say', values: packRecord(say.layout, { text: 'hi' }, 'ERR_USAGE') })
        ),
        message: { ask: 'request', id: 300, name: 'say', values: [2, 104, 105] },
        values: { text: 'hi' },
      },
    ],
    answers: [
      {
        hex: hex(
          packAnswer({ ok: 'join', match: 'm1', player: ada, players: [ada], tick: 70000, options: Uint8Array.of(1) })
        ),
        message: { ok: 'join', match: 'm1', player: ada, players: [ada], tick: 70000, options: [1] },
      },
      {
        hex: hex(packTell({ tell: 'end', code: 'ENDED', reason: 'over' })),
        message: { tell: 'end', code: 'ENDED', reason: 'over' },
      },
    ],
    ids: { a: a.id, b: b.id },
    swarm: swarmChunks(),
  }
  await expect(`${JSON.stringify(golden, null, 1)}\n`).toMatchFileSnapshot('./golden.json')
})
