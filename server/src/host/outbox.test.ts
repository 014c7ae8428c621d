import { expect, test } from 'vitest'
import type { SharedFrame } from '../match/connection.ts'
import { eachFrame, Outbox, ThreadConnection } from './outbox.ts'
import type { FromThread } from './thread-messages.ts'

const frame = (...bytes: number[]): SharedFrame => ({ bytes: Uint8Array.from(bytes), prebuilt: undefined })

/** An outbox with connections 1 to 3, and its batches as they arrive. */
function setUp() {
  const batches: FromThread[][] = []
  const outbox = new Outbox((batch) => batches.push(structuredClone(batch)))
  const [first, second, third] = [1, 2, 3].map((line) => new ThreadConnection(line, outbox))
  return { outbox, batches, first, second, third }
}

/** What each line got, in order. */
function got(batches: readonly FromThread[][]): string[] {
  const all: string[] = []
  for (const message of batches.flat()) {
    if (message.did === 'frames')
      eachFrame(message, (line, { bytes }, head) => all.push(`${line}: ${head ? `${head} + ` : ''}${bytes}`))
    else if ('line' in message) all.push(`${message.line}: ${message.did}`)
  }
  return all
}

test('a chunk that many share goes once, with the heads of those who have one', () => {
  const { outbox, batches, first, second, third } = setUp()
  const [all, late] = [frame(1, 2, 3), frame(9)]
  first.sendFrame(all)
  third.sendFrame(late, Uint8Array.of(7))
  second.sendFrame(all, Uint8Array.of(5, 6))
  outbox.flush()
  expect(batches.flat()).toHaveLength(2)
  expect(got(batches)).toEqual(['1: 1,2,3', '2: 5,6 + 1,2,3', '3: 7 + 9'])
})

test('all who share a chunk are handed one frame, so that it is made ready to be written once', () => {
  const { outbox, batches, first, second } = setUp()
  const all = frame(1)
  first.sendFrame(all)
  second.sendFrame(all)
  outbox.flush()
  const handed = new Set<SharedFrame>()
  for (const message of batches.flat())
    if (message.did === 'frames') eachFrame(message, (_, shared) => handed.add(shared))
  expect(handed.size).toBe(1)
})

test('what a connection is told keeps its place between frames', () => {
  const { outbox, batches, first, second } = setUp()
  const all = frame(1)
  first.notify(Uint8Array.of(1))
  first.sendFrame(all)
  first.notify(Uint8Array.of(2))
  second.sendFrame(all)
  first.exit()
  first.close()
  outbox.flush()
  expect(got(batches)).toEqual(['1: notify', '1: 1', '1: notify', '2: 1', '1: exit', '1: close'])
})

test('what is said between ticks goes when that turn is over, and nothing goes twice', async () => {
  const { outbox, batches, first } = setUp()
  first.enter()
  first.notify(Uint8Array.of(1))
  expect(batches).toEqual([])
  await Promise.resolve()
  expect(got(batches)).toEqual(['1: enter', '1: notify'])
  first.sendFrame(frame(1))
  outbox.flush()
  await Promise.resolve()
  expect(batches).toHaveLength(2)
})

test('bytes that lie in a larger piece of memory are posted without it', () => {
  const { outbox, batches, first } = setUp()
  const pool = new Uint8Array(8192)
  first.notify(pool.subarray(10, 20))
  first.sendFrame({ bytes: pool.subarray(100, 103), prebuilt: undefined }, pool.subarray(0, 2))
  outbox.flush()
  const sizes = batches.flat().map((message) => {
    if (message.did === 'notify') return message.bytes.buffer.byteLength
    return message.did === 'frames' ? message.shared.buffer.byteLength + message.heads.buffer.byteLength : 0
  })
  expect(sizes).toEqual([10, 5])
})
