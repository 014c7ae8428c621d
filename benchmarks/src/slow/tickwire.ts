// Tickwire as a game writes it: rules that copy the simulation into rows, and whole clients with 60 frames a second.

import { type ClientMatch, connect, type IoOptions } from '@tickwire/engine/client'
import { createServer } from '@tickwire/server'
// The moment at which a state is decoded is nothing that a game can see: it is taken where it happens.
import { Receiver } from '../../../engine/src/client/receiver.ts'
import { CommandBuffer } from '../../../server/src/match/command-buffer.ts'
import { Simulation, TICK_RATE } from '../arena.ts'
import { every, now } from '../clock.ts'
import type { Client, ClientOptions, Contender, Host, HostOptions } from './contender.ts'
import { bytesIn, type EngineServer, keepAlive } from './engine-io.ts'
import { game } from './game.ts'

/** All clients of a run have one address here. */
const LIMITS = {
  socketsPerAddress: 1000,
  connectionsPerSecond: 1000,
  connectionBurst: 1000,
  joinsPerSecond: 1000,
  joinBurst: 1000,
}
const CAPACITY = 500
const AGAIN_MS = 250

async function host({ http, rows, made, arrived, silentSeconds }: HostOptions): Promise<Host> {
  if (arrived) noteCommands(arrived)
  const server = createServer({ http, checks: false, limits: LIMITS, warn: () => {} })
  const simulation = new Simulation(rows, 1)
  server.host(game, {
    capacity: CAPACITY,
    emptySeconds: 3600,
    ...(silentSeconds === undefined ? {} : { silentSeconds }),
    start({ world }) {
      for (const ship of simulation.ships) world.ship.spawn(ship)
    },
    tick({ world }) {
      simulation.step()
      let slot = 0
      for (const row of world.ship) Object.assign(row, simulation.ships[slot++])
      made(world.tick)
    },
  })
  server.open(game)
  await server.listen()
  return {
    waiting: () => bytesIn(server.io.engine as unknown as EngineServer),
    players: () => server.matches.reduce((sum, { players }) => sum + players, 0),
    close: () => server.close(),
  }
}

function noteCommands(arrived: NonNullable<HostOptions['arrived']>): void {
  const { put } = CommandBuffer.prototype
  CommandBuffer.prototype.put = function (run, tick) {
    for (let i = 0; i < run.commands.length; i++) arrived(run.first + i, tick - run.first - i)
    put.call(this, run, tick)
  }
}

/** Who hears of decoded states, by player. */
const watchers = new Map<unknown, (tick: number) => void>()
const { take } = Receiver.prototype
Receiver.prototype.take = function (bytes, at) {
  const frame = take.call(this, bytes, at)
  if (frame) watchers.get(frame.snapshot.viewer)?.(frame.snapshot.tick)
  return frame
}

/** @param joined gets each match that the client is in: a new one after a lost connection */
export async function play(
  { port, polling, held, lost }: ClientOptions,
  joined: (match: ClientMatch<typeof game>) => void = () => {}
): Promise<Client> {
  const io: IoOptions = polling ? { transports: ['polling'], agent: keepAlive() } : { transports: ['websocket'] }
  let press = 0
  let isClosed = false
  let match: ClientMatch<typeof game>
  async function join(): Promise<void> {
    const input = () => ({ press: press++ & 255 })
    match = await connect(game, `http://127.0.0.1:${port}`, { match: 'quick', input, io })
    watchers.set(match.me.id, held)
    match.onStatus((status) => status === 'reconnecting' && lost())
    joined(match)
    void match.ended.then(again)
  }
  async function again(): Promise<void> {
    watchers.delete(match.me.id)
    if (isClosed) return
    lost()
    while (!isClosed)
      try {
        return await join()
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
  }
  await join()
  const stop = every(1000 / TICK_RATE, () => match.frame(now()))
  return {
    close() {
      isClosed = true
      stop()
      void match.leave()
    },
  }
}

export const tickwire: Contender = { host, client: (options) => play(options) }
