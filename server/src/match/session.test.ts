import { bool, command, defineGame, entity, int, TickwireError } from '@tickwire/engine'
import { type Answer, BitWriter, FRAME_KIND, PROTOCOL_VERSION, planOf, writeCommands } from '@tickwire/engine/wire'
import { Packr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { Lobby } from './lobby.ts'
import { MAX_INBOUND, Session } from './session.ts'

const game = defineGame({
  name: 'g',
  tickRate: 30,
  entities: { dot: entity({ x: int(0, 100) }) },
  command: command({ go: bool }),
})
const packr = new Packr({ useRecords: false })

/** A connection that keeps what it is given. */
class Kept implements Connection {
  readonly bufferedAmount = 0
  readonly frames: Uint8Array[] = []
  readonly told: { tell: string; code?: string; reason?: string }[] = []
  open = true
  sendFrame(shared: { bytes: Uint8Array }): void {
    this.frames.push(shared.bytes)
  }
  notify(message: Uint8Array): void {
    this.told.push(packr.unpack(message))
  }
  enter(): void {}
  exit(): void {}
  close(): void {
    this.open = false
  }
}

function setUp(warn: (message: string) => void = () => {}) {
  let id = 0
  const lobby = new Lobby({ seed: () => 1, newId: () => `m${++id}`, warn })
  lobby.host(game, { join: (match, player) => void match.world.dot.spawn({ x: player.id }, player) })
  return lobby
}

async function join(lobby: Lobby, more: object = {}) {
  const connection = new Kept()
  const session = new Session(connection, lobby)
  const asked = session.ask(
    new Uint8Array(
      packr.pack({
        ask: 'join',
        version: PROTOCOL_VERSION,
        game: 'g',
        schema: game.hash,
        match: 'quick',
        name: 'ada',
        ...more,
      })
    )
  )
  for (const match of lobby.matches) match.step()
  const answer = packr.unpack(await asked) as Answer & { error?: string; message?: string }
  return { connection, session, answer }
}

/** A run of one command. */
function commandFrame(first: number): Uint8Array<ArrayBuffer> {
  const run = { ack: -1, arrivedAt: 0, drawn: -1, renderTick: -1, first, commands: [{ go: true }] }
  return writeCommands(new BitWriter(), planOf(game).command, run)
}

describe('bad frames, each with its code', () => {
  test.each([
    ['an empty frame', new Uint8Array(0), 'ERR_FRAME_TRUNCATED'],
    ['an unknown kind', Uint8Array.of(99, 1, 2), 'ERR_FRAME_KIND'],
    ['a kind that only servers send', Uint8Array.of(FRAME_KIND.state, 0), 'ERR_FRAME_KIND'],
    ['a truncated frame', commandFrame(5).subarray(0, -1), 'ERR_FRAME_TRUNCATED'],
    ['bytes after the end', Uint8Array.of(...commandFrame(5), 0), 'ERR_FRAME_INVALID'],
    ['a resync without a reason', Uint8Array.of(FRAME_KIND.resync), 'ERR_FRAME_TRUNCATED'],
    ['a prior learned, and more', Uint8Array.of(FRAME_KIND.learned, 1, 0), 'ERR_FRAME_INVALID'],
    ['an oversized frame', new Uint8Array(MAX_INBOUND + 1).fill(2), 'ERR_FRAME_SIZE'],
  ])('%s ends its connection and nothing else', async (_name, frame, code) => {
    const lobby = setUp()
    const good = await join(lobby)
    const bad = await join(lobby)
    bad.session.frame(frame)
    expect(bad.connection.told.at(-1)).toMatchObject({ tell: 'end', code })
    expect(bad.connection.open).toBe(false)
    for (const match of lobby.matches) match.step()
    expect(good.connection.open).toBe(true)
    expect([...lobby.matches][0].players.size).toBe(1)
  })

  test('a frame before joining', () => {
    const connection = new Kept()
    new Session(connection, setUp()).frame(commandFrame(1))
    expect(connection.told).toMatchObject([{ tell: 'end', code: 'ERR_NOT_JOINED' }])
    expect(connection.open).toBe(false)
  })

  test('a command for a tick far away is refused by itself: the player stays', async () => {
    const lobby = setUp()
    const { connection, session } = await join(lobby)
    session.frame(commandFrame(5000))
    expect(connection.told.at(-1)).toMatchObject({ tell: 'refused', code: 'ERR_COMMAND_TICK' })
    expect(connection.open).toBe(true)
  })
})

test.each([0, 1, 3, 4, 255])('L3 a prior that was not handed out is not learned: %d', async (epoch) => {
  const lobby = setUp()
  const { connection, session } = await join(lobby)
  session.frame(Uint8Array.of(FRAME_KIND.learned, epoch))
  for (const match of lobby.matches) match.step()
  expect(connection.open).toBe(true)
  expect(connection.frames).not.toEqual([])
  for (const frame of connection.frames) expect((frame[2] >> 5) & 3).toBe(0)
})

test('what a client says it could not use is counted by its reason, and told of once', async () => {
  const warnings: string[] = []
  const lobby = setUp((message) => warnings.push(message))
  const { session } = await join(lobby)
  const [match] = lobby.matches
  for (const reason of [1, 2, 2, 1, 77]) {
    session.frame(Uint8Array.of(FRAME_KIND.resync, reason))
    for (let tick = 0; tick < 15; tick++) match.step()
  }
  // Twice a second is often enough, whatever a client sends.
  for (let i = 0; i < 100; i++) session.frame(Uint8Array.of(FRAME_KIND.resync, 1))
  expect(match.troubles).toEqual({ unreadable: 4, unsound: 2 })
  expect(warnings).toEqual([
    'match m1: ada says that a frame was unreadable: a keyframe follows; more of it is counted',
    'match m1: ada says that a frame was unsound: a keyframe follows; more of it is counted',
  ])
})

describe('bad messages are answered, each with its code', () => {
  test.each([
    ['another protocol version', { version: 99 }, 'ERR_PROTOCOL_VERSION'],
    ['another schema', { schema: 1 }, 'ERR_SCHEMA_MISMATCH'],
    ['an unknown game', { game: 'chess' }, 'ERR_GAME_UNKNOWN'],
    ['an unknown match', { match: 'nowhere' }, 'ERR_MATCH_UNKNOWN'],
    ['a name too long', { name: 'x'.repeat(33) }, 'ERR_NAME'],
    ['a name that is no text', { name: 5 }, 'ERR_MESSAGE'],
  ])('%s', async (_name, more, code) => {
    const { answer } = await join(setUp(), more)
    expect(answer.error).toBe(code)
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['no map', packr.pack([1, 2])],
    ['no such ask', packr.pack({ ask: 'dance' })],
    ['a date', packr.pack({ ask: 'join', name: new Date() })],
    ['too deep', packr.pack({ ask: [[[[[[1]]]]]] })],
    ['too large', packr.pack({ ask: 'join', name: 'x'.repeat(10_000) })],
  ])('%s', async (_name, message) => {
    const session = new Session(new Kept(), setUp())
    expect(packr.unpack(await session.ask(new Uint8Array(message)))).toMatchObject({ error: 'ERR_MESSAGE' })
  })

  test('a request before joining', async () => {
    const session = new Session(new Kept(), setUp())
    const ask = packr.pack({ ask: 'request', id: 1, name: 'x', values: new Uint8Array(0) })
    expect(packr.unpack(await session.ask(new Uint8Array(ask)))).toMatchObject({ error: 'ERR_NOT_JOINED' })
  })

  test('a second join on one connection', async () => {
    const lobby = setUp()
    const { session } = await join(lobby)
    const again = packr.pack({
      ask: 'join',
      version: PROTOCOL_VERSION,
      game: 'g',
      schema: game.hash,
      match: 'quick',
      name: '',
    })
    expect(packr.unpack(await session.ask(new Uint8Array(again)))).toMatchObject({ error: 'ERR_USAGE' })
  })
})

test('one connection can neither open match after match nor come and go all the time', async () => {
  const lobby = setUp()
  const connection = new Kept()
  const session = new Session(connection, lobby)
  const ask = async (message: object) => {
    const answer = session.ask(new Uint8Array(packr.pack(message)))
    for (const match of lobby.matches) match.step()
    return packr.unpack(await answer) as { ok?: string; error?: string; match?: string }
  }
  const want = {
    ask: 'join',
    version: PROTOCOL_VERSION,
    game: 'g',
    schema: game.hash,
    match: new Uint8Array(0),
    name: '',
  }
  const answers: (string | undefined)[] = []
  for (let i = 0; i < 5; i++) {
    const { ok, error } = await ask(want)
    answers.push(error ?? ok)
    if (ok) await ask({ ask: 'leave' })
  }
  expect(answers).toEqual(['join', 'join', 'join', 'ERR_RATE_LIMIT', 'ERR_RATE_LIMIT'])
  const [first] = lobby.matches
  for (let tick = 0; tick < 40; tick++) first.step()
  expect(await ask({ ...want, match: first.id })).toMatchObject({ ok: 'join' })
  await ask({ ask: 'leave' })
  expect(await ask({ ...want, match: first.id })).toMatchObject({ error: 'ERR_RATE_LIMIT' })
})

test('a connection that is lost gives its seat back', async () => {
  const lobby = setUp()
  const { session } = await join(lobby)
  const [match] = lobby.matches
  expect(match.players.size).toBe(1)
  session.closed()
  match.step()
  expect(match.players.size).toBe(0)
})

test('a game whose requests the rules leave out is refused', () => {
  const lobby = setUp()
  expect(() => lobby.host(game, {})).toThrow(TickwireError)
})
