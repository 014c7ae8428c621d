// Socket.IO as games use it: each match a room, the whole state each tick to that room. Once with its own parser, so as
// JSON; once with a parser of msgpackr's records, which the documentation calls a custom parser: one WebSocket message a
// packet, and both sides know the names of a ship's fields.

import { Server as Io } from 'socket.io'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'
import { STEP } from '../arena.ts'
import { every } from '../clock.ts'
import type { Bot, Contender, Host, HostOptions, JoinOptions, Light, SeenShip, State, Watcher } from './contender.ts'
import { Decoder, Encoder, PACKET, type Packet, parser } from './msgpackr-parser.ts'
import { onScreen } from './screen.ts'
import { Slots, Work } from './work.ts'

const TURN = 1024

/** A ship in whole steps, as it travels. */
type Item = { -readonly [K in keyof SeenShip]: number }

/** The nearest whole number of steps. `| 0` since -0 would cost msgpackr nine bytes. */
function steps(value: number, step: number): number {
  return Math.round(value / step) | 0
}

const hostWith =
  (custom: boolean) =>
  async ({ http, matches, ships, rate, seed, made }: HostOptions): Promise<Host> => {
    const server = new Io(http, { serveClient: false, ...(custom ? { parser } : {}) })
    const rooms = Array.from({ length: matches }, (_, index) => ({
      name: `match ${index}`,
      work: new Work(ships, seed, rate),
      slots: new Slots(ships),
      items: Array.from({ length: ships }, (): Item => ({ x: 0, y: 0, vx: 0, vy: 0, heading: 0, hull: 0, press: 0 })),
    }))
    server.on('connection', (socket) => {
      socket.on('join', (match: string, answer: (slot: number) => void) => {
        const room = rooms.find(({ name }) => name === match)
        if (!room) return void socket.disconnect()
        const slot = room.slots.take()
        void socket.join(match)
        socket.on('input', ({ press }: { press: number }) => room.work.put(slot, press))
        answer(slot)
      })
    })
    const stop = every(1000 / rate, () => {
      for (const [index, { name, work, items }] of rooms.entries()) {
        work.step()
        made(index, work.tick)
        for (let slot = 0; slot < items.length; slot++) {
          const ship = work.ships[slot]
          const item = items[slot]
          item.x = steps(ship.x, STEP.x)
          item.y = steps(ship.y, STEP.y)
          item.vx = steps(ship.vx, STEP.vx)
          item.vy = steps(ship.vy, STEP.vy)
          item.heading = steps(ship.heading, STEP.heading) & (TURN - 1)
          item.hull = ship.hull
          item.press = work.presses[slot]
        }
        server.to(name).emit('state', work.tick, items)
      }
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return {
      matches: rooms.map(({ name }) => name),
      async close() {
        stop()
        await server.close()
      },
    }
  }

function stateOf(tick: number, items: readonly Item[]): State {
  return {
    tick,
    ship(slot) {
      const item = items[slot]
      return (
        item && {
          x: item.x * STEP.x,
          y: item.y * STEP.y,
          vx: item.vx * STEP.vx,
          vy: item.vy * STEP.vy,
          heading: item.heading * STEP.heading,
          hull: item.hull,
          press: item.press,
        }
      )
    },
  }
}

const botWith =
  (custom: boolean) =>
  async ({ port, match, rate }: JoinOptions, watcher: Watcher): Promise<Bot> => {
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      ...(custom ? { parser } : {}),
    })
    let newest: State | undefined
    let press = 0
    socket.on('state', (tick: number, items: Item[]) => {
      newest = stateOf(tick, items)
      watcher.held(newest)
    })
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    const slot: number = await socket.emitWithAck('join', match)
    const stops = [every(1000 / rate, () => socket.emit('input', { press }))]
    if (watcher.drawn) stops.push(onScreen(() => newest && watcher.drawn?.(newest)))
    return {
      slot,
      press(value) {
        press = value
      },
      close() {
        for (const stop of stops) stop()
        socket.disconnect()
      },
    }
  }

/** What a light client has to say, and to recognise, of the protocol. */
interface Words {
  /** Makes a packet. */
  make(packet: Packet): string | Uint8Array
  /** What kind of packet a message is, if one that a light client waits for. */
  kind(data: Buffer, isBinary: boolean): 'ping' | 'connected' | 'answer' | undefined
}
const TEXT: Words = {
  make: ({ type, data, id = '' }) => `4${type}${id}${data === undefined ? '' : JSON.stringify(data)}`,
  kind(data) {
    if (data[0] === 50) return 'ping'
    if (data[0] !== 52) return undefined
    return data[1] === 48 ? 'connected' : data[1] === 51 ? 'answer' : undefined
  },
}
const binaryWords = (): Words => {
  const encoder = new Encoder()
  const decoder = new Decoder()
  return {
    make: (packet) => encoder.encode(packet)[0],
    kind(data, isBinary) {
      if (!isBinary) return data[0] === 50 ? 'ping' : undefined
      if (data.length > 100) return undefined // states
      const { type } = decoder.unpack(data)
      return type === PACKET.connect ? 'connected' : type === PACKET.ack ? 'answer' : undefined
    },
  }
}

/** Socket.IO by hand over a WebSocket: it joins, sends a command a tick, answers pings, and looks at nothing else. */
const lightWith =
  (words: () => Words) =>
  ({ port, match, rate, talks = () => true }: JoinOptions): Promise<Light> =>
    new Promise((resolve, reject) => {
      const { make, kind } = words()
      const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
        perMessageDeflate: false,
      })
      const input = make({ type: PACKET.event, nsp: '/', data: ['input', { press: 0 }] })
      let stop: (() => void) | undefined
      socket.on('error', reject)
      socket.on('close', () => stop?.())
      socket.on('open', () => socket.send(make({ type: PACKET.connect, nsp: '/' })))
      socket.on('message', (data: Buffer, isBinary) => {
        switch (kind(data, isBinary)) {
          case 'ping':
            return socket.send('3')
          case 'connected':
            return socket.send(make({ type: PACKET.event, nsp: '/', data: ['join', match], id: 0 }))
          case 'answer':
            stop ??= every(1000 / rate, () => talks() && socket.send(input))
            return resolve({ close: () => socket.terminate() })
        }
      })
    })

export const json: Contender = { host: hostWith(false), bot: botWith(false), light: lightWith(() => TEXT) }
export const msgpackr: Contender = { host: hostWith(true), bot: botWith(true), light: lightWith(binaryWords) }
