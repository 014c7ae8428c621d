// Colyseus 0.18 as its documentation writes a room: a schema of float32 fields in a map, a simulation interval, one patch
// a tick. From benchmarks/peers (peers.ts), which is no workspace: what is used of it is declared here.

import { Simulation, TICK_RATE } from '../arena.ts'
import type { Client, ClientOptions, Contender, Host, HostOptions } from './contender.ts'
import { peer } from './peers.ts'

interface Row {
  x: number
  y: number
  vx: number
  vy: number
  heading: number
  hull: number
}
interface State {
  tick: number
  readonly ships: Map<string, Row>
}
interface Room {
  state: State
  patchRate: number | null
  autoDispose: boolean
  setSimulationInterval(act: () => void, ms: number): void
  broadcastPatch(): void
}
type Field = object
interface Schema {
  schema(fields: Record<string, Field>, name: string): new () => object
  t: {
    float32(): Field
    uint8(): Field
    uint32(): Field
    map(of: unknown): Field
  }
  Encoder: { BUFFER_SIZE: number }
}
interface ClientRoom {
  readonly state: State
  onStateChange(act: (state: State) => void): void
  onLeave(act: () => void): void
  onDrop(act: () => void): void
  leave(): Promise<unknown>
}

const ROOM = 'arena'
const AGAIN_MS = 250

async function host({ http, rows, made }: HostOptions): Promise<Host> {
  const { Server, Room } = await peer<{
    Server: new (options: object) => { define(name: string, room: unknown): void; listen(port: number): Promise<void> }
    Room: new () => Room
  }>('@colyseus/core')
  const { WebSocketTransport } = await peer<{ WebSocketTransport: new (options: object) => object }>(
    '@colyseus/ws-transport'
  )
  const { schema, t, Encoder } = await peer<Schema>('@colyseus/schema')
  // Its own advice for large states: room for all of one patch.
  Encoder.BUFFER_SIZE = Math.max(Encoder.BUFFER_SIZE, rows * 128)
  const Ship = schema(
    { x: t.float32(), y: t.float32(), vx: t.float32(), vy: t.float32(), heading: t.float32(), hull: t.uint8() },
    'Ship'
  )
  const Arena = schema({ tick: t.uint32(), ships: t.map(Ship) }, 'Arena')
  const simulation = new Simulation(rows, 1)

  class ArenaRoom extends Room {
    onCreate(): void {
      const state = Object.assign(new Arena() as State, { tick: 0 })
      simulation.ships.forEach((ship, slot) => {
        state.ships.set(String(slot), Object.assign(new Ship() as Row, ship))
      })
      this.state = state
      this.autoDispose = false
      this.patchRate = null
      this.setSimulationInterval(() => {
        simulation.step()
        let slot = 0
        for (const row of state.ships.values()) Object.assign(row, simulation.ships[slot++])
        made(++state.tick)
        this.broadcastPatch()
      }, 1000 / TICK_RATE)
    }
  }
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ server: http }),
  })
  server.define(ROOM, ArenaRoom)
  await server.listen(0)
  return { waiting: () => 0, close: async () => {} }
}

async function client({ port, held, lost }: ClientOptions): Promise<Client> {
  const { Client: Sdk } = await peer<{
    Client: new (url: string) => { joinOrCreate(name: string): Promise<ClientRoom> }
  }>('@colyseus/sdk')
  const sdk = new Sdk(`http://127.0.0.1:${port}`)
  let isClosed = false
  let room: ClientRoom
  async function join(): Promise<void> {
    room = await sdk.joinOrCreate(ROOM)
    room.onStateChange(({ tick }) => held(tick))
    room.onDrop(lost)
    room.onLeave(again)
  }
  async function again(): Promise<void> {
    while (!isClosed)
      try {
        return await join()
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
  }
  // What it cannot decode it throws into the process.
  if (process.listenerCount('uncaughtException') === 0) process.on('uncaughtException', () => {})
  await join()
  return {
    close() {
      isClosed = true
      void room.leave()
    },
  }
}

export const colyseus: Contender = { host, client }
