// The floor: `ws`, a loop, and nothing else; one `ws.send()` of the same bytes to each client. Once with frames by hand
// (hand-frame.ts), and once with those of Tickwire's own encoder, which shows what all but the socket costs.

import { DeltaDecoder, DeltaEncoder, type Snapshot, World } from '@tickwire/engine/wire'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { every } from '../clock.ts'
import type { Bot, Contender, Host, HostOptions, JoinOptions, Light, State, Watcher } from './contender.ts'
import { type ArenaGame, gameAt } from './game.ts'
import { HandReader, HandWriter } from './hand-frame.ts'
import { onScreen } from './screen.ts'
import { copyShip, Slots, Work } from './work.ts'

interface Writer {
  /** The frame of the work's tick for all who hold the one before. */
  delta(work: Work): Uint8Array
  /** For who joins: what was sent last, all of it; nothing before the first tick. */
  full(): Uint8Array | undefined
}
interface Reader {
  /** The state after this frame; undefined while there is none. */
  read(frame: Buffer): State | undefined
}
interface Codec {
  writer(work: Work, rate: number): Writer
  reader(rate: number): Reader
}

/** Sequence number, then the key. */
const COMMAND_BYTES = 3

const hostWith =
  (codec: Codec) =>
  async ({ http, matches, ships, rate, seed, made }: HostOptions): Promise<Host> => {
    const rooms = Array.from({ length: matches }, () => {
      const work = new Work(ships, seed, rate)
      return { work, writer: codec.writer(work, rate), slots: new Slots(ships), clients: new Set<WebSocket>() }
    })
    const server = new WebSocketServer({ server: http, perMessageDeflate: false })
    server.on('connection', (socket, { url }) => {
      const room = rooms[Number(url?.slice(1))]
      if (!room) return socket.terminate()
      const { work, writer, slots, clients } = room
      const slot = slots.take()
      socket.send(String(slot))
      const full = writer.full()
      if (full) socket.send(full)
      clients.add(socket)
      socket.on('message', (data: Buffer) => data.length === COMMAND_BYTES && work.put(slot, data[2]))
      socket.on('close', () => clients.delete(socket))
    })
    const stop = every(1000 / rate, () => {
      for (const [index, { work, writer, clients }] of rooms.entries()) {
        work.step()
        made(index, work.tick)
        const frame = writer.delta(work)
        for (const client of clients) client.send(frame)
      }
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return {
      matches: rooms.map((_, index) => String(index)),
      async close() {
        stop()
        for (const { clients } of rooms) for (const client of clients) client.terminate()
        server.close()
      },
    }
  }

/** Joins; `frame` gets what is binary, and only from then on. */
function open({ port, match }: JoinOptions, frame: (bytes: Buffer) => void): Promise<[WebSocket, number]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${match}`, { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('message', (data: RawData, isBinary) => {
      if (isBinary) frame(data as Buffer)
      else resolve([socket, Number(data)])
    })
  })
}

/** A command a tick, each when it is due. */
function commands(socket: WebSocket, rate: number, press: () => number, talks = () => true): () => void {
  const command = Buffer.alloc(COMMAND_BYTES)
  let sequence = 0
  return every(1000 / rate, () => {
    if (!talks()) return
    command.writeUInt16LE(sequence++ & 0xffff)
    command[2] = press()
    socket.send(command)
  })
}

const botWith =
  (codec: Codec) =>
  async (options: JoinOptions, watcher: Watcher): Promise<Bot> => {
    const reader = codec.reader(options.rate)
    let newest: State | undefined
    let press = 0
    const [socket, slot] = await open(options, (bytes) => {
      newest = reader.read(bytes)
      if (newest) watcher.held(newest)
    })
    const stops = [commands(socket, options.rate, () => press)]
    if (watcher.drawn) stops.push(onScreen(() => newest && watcher.drawn?.(newest)))
    return {
      slot,
      press(value) {
        press = value
      },
      close() {
        for (const stop of stops) stop()
        socket.terminate()
      },
    }
  }

async function light(options: JoinOptions): Promise<Light> {
  const [socket] = await open(options, () => {})
  const stop = commands(socket, options.rate, () => 0, options.talks)
  return {
    close() {
      stop()
      socket.terminate()
    },
  }
}

const hand: Codec = {
  writer(work) {
    const writer = new HandWriter(work.ships.length)
    return {
      delta: ({ tick, ships, presses }) => writer.delta(tick, ships, presses),
      full: () => (work.tick > 0 ? writer.full(work.tick) : undefined),
    }
  },
  reader() {
    const reader = new HandReader()
    return {
      read(frame) {
        reader.read(frame)
        return reader.tick < 0 ? undefined : reader
      },
    }
  },
}

/** Tickwire's deltas, the keyframe first. */
const ours: Codec = {
  writer(work, rate) {
    const game = gameAt(rate)
    const world = new World(game)
    const encoder = new DeltaEncoder(game)
    const rows = work.ships.map((ship, slot) => world.ship.spawn({ ...ship, slot, press: 0 }))
    let sent: Snapshot<ArenaGame> | undefined
    let before: Snapshot<ArenaGame> | undefined
    return {
      delta({ tick, ships, presses }) {
        for (let slot = 0; slot < rows.length; slot++) {
          copyShip(rows[slot], ships[slot])
          rows[slot].press = presses[slot]
        }
        world.tick = tick
        const snapshot = world.snapshot()
        const frame = encoder.encode(snapshot, sent, before)
        before = sent
        sent = snapshot
        return frame
      },
      full() {
        before = undefined // who joins now does not hold it
        return sent && encoder.encode(sent)
      },
    }
  },
  reader(rate) {
    const decoder = new DeltaDecoder(gameAt(rate))
    let held: Snapshot<ArenaGame> | undefined
    let before: Snapshot<ArenaGame> | undefined
    return {
      read(frame) {
        const next = decoder.decode(frame, held, before)
        before = held
        held = next
        return {
          tick: next.tick,
          ship(slot) {
            for (const row of next.ship) if (row.slot === slot) return row
            return undefined
          },
        }
      },
    }
  },
}

export const byHand: Contender = { host: hostWith(hand), bot: botWith(hand), light }
export const ourCodec: Contender = { host: hostWith(ours), bot: botWith(ours), light }
