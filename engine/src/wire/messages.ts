// Control messages: joining, coming back, leaving, requests, and what the server tells by itself. MessagePack maps, bounded before
// they are decoded. Pack and unpack side by side. PROTOCOL.md, section Control.

import { type ErrorCode, fail, TickwireError } from '../schema/errors.ts'
import { type Plain, pack, unpack } from '../schema/msgpack.ts'

/** Socket.IO's events that carry them: an ask with its acknowledgement, a tell without. */
export const ASK_EVENT = 'tickwire:ask'
export const TELL_EVENT = 'tickwire:tell'
/** In CONNECT's `auth` the first ask, as base64, and the event of its answer: joining costs no round trip of its own. */
export const FIRST_ASK = 'tickwire:ask'
export const FIRST_ANSWER_EVENT = 'tickwire:answer'

/** Client to server; each has an answer. */
export type Ask =
  | {
      readonly ask: 'join'
      readonly version: number
      readonly game: string
      readonly schema: number
      /** 'quick', a match's id, or (packed by the options' layout) what to create. */
      readonly match: string | Uint8Array
      readonly name: string
    }
  /** Over another connection: the seat that was taken over a lost one. */
  | {
      readonly ask: 'resume'
      readonly version: number
      readonly game: string
      readonly schema: number
      readonly match: string
      /** The player's id. */
      readonly player: number
      /** The newest one that the server gave for the seat. */
      readonly token: Uint8Array
      /** The newest tick that the client holds the state of; left out: none that a delta could start from. */
      readonly have?: number
    }
  /** Ids rise; a request that is asked again has the id that it had. */
  | { readonly ask: 'request'; readonly id: number; readonly name: string; readonly values: Uint8Array }
  | { readonly ask: 'leave' }
  /** Answered at once: the client measures the round trip. */
  | { readonly ask: 'ping' }

export interface PlayerInfo {
  readonly id: number
  readonly name: string
  readonly bot: boolean
}

export type Answer =
  | {
      readonly ok: 'join'
      readonly match: string
      readonly player: PlayerInfo
      readonly players: readonly PlayerInfo[]
      /** The match's tick when it answered, and its options packed by their layout. */
      readonly tick: number
      readonly options: Uint8Array
      /** What its frames are coded with from the first one on, packed; left out: the generic prior. */
      readonly prior?: Uint8Array
      /** With which the seat is resumed, once, and for how long it is kept, ms; both left out: it goes with its connection. */
      readonly token?: Uint8Array
      readonly grace?: number
    }
  | {
      readonly ok: 'resume'
      /** The next one. */
      readonly token: Uint8Array
      readonly tick: number
      /** All of them, as they are now. */
      readonly players: readonly PlayerInfo[]
      /** As with `join`; left out: what its frames were coded with before. */
      readonly prior?: Uint8Array
    }
  /** `tick`: in which the rule was done; the answer counts once that tick's frame is applied. */
  | { readonly ok: 'request'; readonly tick: number; readonly values: Uint8Array }
  | { readonly ok: 'leave' }
  | { readonly ok: 'ping' }
  /** To `resume` also how the player's part ended while it was away. */
  | { readonly error: EndCode; readonly message: string }

/** Why a player is out of its match: an error, or the end of the match, or the rules' word. */
export type EndCode = ErrorCode | 'ENDED' | 'KICKED'

/** Server to client, unasked. */
export type Tell =
  | { readonly tell: 'joined'; readonly player: PlayerInfo }
  | { readonly tell: 'left'; readonly id: number }
  /** A prior, packed: the client answers with a learned frame. */
  | { readonly tell: 'prior'; readonly prior: Uint8Array }
  /** What the client sent was refused, and nothing else happened. */
  | { readonly tell: 'refused'; readonly code: ErrorCode; readonly reason: string }
  /** The player is out of the match; nothing follows. */
  | { readonly tell: 'end'; readonly code: EndCode; readonly reason: string }

const ASK_LIMITS = { bytes: 8192, depth: 4, elements: 64 }
const ANSWER_LIMITS = { bytes: 262144, depth: 4, elements: 65536 }

export function packAsk(ask: Ask): Uint8Array<ArrayBuffer> {
  return pack(ask, ASK_LIMITS.bytes, 'ERR_MESSAGE', 'a control message')
}

/** @throws ERR_MESSAGE for what packAsk() can't have made */
export function unpackAsk(bytes: Uint8Array): Ask {
  const got = map(unpack(bytes, ASK_LIMITS, 'ERR_MESSAGE', 'a control message'))
  switch (got.ask) {
    case 'join':
      return {
        ask: 'join',
        version: whole(got, 'version'),
        game: text(got, 'game'),
        schema: whole(got, 'schema'),
        match: got.match instanceof Uint8Array ? got.match : text(got, 'match'),
        name: text(got, 'name'),
      }
    case 'resume':
      return {
        ask: 'resume',
        version: whole(got, 'version'),
        game: text(got, 'game'),
        schema: whole(got, 'schema'),
        match: text(got, 'match'),
        player: whole(got, 'player'),
        token: bin(got, 'token'),
        ...(got.have === undefined ? undefined : { have: whole(got, 'have') }),
      }
    case 'request':
      return { ask: 'request', id: whole(got, 'id'), name: text(got, 'name'), values: bin(got, 'values') }
    case 'leave':
    case 'ping':
      return { ask: got.ask }
    default:
      return fail('ERR_MESSAGE', `ask: ${String(got.ask)}: expected join, resume, request, leave or ping`)
  }
}

export function packAnswer(answer: Answer): Uint8Array<ArrayBuffer> {
  return pack(answer, ANSWER_LIMITS.bytes, 'ERR_MESSAGE', 'an answer')
}

/** An error as an answer: ours as they are, others as a refusal without their text (it may hold secrets). */
export function errorAnswer(error: unknown): Answer {
  if (!(error instanceof TickwireError)) return { error: 'ERR_REFUSED', message: 'refused by the server' }
  return { error: error.code, message: error.reason }
}

/** @throws the server's error where the answer is one, with its code; ERR_MESSAGE */
export function unpackAnswer(bytes: Uint8Array): Exclude<Answer, { error: unknown }> {
  const got = map(unpack(bytes, ANSWER_LIMITS, 'ERR_MESSAGE', 'an answer'))
  if (typeof got.error === 'string') throw new TickwireError(got.error as ErrorCode, text(got, 'message'))
  switch (got.ok) {
    case 'join':
      return {
        ok: 'join',
        match: text(got, 'match'),
        player: playerInfo(got.player),
        players: array(got, 'players').map(playerInfo),
        tick: whole(got, 'tick'),
        options: bin(got, 'options'),
        ...(got.prior === undefined ? undefined : { prior: bin(got, 'prior') }),
        ...(got.token === undefined ? undefined : { token: bin(got, 'token'), grace: whole(got, 'grace') }),
      }
    case 'resume':
      return {
        ok: 'resume',
        token: bin(got, 'token'),
        tick: whole(got, 'tick'),
        players: array(got, 'players').map(playerInfo),
        ...(got.prior === undefined ? undefined : { prior: bin(got, 'prior') }),
      }
    case 'request':
      return { ok: 'request', tick: whole(got, 'tick'), values: bin(got, 'values') }
    case 'leave':
    case 'ping':
      return { ok: got.ok }
    default:
      return fail('ERR_MESSAGE', `ok: ${String(got.ok)}: expected join, resume, request, leave or ping`)
  }
}

export function packTell(tell: Tell): Uint8Array<ArrayBuffer> {
  return pack(tell, ANSWER_LIMITS.bytes, 'ERR_MESSAGE', 'a notice')
}

/** @throws ERR_MESSAGE */
export function unpackTell(bytes: Uint8Array): Tell {
  const got = map(unpack(bytes, ANSWER_LIMITS, 'ERR_MESSAGE', 'a notice'))
  switch (got.tell) {
    case 'joined':
      return { tell: 'joined', player: playerInfo(got.player) }
    case 'left':
      return { tell: 'left', id: whole(got, 'id') }
    case 'prior':
      return { tell: 'prior', prior: bin(got, 'prior') }
    case 'refused':
      return { tell: 'refused', code: text(got, 'code') as ErrorCode, reason: text(got, 'reason') }
    case 'end':
      return { tell: 'end', code: text(got, 'code') as ErrorCode, reason: text(got, 'reason') }
    default:
      return fail('ERR_MESSAGE', `tell: ${String(got.tell)}: expected joined, left, prior, refused or end`)
  }
}

type PlainMap = { readonly [key: string]: Plain }

function map(value: Plain): PlainMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    fail('ERR_MESSAGE', 'expected a map')
  return value as PlainMap
}
function text(from: PlainMap, key: string): string {
  const value = from[key]
  return typeof value === 'string' ? value : fail('ERR_MESSAGE', `${key}: expected text`)
}
function whole(from: PlainMap, key: string): number {
  const value = from[key]
  return Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : fail('ERR_MESSAGE', `${key}: expected a whole number`)
}
function bin(from: PlainMap, key: string): Uint8Array {
  const value = from[key]
  return value instanceof Uint8Array ? value : fail('ERR_MESSAGE', `${key}: expected bytes`)
}
function array(from: PlainMap, key: string): readonly Plain[] {
  const value = from[key]
  return Array.isArray(value) ? value : fail('ERR_MESSAGE', `${key}: expected an array`)
}
function playerInfo(value: Plain): PlayerInfo {
  const from = map(value)
  return { id: whole(from, 'id'), name: text(from, 'name'), bot: from.bot === true }
}
