import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { TickwireError } from '../schema/errors.ts'
import { pack, unpack } from '../schema/msgpack.ts'
import {
  type Answer,
  type Ask,
  errorAnswer,
  packAnswer,
  packAsk,
  packTell,
  type Tell,
  unpackAnswer,
  unpackAsk,
  unpackTell,
} from './messages.ts'

const ada = { id: 1, name: 'ada', bot: false }
const join: Ask = { ask: 'join', version: 1, game: 'arena', schema: 0xffffffff, match: 'quick', name: 'ada' }
const resume: Ask = {
  ask: 'resume',
  version: 1,
  game: 'arena',
  schema: 0xffffffff,
  match: 'm1',
  player: 7,
  token: new Uint8Array(16).fill(3),
}
const packed = (value: unknown): Uint8Array => pack(value, 100000, 'ERR_USAGE', 'it')

describe('control messages come back as they were', () => {
  it.each<Ask>([
    join,
    { ...join, match: Uint8Array.of(1, 2) },
    resume,
    { ...resume, have: 123 },
    { ask: 'request', id: 7, name: 'say', values: Uint8Array.of(9) },
    { ask: 'leave' },
    { ask: 'ping' },
  ])('M4 $ask', (ask) => expect(unpackAsk(packAsk(ask))).toEqual(ask))

  it.each<Exclude<Answer, { error: unknown }>>([
    {
      ok: 'join',
      match: 'm1',
      player: ada,
      players: [ada, { id: 2, name: 'bot', bot: true }],
      tick: 5,
      options: Uint8Array.of(1),
    },
    {
      ok: 'join',
      match: 'm1',
      player: ada,
      players: [ada],
      tick: 5,
      options: Uint8Array.of(1),
      prior: Uint8Array.of(2, 3),
    },
    {
      ok: 'join',
      match: 'm1',
      player: ada,
      players: [ada],
      tick: 5,
      options: Uint8Array.of(1),
      token: new Uint8Array(16).fill(4),
      grace: 30_000,
    },
    { ok: 'resume', token: new Uint8Array(16).fill(5), tick: 900, players: [ada] },
    { ok: 'resume', token: new Uint8Array(16).fill(5), tick: 900, players: [ada], prior: Uint8Array.of(2, 3) },
    { ok: 'request', tick: 9, values: Uint8Array.of() },
    { ok: 'leave' },
    { ok: 'ping' },
  ])('M5 $ok', (answer) => expect(unpackAnswer(packAnswer(answer))).toEqual(answer))

  it.each<Tell>([
    { tell: 'joined', player: ada },
    { tell: 'left', id: 2 },
    { tell: 'prior', prior: Uint8Array.of(1, 2, 3) },
    { tell: 'refused', code: 'ERR_COMMAND_TICK', reason: 'too far' },
    { tell: 'end', code: 'KICKED', reason: 'spam' },
  ])('M6 $tell', (tell) => expect(unpackTell(packTell(tell))).toEqual(tell))

  it('M1 they are MessagePack maps', () => {
    expect(unpack(packAsk({ ask: 'ping' }), { bytes: 99, depth: 2, elements: 9 }, 'ERR_MESSAGE', 'it')).toEqual({
      ask: 'ping',
    })
    expect(Buffer.from(packAsk({ ask: 'ping' })).toString('hex')).toBe('81a361736ba470696e67')
  })
})

describe('M5 an error is an answer', () => {
  it('with its code and its reason', () => {
    const answer = packAnswer(errorAnswer(new TickwireError('ERR_MATCH_FULL', 'match m1 has all its 16 seats taken')))
    expect(refused(() => unpackAnswer(answer))).toBe('match m1 has all its 16 seats taken (ERR_MATCH_FULL)')
  })
  it('what else was thrown is a refusal that keeps its text to itself', () => {
    for (const thrown of [new Error('password 1234'), 'password 1234', undefined])
      expect(errorAnswer(thrown)).toEqual({ error: 'ERR_REFUSED', message: 'refused by the server' })
  })
})

describe('M3 M4 M5 M6 refused as ERR_MESSAGE', () => {
  it.each<[string, (bytes: Uint8Array) => unknown, unknown, string]>([
    ['an ask of no kind', unpackAsk, {}, 'ask: undefined: expected join, resume, request, leave or ping'],
    ['an unknown ask', unpackAsk, { ask: 'win' }, 'ask: win: expected join, resume, request, leave or ping'],
    ['what is no map', unpackAsk, ['join'], 'expected a map'],
    ['nothing', unpackAsk, null, 'expected a map'],
    ['bytes', unpackAsk, Uint8Array.of(1), 'expected a map'],
    ['a join without a game', unpackAsk, { ...join, game: undefined }, 'game: expected text'],
    ['a negative version', unpackAsk, { ...join, version: -1 }, 'version: expected a whole number'],
    ['half a version', unpackAsk, { ...join, version: 1.5 }, 'version: expected a whole number'],
    ['a match that is a number', unpackAsk, { ...join, match: 5 }, 'match: expected text'],
    [
      'a request without an id',
      unpackAsk,
      { ask: 'request', name: 'say', values: Uint8Array.of() },
      'id: expected a whole number',
    ],
    [
      'values that are no bytes',
      unpackAsk,
      { ask: 'request', id: 1, name: 'say', values: {} },
      'values: expected bytes',
    ],
    ['an unknown answer', unpackAnswer, { ok: 'win' }, 'ok: win: expected join, resume, request, leave or ping'],
    ['a join without players', unpackAnswer, { ok: 'join', match: 'm', player: ada }, 'players: expected an array'],
    ['a player without a name', unpackAnswer, { ok: 'join', match: 'm', player: { id: 1 } }, 'name: expected text'],
    ['an error without a message', unpackAnswer, { error: 'ERR_NAME' }, 'message: expected text'],
    ['an unknown notice', unpackTell, { tell: 'win' }, 'tell: win: expected joined, left, prior, refused or end'],
    ['an end without a reason', unpackTell, { tell: 'end', code: 'ENDED' }, 'reason: expected text'],
  ])('%s', (_, read, value, message) => expect(refused(() => read(packed(value)))).toBe(`${message} (ERR_MESSAGE)`))

  it('what is too large, too deep, or too many', () => {
    expect(refused(() => unpackAsk(packed({ ...join, name: 'x'.repeat(9000) })))).toContain(
      'bytes: expected at most 8192'
    )
    expect(refused(() => unpackAsk(packed({ ask: [[[[[1]]]]] })))).toContain('nested deeper than 4')
    expect(refused(() => unpackAsk(packed({ ask: new Array(70).fill(1) })))).toContain(
      'too many elements: expected at most 64'
    )
    expect(refused(() => packAsk({ ...join, name: 'x'.repeat(9000) }))).toContain('expected at most 8192')
  })

  it('any bytes are a message or ERR_MESSAGE', () => {
    const near = fc
      .tuple(
        fc.constantFrom(
          packAsk(join),
          packAnswer({ ok: 'join', match: 'm', player: ada, players: [ada], tick: 1, options: Uint8Array.of() })
        ),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
      )
      .map(([bytes, changes]) => {
        const changed = bytes.slice()
        for (const [at, byte] of changes) changed[at % changed.length] = byte
        return changed
      })
    fc.assert(
      fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 50 })), (bytes) => {
        for (const read of [unpackAsk, unpackAnswer, unpackTell])
          try {
            read(bytes)
          } catch (error) {
            if (!(error instanceof TickwireError)) throw error
          }
      }),
      { numRuns: runs(300) }
    )
  })
})
