// What can happen to a simulated game. Each fault picks whom it happens to, says so, and returns false where it can't happen
// now. What is out (a network, a page) is noted with its person, so that it is known which seats may be lost over it.

import { type LinkProfile, roundTrip } from '@tickwire/engine/testing'
import { FRAME_KIND, packRecord, planOf } from '@tickwire/engine/wire'
import type { Page, Person } from './person.ts'
import { GRACE_SECONDS, type Simulation } from './simulation.ts'
import { Stranger } from './stranger.ts'
import { rock, sea, WAYS_TO_FAIL } from './world.ts'

/** A dead link is noticed within so long. */
const NOTICED_MS = 6000

/** `left`: ms until all is to be well again. */
type Fault = (sim: Simulation, left: number) => boolean

export function bytes(sim: Simulation, count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, () => sim.random.uint32())
}
const whole = (sim: Simulation, n: number): number => Math.floor(sim.random.next() * n)
const between = (sim: Simulation, from: number, to: number): number => from + sim.random.next() * (to - from)
function pick<T>(sim: Simulation, from: readonly T[]): T | undefined {
  return from[whole(sim, from.length)]
}

/** One who plays, or tries to come back. */
function someone(sim: Simulation): { person: Person; page: Page } | undefined {
  const person = pick(
    sim,
    sim.people.filter(({ page }) => page !== undefined)
  )
  return person && { person, page: person.page! }
}
function someoneThere(sim: Simulation): { person: Person; page: Page } | undefined {
  const found = someone(sim)
  return found?.page.match.status === 'playing' ? found : undefined
}

const NOTICED_BY = ['both', 'both', 'client', 'server', 'nobody'] as const

function cut(sim: Simulation, ms: number, by: (typeof NOTICED_BY)[number], them: { person: Person; page: Page }): void {
  const { person, page } = them
  const isFirst = !person.wasOutSince(sim.clock.now - 3000)
  person.out(by === 'both' ? ms : Math.max(ms, NOTICED_MS))
  sim.trace(`${page}: the network is gone for ${Math.round(ms)} ms, noticed by ${by}`)
  page.client.cut(ms, by)
  if (by === 'both' && isFirst && page.match.status === 'playing') expectBack(sim, ms, them)
}

/** Who lost nothing but the network for a few seconds is back within one. */
function expectBack(sim: Simulation, ms: number, { person, page }: { person: Person; page: Page }): void {
  const { now } = sim.clock
  const profile = person.profile
  const { up, down } = profile
  const within = 1000 + 3 * (up.latency + down.latency)
  person.undisturbed = true
  sim.clock.at(now + ms + within, () => {
    if (!person.undisturbed || page.mayEnd.size > 0 || person.page !== page) return
    if (page.match.status !== 'playing')
      sim.fail(`${page} is ${page.match.status}, ${Math.round(within)} ms after the network was back`)
  })
}

export const faults: Readonly<Record<string, Fault>> = {
  latency(sim) {
    const them = someone(sim)
    if (!them) return false
    const profile = roundTrip(between(sim, 2, 300), between(sim, 0, 60))
    sim.trace(`${them.page}: the round trip is ${Math.round(profile.up.latency * 2)} ms`)
    them.person.shape(profile)
    return true
  },

  stall(sim, left) {
    const them = someone(sim)
    if (!them) return false
    const ms = Math.min(left, between(sim, 50, 2500))
    const way = pick(sim, ['up', 'down', 'both'] as const)
    sim.trace(`${them.page}: nothing comes through for ${Math.round(ms)} ms (${way})`)
    them.person.out(ms)
    them.page.client.link.stall(ms, way)
    return true
  },

  cut(sim, left) {
    const them = someone(sim)
    if (!them) return false
    cut(sim, Math.min(left, between(sim, 20, 2500)), 'both', them)
    return true
  },

  'half-open'(sim, left) {
    const them = someoneThere(sim)
    if (!them) return false
    cut(sim, Math.min(left, between(sim, 20, 1500)), pick(sim, NOTICED_BY)!, them)
    return true
  },

  'cut, and again while coming back'(sim, left) {
    const them = someoneThere(sim)
    if (!them || left < 4000) return false
    for (let cuts = 0, at = 0; cuts < 3; cuts++, at += between(sim, 150, 900))
      sim.clock.after(at, () => {
        if (them.person.page === them.page) cut(sim, between(sim, 20, 500), 'both', them)
      })
    return true
  },

  'cut beyond the grace'(sim, left) {
    const them = someoneThere(sim)
    const ms = GRACE_SECONDS * 1000 + between(sim, 300, 2000)
    if (!them || left < ms) return false
    cut(sim, ms, pick(sim, NOTICED_BY)!, them)
    return true
  },

  'duplicate login'(sim) {
    const them = someone(sim)
    if (!them?.person.identity || them.person.isJoining) return false
    const { person, page } = them
    sim.trace(`${page}: a second page of the same person joins`)
    for (const code of ['ERR_REPLACED', 'ERR_SEAT', 'LEFT']) page.mayEnd.add(code)
    sim.run(
      person.join(true).then(async () => {
        // Where both may play the first goes; where the second was refused the first plays on.
        if (person.page !== page && sim.duplicates === 'allow') await page.match.leave()
      })
    )
    return true
  },

  'slow reader'(sim, left) {
    const them = someone(sim)
    if (!them) return false
    const { person, page } = them
    const { up, down } = person.profile
    const ms = Math.min(left, between(sim, 500, 4000))
    const narrow: LinkProfile = { up, down: { ...down, bandwidth: between(sim, 1500, 6000), buffer: 32_768 } }
    sim.trace(
      `${page}: the link narrows to ${Math.round(narrow.down.bandwidth!)} bytes a second for ${Math.round(ms)} ms`
    )
    person.out(ms)
    person.shape(narrow)
    sim.clock.after(ms, () =>
      person.shape({ up: person.profile.up, down: { ...person.profile.down, bandwidth: undefined } })
    )
    return true
  },

  'sleeping tab'(sim, left) {
    const them = someone(sim)
    if (!them) return false
    const { person, page } = them
    const ms = Math.min(left, between(sim, 200, 6000))
    sim.trace(`${page}: the page draws nothing for ${Math.round(ms)} ms`)
    person.hide(ms)
    return true
  },

  'page stands still'(sim, left) {
    const them = someone(sim)
    if (!them) return false
    const ms = Math.min(left, between(sim, 200, 6000))
    sim.trace(`${them.page}: the page stands still for ${Math.round(ms)} ms`)
    them.person.out(ms)
    them.page.client.freeze(ms)
    return true
  },

  'clock jump'(sim) {
    const them = someone(sim)
    if (!them) return false
    const { person, page } = them
    const by = between(sim, -1, 1) * (sim.random.next() < 0.5 ? 2000 : 3_600_000)
    sim.trace(`${page}: the clock is set by ${Math.round(by)} ms`)
    person.skew += by
    // Its grace is over then.
    if (page.match.status === 'reconnecting') page.mayEnd.add('ERR_SEAT_EXPIRED')
    return true
  },

  leave(sim) {
    const them = someoneThere(sim)
    if (!them) return false
    sim.trace(`${them.page} leaves`)
    them.page.mayEnd.add('LEFT')
    sim.run(them.page.match.leave())
    return true
  },

  join(sim) {
    if (sim.people.length >= 8) return false
    const person = sim.newPerson()
    sim.trace(`${person.name} comes`)
    sim.run(person.join())
    return true
  },

  kick(sim) {
    const them = someone(sim)
    const player = [...sim.match.players].find(({ id }) => id === them?.page.id)
    if (!them || !player) return false
    sim.trace(`${them.page} is kicked`)
    them.page.mayEnd.add('KICKED')
    sim.match.kick(player, 'rude')
    return true
  },

  'a rule throws'(sim) {
    const rule = pick(sim, ['join', 'away', 'back', 'leave'] as const)!
    sim.trace(`the next ${rule} throws`)
    sim.ledger.throwIn.add(rule)
    return true
  },

  'another match fails'(sim) {
    const at = 1 + whole(sim, 40)
    const fails = pick(sim, WAYS_TO_FAIL)!
    sim.trace(`a match is opened that fails at tick ${at}: ${fails}`)
    sim.run(failingMatch(sim, fails, at))
    return true
  },

  'memory is damaged'(sim) {
    const them = someoneThere(sim)
    const held = them && sim.heldBy(them.page.id)
    if (!held) return false
    const { plan, cells } = pick(sim, held.tables.slice(0, -1))!
    const column = pick(
      sim,
      plan.layout.columns.filter(({ audience, kind, index }) => audience === 'all' && kind === 'number' && index > 0)
    )
    const slot = pick(
      sim,
      Array.from(cells.born.keys()).filter((slot) => cells.born[slot] >= 0)
    )
    if (column === undefined || slot === undefined) return false
    const at = column.index * cells.size + slot
    sim.trace(`${them.page}: ${plan.name}.${column.name} in slot ${slot} is damaged`)
    cells.ints[at] = cells.ints[at] > 0 ? cells.ints[at] - 1 : 1
    them.page.damage()
    return true
  },

  'new priors'(sim) {
    const count = 1 + whole(sim, 3)
    for (let at = 0; at < count; at++) sim.clock.after(at * between(sim, 100, 900), () => sim.handOut())
    return true
  },

  garbage(sim) {
    sim.trace('a stranger sends garbage')
    sim.run(garbage(sim))
    return true
  },

  forger(sim) {
    sim.trace('one joins who forges ticks and acknowledgements')
    sim.run(hostile(sim, (tick) => ({ first: tick + whole(sim, 400) - 100, ack: tick + whole(sim, 200) - 100 })))
    return true
  },

  replayer(sim) {
    sim.trace('one joins who sends ten times as many commands, each many times')
    sim.run(hostile(sim, (tick) => ({ first: tick + whole(sim, 12) - 6, ack: tick }), { times: 10 }))
    return true
  },

  mutator(sim) {
    sim.trace('one joins whose frames are damaged')
    sim.run(hostile(sim, (tick) => ({ first: tick + 2, ack: tick }), { damage: true }))
    return true
  },

  oversize(sim) {
    sim.trace('one joins who sends a frame that is too large')
    sim.run(hostile(sim, (tick) => ({ first: tick + 2, ack: tick }), { last: () => bytes(sim, 5000) }))
    return true
  },

  flood(sim) {
    sim.trace('one joins who asks without end')
    sim.run(flood(sim))
    return true
  },

  thief(sim, left) {
    const them = someoneThere(sim)
    if (!them || left < 3000) return false
    cut(sim, between(sim, 20, 400), 'both', them)
    sim.run(thief(sim, them))
    return true
  },
}

// --- What strangers do -----------------------------------------------------------------------------------------------

async function garbage(sim: Simulation): Promise<void> {
  for (let times = 1 + whole(sim, 3); times > 0; times--) {
    const stranger = new Stranger(sim.server, sim.clock)
    await sim.passes(100)
    for (let count = 0; count < 10 && !stranger.isClosed; count++) {
      const message = bytes(sim, whole(sim, 200))
      if (sim.random.next() < 0.7) void stranger.transport.ask(message).catch(() => {})
      else stranger.send(message)
      await sim.passes(20)
    }
    stranger.close()
  }
}

interface Manner {
  readonly times?: number
  readonly damage?: boolean
  /** A last frame. */
  readonly last?: () => Uint8Array<ArrayBuffer>
}

/** Plays for a second or two, with commands as `made` says. */
async function hostile(
  sim: Simulation,
  made: (tick: number) => { first: number; ack: number },
  { times = 1, damage = false, last }: Manner = {}
): Promise<void> {
  const stranger = new Stranger(sim.server, sim.clock)
  await sim.passes(100)
  if (!(await stranger.join(sea, sim.match.id, 'mallory'))) return
  for (let frames = 10 + whole(sim, 30); frames > 0 && !stranger.isClosed; frames--) {
    const { tick } = sim.match
    const { first, ack } = made(tick)
    const commands = Array.from({ length: 1 + whole(sim, 4) }, () => ({
      turn: whole(sim, 3) - 1,
      go: true,
      fire: sim.random.next() < 0.5,
    }))
    const run = {
      ack: Math.max(0, ack),
      arrivedAt: whole(sim, 1e5),
      drawn: Math.max(0, Math.min(ack, tick)),
      renderTick: Math.max(0, tick - 1),
      first: Math.max(0, first),
      commands,
    }
    const frame = stranger.commands(sea, run)
    if (damage)
      for (let flips = whole(sim, 3); flips > 0; flips--) frame[whole(sim, frame.length)] ^= 1 << whole(sim, 8)
    for (let time = 0; time < times; time++) stranger.send(frame)
    if (sim.random.next() < 0.05) stranger.send(Uint8Array.of(FRAME_KIND.resync, 1))
    if (sim.random.next() < 0.05) stranger.send(Uint8Array.of(FRAME_KIND.learned, whole(sim, 4)))
    await sim.passes(50)
  }
  if (last) stranger.send(last())
  await sim.passes(200)
  if (last && !stranger.isClosed) sim.fail('a frame that is too large did not end its connection')
  if (sim.random.next() < 0.5) await stranger.ask({ ask: 'leave' })
  stranger.close()
}

async function flood(sim: Simulation): Promise<void> {
  const stranger = new Stranger(sim.server, sim.clock)
  await sim.passes(100)
  if (!(await stranger.join(sea, sim.match.id, 'mallory'))) return
  const values = packRecord(planOf(sea).requestByName.get('add')!.layout, { n: 0 }, 'ERR_REQUEST')
  for (let id = 1; id <= 100; id++)
    sim.run(stranger.ask({ ask: 'request', id, name: id % 3 ? 'add' : 'nothing', values }).then(() => {}))
  await sim.passes(300)
  stranger.close()
}

/** Guesses, and comes with what was good once. */
async function thief(sim: Simulation, { person, page }: { person: Person; page: Page }): Promise<void> {
  await sim.passes(1000 + sim.random.next() * 1500)
  const used = sim.usedTokens.filter(({ player }) => player === page.id).map(({ token }) => token)
  // The one used last is good until its owner was heard.
  const { resumedAt, match } = page
  const wasHeard = match.status === 'playing' && !person.wasOutSince(resumedAt) && sim.clock.now - resumedAt > 700
  if (!wasHeard) used.pop()
  for (const token of [bytes(sim, 16), bytes(sim, whole(sim, 40)), ...used]) {
    const stranger = new Stranger(sim.server, sim.clock)
    await sim.passes(100)
    const answer = await stranger.resume(sea, sim.match.id, page.id, token)
    if (answer) sim.fail(`${page}: its seat was given to one with ${used.includes(token) ? 'a used' : 'no'} token`)
    stranger.close()
  }
}

async function failingMatch(sim: Simulation, fails: (typeof WAYS_TO_FAIL)[number], at: number): Promise<void> {
  const stranger = new Stranger(sim.server, sim.clock)
  await sim.passes(100)
  const options = packRecord(planOf(rock).options, { fails, at }, 'ERR_MESSAGE')
  const joined = await stranger.join(rock, options, 'sisyphus')
  await sim.passes((at + 4) * 50)
  if (joined && stranger.end !== 'ENDED')
    sim.fail(`a match that fails (${fails}) goes on, or told nobody: ${stranger.end}`)
  const id = joined && 'ok' in joined && joined.ok === 'join' ? joined.match : undefined
  if ([...sim.server.lobby.matches].some((match) => match.id === id))
    sim.fail(`a match that failed (${fails}) is still there`)
  stranger.close()
}
