// One abuser, at one address: connections made of bytes that send as fast as the kernel takes it, and connect again as
// soon as they are cut off; or a crowd that joins and leaves.

import { connect as tcpConnect } from 'node:net'
import { connect } from '@tickwire/engine/client'
import { answer } from '../child.ts'
import { game } from './game.ts'

export type Attack = 'nothing' | 'messages' | 'large' | 'pings' | 'fragments' | 'connections' | 'joins'

const ADDRESS = '6.6.6.6'
const CHUNK = 64 * 1024
const AT_ONCE = 8

const frame = (first: number, payload: Buffer): Buffer =>
  payload.length < 126
    ? Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload])
    : Buffer.concat([Buffer.from([first, 0xfe, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]), payload])
const many = (one: Buffer): Buffer => Buffer.concat(Array(Math.ceil(CHUNK / one.length)).fill(one))

const CHUNKS: Partial<Record<Attack, Buffer>> = {
  messages: many(frame(0x82, Buffer.from([2]))),
  large: many(frame(0x81, Buffer.from(`42["x",${JSON.stringify('y'.repeat(3900))}]`))),
  pings: many(frame(0x89, Buffer.alloc(0))),
  fragments: many(frame(0, Buffer.from('a'))),
}

let running = false
let attempts = 0
let refused = 0

/** One connection after the other until stop(). */
function flood(port: number, attack: Attack): void {
  if (!running) return
  attempts++
  const socket = tcpConnect(port, '127.0.0.1')
  const chunk = CHUNKS[attack]
  let opened = false
  socket.on('error', () => {})
  socket.on('close', () => {
    if (!opened) refused++
    setImmediate(() => flood(port, attack))
  })
  socket.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
      `X-Forwarded-For: ${ADDRESS}\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
  )
  socket.on('data', (data) => {
    if (opened || !data.includes('maxPayload')) return
    opened = true
    if (!chunk) return void socket.destroy()
    socket.write(frame(0x81, Buffer.from('40')))
    if (attack === 'fragments') socket.write(frame(1, Buffer.from('a')))
    const pump = (): void => {
      if (running && socket.writable) socket.write(chunk, pump)
      else socket.destroy()
    }
    pump()
  })
}

/** 1,000 joins a second, as far as they get. */
async function joins(port: number, ids: readonly string[]): Promise<void> {
  const io = { extraHeaders: { 'x-forwarded-for': ADDRESS } }
  const join = async (): Promise<void> => {
    attempts++
    try {
      const match = ids[attempts % ids.length]
      const joined = await connect(game, `http://127.0.0.1:${port}`, { match, input: () => ({ go: 0 }), io })
      await joined.leave()
    } catch {
      refused++
    }
  }
  while (running) {
    for (let i = 0; i < 10; i++) void join()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const handlers = {
  start({ port, ids, attack }: { port: number; ids: readonly string[]; attack: Attack }): void {
    running = true
    attempts = 0
    refused = 0
    if (attack === 'joins') void joins(port, ids)
    else if (attack !== 'nothing') for (let i = 0; i < AT_ONCE; i++) flood(port, attack)
  },
  stop(): { attempts: number; refused: number } {
    running = false
    return { attempts, refused }
  },
}
export type AbuserHandlers = typeof handlers
answer(handlers)
