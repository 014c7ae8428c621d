import { expect, test } from 'vitest'
import type { Connection } from '../match/connection.ts'
import type { RemoteMatch } from '../match/remote.ts'
import { ThreadLine } from './thread-line.ts'
import type { ToThread } from './thread-messages.ts'

function setUp() {
  const posted: ToThread[] = []
  const did: string[] = []
  const connection = {
    bufferedAmount: 0,
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
  const line = new ThreadLine({ id: 'm' } as RemoteMatch, 7, connection, thread)
  const write = () => line.write({ bytes: new Uint8Array(9), prebuilt: undefined }, undefined)
  return { line, connection, posted, did, write }
}

test('the thread hears of what waits, once, and of what waits no more', () => {
  const { line, connection, posted, write } = setUp()
  write()
  line.drained()
  expect(posted).toEqual([])
  connection.bufferedAmount = 500
  write()
  write()
  line.drained()
  expect(posted).toEqual([{ to: 'waiting', line: 7, bytes: 500 }])
  connection.bufferedAmount = 0
  line.drained()
  line.drained()
  expect(posted.slice(1)).toEqual([{ to: 'waiting', line: 7, bytes: 0 }])
})

test('of a frame only its own bytes go, and later writes to its memory do not', () => {
  const { line, posted } = setUp()
  const pool = new Uint8Array(8192).fill(3)
  line.frame(pool.subarray(5, 8))
  pool.fill(9)
  const [{ bytes }] = posted as Extract<ToThread, { to: 'frame' }>[]
  expect([...bytes]).toEqual([3, 3, 3])
  expect(bytes.buffer.byteLength).toBe(3)
})

test('when the match is gone, who has a seat hears it, once', () => {
  const { line, did } = setUp()
  line.end(Uint8Array.of(1))
  expect(did).toEqual([])
  line.enter()
  expect(line.isSeated).toBe(true)
  line.end(Uint8Array.of(1))
  line.end(Uint8Array.of(1))
  expect(line.isSeated).toBe(false)
  expect(did).toEqual(['enter m', 'notify', 'exit m'])
})
