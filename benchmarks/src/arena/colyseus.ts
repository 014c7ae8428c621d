// Colyseus 0.18, from benchmarks/peers (slow/peers.ts), twice. As its documentation writes a room: a schema of float32
// fields in a map, setTimestep and a patch rate, messages by name into a queue. And as an expert would: quantized fields
// as narrow as the arena's steps allow, defineInput with delta-coded inputs, a fixed timestep, and a patch at the end of
// each tick. StateView filters what a client may see, and costs an encode a client: here everybody sees everything.
// What is used of it is declared here, as it is no workspace.

import { WORLD } from '../arena.ts'
import { every } from '../clock.ts'
import { peer } from '../slow/peers.ts'
import type { Bot, Contender, Host, HostOptions, JoinOptions, Light, State, Watcher } from './contender.ts'
import { onScreen } from './screen.ts'
import { copyShip, Slots, Work } from './work.ts'

interface Row {
  x: number
  y: number
  vx: number
  vy: number
  heading: number
  hull: number
  press: number
}
interface RoomState {
  tick: number
  readonly ships: Map<string, Row>
}
interface Input {
  press: number
}
interface RoomClient {
  readonly sessionId: string
  send(type: string, message: unknown): void
}
interface Room {
  state: RoomState
  patchRate: number | null
  autoDispose: boolean
  maxClients: number
  setTimestep(act: () => void, ms: number): void
  setFixedTimestep(act: () => void, rate: number): void
  broadcastPatch(): void
  onMessage(type: string, act: (client: RoomClient, message: Input) => void): void
  defineInput(type: unknown): { get(sessionId: string): { next(): Input | undefined } }
}
type Field = object
interface Schema {
  schema(fields: Record<string, Field>, name: string): new () => object
  t: {
    float32(): Field
    uint8(): Field
    uint16(): Field
    uint32(): Field
    quantized(range: { min: number; max: number; bits: number }): Field
    angle(options: { bits: number }): Field
    map(of: unknown): Field
  }
  Encoder: { BUFFER_SIZE: number }
}
interface ClientRoom {
  readonly state: RoomState
  readonly serializer: { patch(bytes: Uint8Array): void; setState(bytes: Uint8Array): void }
  onStateChange(act: (state: RoomState) => void): void
  onMessage(type: string, act: (message: never) => void): void
  send(type: string, message: unknown): void
  input(): { readonly data: Input; send(): number }
  readonly reconnection: { enabled: boolean }
  leave(): Promise<unknown>
}

const ROOM = 'arena'
const MOST_BYTES_A_SHIP = 128

type Variant = 'documented' | 'expert'

const FIELDS: Record<Variant, (t: Schema['t']) => Record<string, Field>> = {
  documented: (t) => ({
    x: t.float32(),
    y: t.float32(),
    vx: t.float32(),
    vy: t.float32(),
    heading: t.float32(),
    hull: t.uint8(),
    press: t.uint8(),
  }),
  // 16 bits over 4096 units are the arena's 1/16; 8 bits over +-480 its 3.75; an angle of 8 bits would be too coarse.
  expert: (t) => ({
    x: t.quantized({ min: 0, max: WORLD, bits: 16 }),
    y: t.quantized({ min: 0, max: WORLD, bits: 16 }),
    vx: t.quantized({ min: -480, max: 480, bits: 8 }),
    vy: t.quantized({ min: -480, max: 480, bits: 8 }),
    heading: t.angle({ bits: 16 }),
    hull: t.uint8(),
    press: t.uint8(),
  }),
}

const hostWith =
  (variant: Variant) =>
  async ({ http, matches, ships, rate, seed, made }: HostOptions): Promise<Host> => {
    const { Server, Room, matchMaker } = await peer<{
      Server: new (
        options: object
      ) => {
        define(name: string, room: unknown): void
        listen(port: number): Promise<void>
      }
      Room: new () => Room
      matchMaker: { createRoom(name: string, options: object): Promise<{ readonly roomId: string }> }
    }>('@colyseus/core')
    const { WebSocketTransport } = await peer<{ WebSocketTransport: new (options: object) => object }>(
      '@colyseus/ws-transport'
    )
    const { schema, t, Encoder } = await peer<Schema>('@colyseus/schema')
    // Its own advice for large states: room for all of one patch.
    Encoder.BUFFER_SIZE = Math.max(Encoder.BUFFER_SIZE, ships * MOST_BYTES_A_SHIP)
    const Ship = schema(FIELDS[variant](t), 'Ship')
    const Arena = schema({ tick: t.uint32(), ships: t.map(Ship) }, 'Arena')
    const InputSchema = schema({ press: t.uint8() }, 'Input')

    class ArenaRoom extends Room {
      readonly work = new Work(ships, seed, rate)
      readonly slots = new Slots(ships)
      readonly slotOf = new Map<string, number>()
      inputs: ReturnType<Room['defineInput']> | undefined =
        variant === 'expert' ? this.defineInput(InputSchema) : undefined

      onCreate({ index }: { index: number }): void {
        const { work } = this
        this.autoDispose = false
        this.maxClients = ships
        const state = Object.assign(new Arena() as RoomState, { tick: 0 })
        for (const [slot, ship] of work.ships.entries())
          state.ships.set(String(slot), Object.assign(new Ship() as Row, ship, { press: 0 }))
        this.state = state
        const rows = [...state.ships.values()]
        const step = () => {
          if (this.inputs)
            for (const [session, slot] of this.slotOf) {
              const input = this.inputs.get(session).next()
              if (input) work.put(slot, input.press)
            }
          work.step()
          for (let slot = 0; slot < rows.length; slot++) {
            copyShip(rows[slot], work.ships[slot])
            rows[slot].press = work.presses[slot]
          }
          state.tick = work.tick
          made(index, work.tick)
        }
        if (variant === 'expert') {
          this.setFixedTimestep(() => {
            step()
            this.broadcastPatch()
          }, rate)
          this.patchRate = null // in this order: without a timestep it would start a timer that ticks the same clock
        } else {
          this.patchRate = 1000 / rate
          this.setTimestep(step, 1000 / rate)
          this.onMessage('input', ({ sessionId }, { press }) => work.put(this.slotOf.get(sessionId)!, press))
        }
      }

      onJoin(client: RoomClient): void {
        const slot = this.slots.take()
        this.slotOf.set(client.sessionId, slot)
        client.send('slot', slot)
      }

      onLeave({ sessionId }: RoomClient): void {
        this.slotOf.delete(sessionId)
      }
    }
    const server = new Server({
      greet: false,
      gracefullyShutdown: false,
      transport: new WebSocketTransport({ server: http }),
    })
    server.define(ROOM, ArenaRoom)
    await server.listen(0)
    const ids: string[] = []
    for (let index = 0; index < matches; index++) ids.push((await matchMaker.createRoom(ROOM, { index })).roomId)
    return { matches: ids, close: async () => {} }
  }

async function join({ port, match }: JoinOptions): Promise<{ room: ClientRoom; slot: Promise<number> }> {
  const { Client: Sdk } = await peer<{
    Client: new (url: string) => { joinById(id: string): Promise<ClientRoom> }
  }>('@colyseus/sdk')
  const room = await new Sdk(`http://127.0.0.1:${port}`).joinById(match)
  const slot = new Promise<number>((resolve) => room.onMessage('slot', resolve as (message: never) => void))
  return { room, slot }
}

/** A command a tick. */
function commands(
  room: ClientRoom,
  variant: Variant,
  rate: number,
  press: () => number,
  talks = () => true
): () => void {
  if (variant === 'documented') return every(1000 / rate, () => talks() && room.send('input', { press: press() }))
  const input = room.input()
  return every(1000 / rate, () => {
    if (!talks()) return
    input.data.press = press()
    input.send()
  })
}

const botWith =
  (variant: Variant) =>
  async (options: JoinOptions, watcher: Watcher): Promise<Bot> => {
    const { room, slot } = await join(options)
    let newest: State | undefined
    let press = 0
    room.onStateChange(({ tick, ships }) => {
      newest = { tick, ship: (of) => ships.get(String(of)) }
      watcher.held(newest)
    })
    const stops = [commands(room, variant, options.rate, () => press)]
    if (watcher.drawn) stops.push(onScreen(() => newest && watcher.drawn?.(newest)))
    return {
      slot: await slot,
      press(value) {
        press = value
      },
      close() {
        for (const stop of stops) stop()
        leave(room)
      },
    }
  }

/** For good: where the server ends before it hears of that, over a slow line, its client would try for a minute to come back. */
function leave(room: ClientRoom): void {
  room.reconnection.enabled = false
  void room.leave()
}

const lightWith =
  (variant: Variant) =>
  async (options: JoinOptions): Promise<Light> => {
    const { room } = await join(options)
    room.serializer.patch = () => {}
    const stop = commands(room, variant, options.rate, () => 0, options.talks)
    return {
      close() {
        stop()
        leave(room)
      },
    }
  }

export const documented: Contender = {
  host: hostWith('documented'),
  bot: botWith('documented'),
  light: lightWith('documented'),
}
export const expert: Contender = { host: hostWith('expert'), bot: botWith('expert'), light: lightWith('expert') }
