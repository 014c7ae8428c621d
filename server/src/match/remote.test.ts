import { defineGame, entity, int } from '@tickwire/engine'
import { type Ask, PROTOCOL_VERSION, packAnswer, unpackAsk } from '@tickwire/engine/wire'
import { Packr } from 'msgpackr'
import { expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { Lobby } from './lobby.ts'
import type { Relay, RemoteMatch, RemoteSetup } from './remote.ts'
import { Session } from './session.ts'

const entities = { dot: entity({ x: int(0, 9) }) }
const far = defineGame({ name: 'far', tickRate: 30, entities, options: { laps: int(0, 9) } })
const near = defineGame({ name: 'near', tickRate: 30, entities })

/** A match elsewhere that takes whoever comes, and notes what its relays bring. */
class Far implements RemoteMatch {
  readonly id: string
  readonly game: RemoteMatch['game']
  readonly options: object
  readonly players: { size: number } = { size: 0 }
  readonly capacity = 2
  readonly troubles = { unreadable: 2, unsound: 1 }
  readonly came: string[] = []
  readonly people = new Set<string>()
  locked = false
  ended: string | undefined
  constructor({ id, game, options }: RemoteSetup) {
    this.id = id
    this.game = game
    this.options = options
  }
  get open(): boolean {
    return this.ended === undefined && this.players.size < this.capacity
  }
  expects(person: string): boolean {
    return this.people.has(person)
  }
  end(reason: string): void {
    this.ended ??= reason
  }
  connect(): Relay {
    const relay = {
      match: this,
      isSeated: false,
      frame: (bytes: Uint8Array) => void this.came.push(`frame ${bytes}`),
      ask: async (bytes: Uint8Array, joins = false) => {
        const { ask } = unpackAsk(bytes)
        this.came.push(joins ? `${ask}, for a seat` : ask)
        relay.isSeated = ask !== 'leave'
        this.players.size += joins ? 1 : 0
        return packAnswer({ ok: 'ping' })
      },
      closed: (forGood: boolean) => void this.came.push(forGood ? 'closed for good' : 'closed'),
    }
    this.came.push('connect')
    return relay
  }
}

const packr = new Packr({ useRecords: false })

function setUp({ maxMatches }: { maxMatches?: number } = {}) {
  let id = 0
  const opened: Far[] = []
  const lobby = new Lobby({ seed: () => 1, newId: () => `m${++id}`, warn: () => {}, maxMatches })
  lobby.hostElsewhere(far, () => ({
    prior: Uint8Array.of(1, 2),
    open: (setup) => {
      opened.push(new Far(setup))
      return opened.at(-1)!
    },
  }))
  lobby.host(near, {})
  const connection: Connection = {
    bufferedAmount: 0,
    sendFrame() {},
    notify() {},
    enter() {},
    exit() {},
    close() {},
  }
  const session = new Session(connection, lobby)
  const ask = async (one: Ask, of = session) => {
    const answer = of.ask(new Uint8Array(packr.pack(one)))
    for (const match of lobby.matches) match.step()
    return packr.unpack(await answer) as { ok?: string; error?: string; message?: string }
  }
  return { lobby, opened, connection, session, ask }
}

const join = (game: typeof far | typeof near, match: string | Uint8Array = 'quick'): Ask => {
  return { ask: 'join', version: PROTOCOL_VERSION, game: game.name, schema: game.hash, match, name: 'ada' }
}
const resume = (match: string, have = 1): Ask => {
  const token = new Uint8Array(16)
  return { ask: 'resume', version: PROTOCOL_VERSION, game: 'far', schema: far.hash, match, player: 1, token, have }
}
const request: Ask = { ask: 'request', id: 1, name: 'x', values: new Uint8Array(0) }

test('a connection goes on elsewhere once it joined there, and is heard here again when it left', async () => {
  const { opened, session, ask } = setUp()
  await ask(join(far))
  session.frame(Uint8Array.of(1))
  await ask({ ask: 'ping' })
  await ask(request)
  expect(await ask(join(near))).toMatchObject({ error: 'ERR_USAGE' })
  await ask({ ask: 'leave' })
  expect(await ask(request)).toMatchObject({ error: 'ERR_NOT_JOINED' })
  expect(await ask(join(near))).toMatchObject({ ok: 'join' })
  expect(opened.map(({ came }) => came)).toEqual([
    ['connect', 'join, for a seat', 'frame 1', 'request', 'leave', 'closed for good'],
  ])
  await ask({ ask: 'leave' })
  await ask(join(far))
  session.closed()
  expect(opened[0].came.slice(6)).toEqual(['connect', 'join, for a seat', 'closed'])
})

test('one line serves a connection that joins a match again, as it may come back to it', async () => {
  const { opened, ask } = setUp()
  await ask(join(far))
  await ask({ ask: 'leave' })
  await ask(join(far, opened[0].id))
  expect(opened[0].came).toEqual(['connect', 'join, for a seat', 'leave', 'join, for a seat'])
})

test('quick players share a match as long as there is room, or where they are expected', async () => {
  const { lobby, opened, connection, ask } = setUp()
  await ask(join(far))
  for (let n = 0; n < 2; n++) await ask(join(far), new Session(connection, lobby))
  expect(opened.map(({ players }) => players.size)).toEqual([2, 1])
  opened[0].people.add('ada')
  await ask(join(far), new Session(connection, lobby, { id: 'ada' }))
  expect(opened.map(({ players }) => players.size)).toEqual([3, 1])
})

test('who comes back to a match that is over elsewhere hears why, with any token', async () => {
  const { lobby, opened, ask } = setUp()
  lobby.openRemote(far)
  await ask(resume('m1'))
  expect(opened[0].came).toEqual(['connect', 'resume'])
  await ask({ ask: 'leave' })
  opened[0].end('so it goes')
  expect(await ask(resume('m1'))).toEqual({ error: 'ENDED', message: 'so it goes' })
  expect(await ask(resume('m2'))).toMatchObject({ error: 'ERR_SEAT' })
})

test('matches elsewhere count as others do: as matches, in troubles, for priors', () => {
  const { lobby } = setUp({ maxMatches: 2 })
  const match = lobby.openRemote(far, { laps: 3 }) as Far
  expect(match.options).toEqual({ laps: 3 })
  lobby.open(near)
  expect(() => lobby.openRemote(far)).toThrow('ERR_RATE_LIMIT')
  expect(() => lobby.open(near)).toThrow('ERR_RATE_LIMIT')
  expect(() => lobby.openRemote(far, { laps: 10 })).toThrow()
  expect([lobby.size, lobby.all.length, [...lobby.matches].length]).toEqual([2, 2, 1])
  expect(lobby.troubles).toEqual({ unreadable: 2, unsound: 1 })
  lobby.close('over')
  expect(match.ended).toBe('over')
  expect([lobby.size, lobby.troubles]).toEqual([0, { unreadable: 2, unsound: 1 }])
  expect(lobby.prior(far)).toEqual(Uint8Array.of(1, 2))
})

test('each kind of match is opened in its own way', () => {
  const { lobby } = setUp()
  expect(() => lobby.open(far)).toThrow(/openInThread\(\).*ERR_USAGE/)
  expect(() => lobby.openRemote(near)).toThrow(/use open\(\).*ERR_USAGE/)
  expect(() => lobby.hostElsewhere(near, () => expect.unreachable())).toThrow('ERR_USAGE')
})
