import { expect, test } from 'vitest'
import type { Connection } from '../match/connection.ts'
import type { RemoteMatch } from '../match/remote.ts'
import type { ToThread } from './thread-messages.ts'
import { ThreadRelay } from './thread-relay.ts'

function setUp() {
  const posted: ToThread[] = []
  const did: string[] = []
  const connection = {
    bufferedAmount: 0,
    isPolled: undefined as boolean | undefined,
    sendFrame: () => void did.push('frame'),
    notify: () => void did.push('notify'),
    enter: (room: string) => void did.push(`enter ${room}`),
    exit: (room: string) => void did.push(`exit ${room}`),
    close: () => void did.push('close'),
  } satisfies Connection
  const thread = {
    post: (message: ToThread) => void posted.push(structuredClone(message)),
    ask: async () => new Uint8Array(0),
    closed: () => void did.push('closed'),
  }
  const relay = new ThreadRelay({ id: 'm' } as RemoteMatch, 7, connection, thread)
  const write = () => relay.write({ bytes: new Uint8Array(9), prebuilt: undefined }, undefined)
  return { relay, connection, posted, did, write }
}

test('the thread hears of what waits, once, and of what waits no more', () => {
  const { relay, connection, posted, write } = setUp()
  write()
  relay.look()
  expect(posted).toEqual([])
  connection.bufferedAmount = 500
  write()
  write()
  relay.look()
  expect(posted).toEqual([{ to: 'stands', line: 7, bytes: 500, isPolled: undefined }])
  connection.bufferedAmount = 0
  relay.look()
  relay.look()
  expect(posted.slice(1)).toEqual([{ to: 'stands', line: 7, bytes: 0, isPolled: undefined }])
})

test('over long-polling the thread hears whether a poll waits', () => {
  const { relay, connection, posted } = setUp()
  connection.isPolled = true
  relay.look()
  connection.isPolled = false
  relay.look()
  relay.look()
  connection.isPolled = undefined
  relay.look()
  expect(posted.map((message) => 'isPolled' in message && message.isPolled)).toEqual([true, false, undefined])
})

test('of a frame only its own bytes go, and later writes to its memory do not', () => {
  const { relay, posted } = setUp()
  const pool = new Uint8Array(8192).fill(3)
  relay.frame(pool.subarray(5, 8))
  pool.fill(9)
  const [{ bytes }] = posted as Extract<ToThread, { to: 'frame' }>[]
  expect([...bytes]).toEqual([3, 3, 3])
  expect(bytes.buffer.byteLength).toBe(3)
})

test('when the match is gone, who has a seat hears it, once', () => {
  const { relay, did } = setUp()
  relay.end(Uint8Array.of(1))
  expect(did).toEqual([])
  relay.enter()
  expect(relay.isSeated).toBe(true)
  relay.end(Uint8Array.of(1))
  relay.end(Uint8Array.of(1))
  expect(relay.isSeated).toBe(false)
  expect(did).toEqual(['enter m', 'notify', 'exit m'])
})
