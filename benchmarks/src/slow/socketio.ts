// Socket.IO as most games use it: the whole state each tick to everybody, `io.emit` or `io.volatile.emit`, as msgpackr
// records (both sides know the names of the fields), which are a quarter of JSON.

import { Server as Io } from 'socket.io'
import { io } from 'socket.io-client'
import { Simulation, TICK_RATE } from '../arena.ts'
import { every } from '../clock.ts'
import { Msgpackr } from '../contenders/msgpackr.ts'
import type { Client, ClientOptions, Contender, Host, HostOptions } from './contender.ts'
import { bytesIn, type EngineServer, keepAlive } from './engine-io.ts'

const STATE = 'state'

const hostWith =
  (isVolatile: boolean) =>
  async ({ http, rows, made }: HostOptions): Promise<Host> => {
    const server = new Io(http, { serveClient: false })
    const simulation = new Simulation(rows, 1)
    const codec = new Msgpackr()
    codec.start(simulation)
    let tick = 0
    const stop = every(1000 / TICK_RATE, () => {
      simulation.step()
      made(++tick)
      const state = codec.encode(simulation)
      if (isVolatile) server.volatile.emit(STATE, tick, state)
      else server.emit(STATE, tick, state)
    })
    return {
      waiting: () => bytesIn(server.engine as unknown as EngineServer),
      async close() {
        stop()
        await server.close()
      },
    }
  }

async function client({ port, polling, held, lost }: ClientOptions): Promise<Client> {
  const codec = new Msgpackr()
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: [polling ? 'polling' : 'websocket'],
    forceNew: true,
    ...(polling ? { agent: keepAlive() } : {}),
  })
  socket.on(STATE, (tick: number, state: Uint8Array) => {
    codec.decode(state)
    held(tick)
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.on('disconnect', lost)
  return {
    close() {
      socket.off('disconnect')
      socket.disconnect()
    },
  }
}

export const emit: Contender = { host: hostWith(false), client }
export const volatile: Contender = { host: hostWith(true), client }
