// What a player sees and feels when the network is bad: whole matches under the virtual clock.

import { bool, command, defineGame, entity, int, ranged } from '@tickwire/engine'
import type { ClientMatch } from '@tickwire/engine/client'
import { type Link, profiles, roundTrip } from '@tickwire/engine/testing'
import { describe, expect, test } from 'vitest'
import type { Match, Rules } from '../src/match/rules.ts'
import { VirtualServer } from '../src/testing/index.ts'

const RATE = 30
const TICK = 1000 / RATE

const game = defineGame({
  name: 'feel',
  tickRate: RATE,
  entities: {
    ship: entity({ x: ranged(-4096, 4096, 1 / 256).default(0), shots: int(0, 1000).default(0) }, { predict: 'owner' }),
    buoy: entity({ x: ranged(0, 65536, 1 / 1024).rate('vx'), vx: ranged(-512, 512, 1 / 64) }),
  },
  command: command({ go: int(-1, 1), fire: bool }),
  move: {
    ship(ship, { go, fire }, { dt }) {
      ship.x += go * 100 * dt
      if (fire) ship.shots++
    },
    buoy(buoy, _command, { dt }) {
      buoy.x += buoy.vx * dt
    },
  },
})
type Game = typeof game

const rules: Rules<Game> = {
  start: ({ world }) => void world.buoy.spawn({ x: 0, vx: 60 }),
  join: ({ world }, player) => void world.ship.spawn({}, player),
}
const idle = () => ({ go: 0, fire: false })
const look = ({ view }: ClientMatch<Game>) => [...view.buoy][0]?.x

/** The one match of a server, for looking at the truth. */
function only(server: VirtualServer<Game>): Match<Game> {
  const [match] = server.lobby.matches
  return match as never
}

type Frames = readonly { at: number; tick: number; starved: boolean; seen: number | undefined }[]

/** Close behind the server, at its pace, and with the rows where they were at the tick drawn. */
function expectCurrent(frames: Frames, latency: number, pace: number): void {
  expect(frames.length).toBeGreaterThan(10)
  for (const [i, { at, tick, seen, starved }] of frames.entries()) {
    const delay = (at - latency) / TICK - tick
    expect(delay).toBeGreaterThan(0)
    expect(delay).toBeLessThan(4)
    expect(starved).toBe(false)
    expect(seen).toBeCloseTo(tick * 2, 1)
    if (i === 0) continue
    const before = frames[i - 1]
    expect(Math.abs(((tick - before.tick) * TICK) / (at - before.at) - 1)).toBeLessThan(pace + 1e-6)
  }
}

function expectNeverBack(frames: Frames): void {
  for (let i = 1; i < frames.length; i++) expect(frames[i].tick).toBeGreaterThanOrEqual(frames[i - 1].tick)
}

describe('a long stall', () => {
  test.each([
    ['a clean line', roundTrip(40, 0), 20],
    ['wifi', profiles.wifi, 10],
  ])(
    'of ten seconds over %s: the connection is lost, the match goes on, and soon after all is as before, without the past',
    async (_n, profile, least) => {
      const server = new VirtualServer(game, rules)
      const options = { match: 'quick' as const, input: idle }
      const { match, player, link, commands } = await server.join(options, { profile, onFrame: look })
      await server.run(10_000)
      const begins = server.clock.now
      const { lead } = match.stats
      const rate = player.frames.length
      link.stall(10_000)
      await server.run(10_000)
      expect(match.status).toBe('reconnecting')
      // Frames are drawn all the while.
      expect(player.frames.length - rate).toBeGreaterThan(590)
      const returns = server.clock.now
      const sent = commands.length
      await server.run(10_000)
      expect(match.status).toBe('playing')
      expectNeverBack(player.frames)
      expectCurrent(
        player.frames.filter(({ at }) => at > returns + 1000),
        least,
        0.04
      )
      // Of the ten seconds the screen shows the first half, where it goes on by the rates, and next to nothing after it.
      const shown = player.frames.filter(({ at }) => at > begins + 2500 && at < returns - 50)
      expect(shown.at(-1)!.tick - shown[0].tick).toBe(0)
      // Commands come in time again, and as early as before.
      const after = commands.slice(sent).filter(({ sentAt }) => sentAt > returns + 1000)
      expect(after.length).toBeGreaterThan(260)
      expect(after.filter(({ slack }) => slack <= 0)).toEqual([])
      expect(Math.abs(match.stats.lead - lead)).toBeLessThan(1)
      expect(server.warnings).toEqual([])
    }
  )

  test.each([
    [20_000, 'playing', undefined],
    [50_000, 'ended', 'ERR_SEAT_EXPIRED'],
  ])('of %i ms: who is back in time has its seat', async (ms, status, endCode) => {
    const server = new VirtualServer(game, rules)
    const { match, link } = await server.join({ match: 'quick', input: idle })
    await server.run(3000)
    link.stall(ms)
    await server.run(ms + 5000)
    expect(match).toMatchObject({ status, endCode })
  })
})

describe('a clock that is set', () => {
  test.each([3_600_000, -3_600_000])('by %i ms: nothing goes back, and a second later all is as before', async (ms) => {
    const server = new VirtualServer(game, rules)
    let offset = 0
    const { match, player, commands } = await server.join(
      { match: 'quick', input: idle },
      { now: () => 5e6 + server.clock.now + offset, onFrame: look }
    )
    await server.run(10_000)
    offset = ms
    const set = server.clock.now
    await server.run(20_000)
    expect(match.status).toBe('playing')
    expectNeverBack(player.frames)
    for (const { at, tick } of player.frames) expect(tick).toBeLessThan(at / TICK)
    expectCurrent(
      player.frames.filter(({ at }) => at > set + 1000),
      20,
      0.04
    )
    // A command for every tick: not a second's worth is missing.
    const ticks = new Set(commands.filter(({ at }) => at > set).map(({ tick }) => tick))
    expect(ticks.size).toBeGreaterThan(570)
    const after = commands.filter(({ sentAt }) => sentAt > set + 1000)
    expect(after.filter(({ slack }) => slack <= 0)).toEqual([])
  })
})

test('a tab at one frame a second for a minute is as before within a second', async () => {
  const server = new VirtualServer(game, rules)
  const { match, player, commands } = await server.join({ match: 'quick', input: idle }, { onFrame: look })
  await server.run(10_000)
  const { lead } = match.stats
  player.draw(1)
  await server.run(60_000)
  player.draw(60)
  const shown = server.clock.now
  await server.run(10_000)
  expectNeverBack(player.frames)
  expectCurrent(
    player.frames.filter(({ at }) => at > shown + 1000),
    20,
    0.04
  )
  expect(commands.filter(({ sentAt, slack }) => sentAt > shown + 1000 && slack <= 0)).toEqual([])
  expect(Math.abs(match.stats.lead - lead)).toBeLessThan(1)
})

describe('a press', () => {
  test('counts once, however the network stalls', async () => {
    for (const seed of [1, 2]) {
      const server = new VirtualServer(game, rules, seed)
      let fire = false
      const input = () => ({ go: 0, fire })
      const { link, match } = await server.join({ match: 'quick', input }, { profile: profiles.wifi })
      await server.run(5000)
      for (let press = 0; press < 20; press++) {
        link.stall(150 + press * 10, 'up')
        await server.run(40 + press)
        fire = true
        await server.run(17)
        fire = false
        await server.run(1000)
      }
      expect([...only(server).world.ship][0].shots).toBe(20)
      // What the client predicted came true in the end.
      expect(match.view.ship.mine!.shots).toBe(20)
    }
  })

  /** Where the buoy was drawn at each of `presses` presses, and where the rules find it in the past. */
  async function shoot(presses: number, between: (n: number, link: Link, buoy: { vx: number }) => number[]) {
    const judged: number[] = []
    const tick: Rules<Game>['tick'] = (match, commands) => {
      for (const player of match.players)
        if (commands.get(player)?.fire) judged.push([...match.rewind(player).buoy][0].x)
    }
    const server = new VirtualServer(game, { ...rules, tick })
    let fire = false
    let drawn = 0
    const onFrame = (match: ClientMatch<Game>) => {
      drawn = look(match)!
      fire = false
    }
    const input = () => ({ go: 0, fire })
    const profile = profiles.cable
    const { link, player } = await server.join({ match: 'quick', input }, { profile, onFrame, fps: 144 })
    await server.run(5000)
    const seen: { x: number; starved: boolean }[] = []
    for (let press = 0; press < presses; press++) {
      const [before, after] = between(press, link, [...only(server).world.buoy][0])
      await server.run(before)
      seen.push({ x: drawn, starved: player.frames.at(-1)!.starved })
      fire = true
      await server.run(after)
    }
    return { judged, seen }
  }

  test('is judged by what was on the screen when it was made', async () => {
    const { judged, seen } = await shoot(30, (n) => [300 + n * 7, 200])
    expect(judged).toHaveLength(30)
    // At 60 units a second a tenth is less than 2 ms.
    for (const [i, x] of judged.entries()) expect(Math.abs(x - seen[i].x), `press ${i}`).toBeLessThan(0.1)
  })

  test('is judged by what was on the screen also where that had starved, and the buoy has long turned', async () => {
    const { judged, seen } = await shoot(40, (n, link, buoy) => {
      link.stall(200, 'down')
      buoy.vx = buoy.vx === 60 ? 240 : 60
      return [150 + n, 900]
    })
    expect(judged).toHaveLength(40)
    expect(seen.filter(({ starved }) => starved).length).toBeGreaterThan(30)
    for (const [i, x] of judged.entries()) expect(Math.abs(x - seen[i].x), `press ${i}`).toBeLessThan(0.3)
  })
})

test('commands settle just in time, some 3 to 11 ms early at the least, and are never late on a good line', async () => {
  for (const [profile, seed] of [
    [profiles.lan, 1],
    [profiles.cable, 2],
    [profiles.wifi, 3],
  ] as const) {
    const server = new VirtualServer(game, rules, seed)
    const { commands } = await server.join({ match: 'quick', input: idle }, { profile, fps: 144 })
    await server.run(60_000)
    const slacks = commands
      .filter(({ at }) => at > 20_000)
      .map(({ slack }) => slack)
      .sort((a, b) => a - b)
    expect(slacks[0]).toBeGreaterThan(0)
    // Of a hundred the least early: about what half a second has at the least.
    const least = (slacks[Math.floor(slacks.length / 50)] * 1000) / game.tickRate
    expect(least).toBeGreaterThan(2)
    expect(least).toBeLessThan(15)
  }
})
