// Tickwire as a game writes it: rules that copy the simulation into rows, `move` for what players do; whole clients that
// draw 60 frames a second, and light ones that acknowledge what they get and decode nothing.

import { type ClientMatch, connectOver, openSocket } from '@tickwire/engine/client'
import { BitWriter, planOf, writeCommands } from '@tickwire/engine/wire'
import { createServer, type Limits } from '@tickwire/server'
import { every, now } from '../clock.ts'
import { RawSocket } from '../slow/raw-socket.ts'
import type { Bot, Contender, Host, HostOptions, JoinOptions, Light, SeenShip, Watcher } from './contender.ts'
import { type ArenaGame, gameAt } from './game.ts'
import { onScreen } from './screen.ts'
import { Tap, tickOf } from './tap.ts'
import { copyShip, Slots, Work } from './work.ts'

/** How many ticks after the newest that arrived a light client's commands are for. */
const LEAD = 3
/** All players of a run have one address here, and where the machine is busy they are late in bursts. */
export const LIMITS: Partial<Limits> = {
  messageBurst: 10_000,
  connectSeconds: 60,
  socketsPerAddress: 10_000,
  connectionsPerSecond: 10_000,
  connectionBurst: 10_000,
  joinsPerSecond: 10_000,
  joinBurst: 10_000,
}

/** Nobody is let go for being late. */
const PATIENT = { pingTimeout: 60_000 }

/** Ticks that take too long are what runs are there to find; a match that fails is a fault of the benchmark. */
export function failuresOnly(message: string): void {
  if (/failed|throws|threw/.test(message)) process.stderr.write(`${message}\n`)
}

async function host({ http, matches, ships, rate, seed, made }: HostOptions): Promise<Host> {
  const game = gameAt(rate)
  const server = createServer({ http, checks: false, limits: LIMITS, warn: failuresOnly, io: PATIENT })
  const works = new Map<object, { readonly index: number; readonly work: Work; readonly slots: Slots }>()
  server.host(game, {
    capacity: ships,
    emptySeconds: 3600,
    silentSeconds: 3600,
    start(match) {
      const work = new Work(ships, seed, rate)
      works.set(match, { index: works.size, work, slots: new Slots(ships) })
      for (const [slot, ship] of work.ships.entries()) match.world.ship.spawn({ ...ship, slot })
    },
    join(match, player) {
      const slot = works.get(match)!.slots.take()
      for (const row of match.world.ship) if (row.slot === slot) match.world.ship.give(row, player)
    },
    tick(match) {
      const { index, work } = works.get(match)!
      work.step()
      let slot = 0
      for (const row of match.world.ship) copyShip(row, work.ships[slot++])
      made(index, match.world.tick)
    },
  })
  const opened = Array.from({ length: matches }, () => server.open(game).id)
  await server.listen()
  return { matches: opened, close: () => server.close() }
}

interface Row extends SeenShip {
  readonly id: number
  readonly slot: number
}
interface Rows extends Iterable<Row> {
  get(id: number): Row | undefined
}
/** Ids of rows are the server's; which ship is whose a state says, and it never changes here. */
class Ids {
  readonly #ids: number[] = []

  ship(rows: Rows, slot: number): SeenShip | undefined {
    if (this.#ids[slot] === undefined) for (const other of rows) this.#ids[other.slot] = other.id
    return this.#ids[slot] === undefined ? undefined : rows.get(this.#ids[slot])
  }
}

async function bot({ port, match: id, rate }: JoinOptions, watcher: Watcher): Promise<Bot> {
  const ids = new Ids()
  const seen = (world: { readonly tick: number; readonly ship: Rows }) => ({
    tick: world.tick,
    ship: (slot: number) => ids.ship(world.ship, slot),
  })
  let press = 0
  let last = -1
  let match: ClientMatch<ArenaGame> | undefined
  let onJoined = (_slot: number): void => {}
  const joined = new Promise<number>((resolve) => {
    onJoined = resolve
  })
  const tap = new Tap(await openSocket(`http://127.0.0.1:${port}`), (_bytes, pass) => {
    pass()
    const newest = match?.newest // the first frame may come with the answer to joining
    if (!newest || newest.tick <= last) return
    last = newest.tick
    for (const row of newest.ship) if (row.owner === match!.me.id) onJoined(row.slot)
    watcher.held(seen(newest))
  })
  const client = await connectOver(tap, gameAt(rate), { match: id, input: () => ({ press }) })
  match = client
  const stop = onScreen(() => {
    client.frame(now())
    watcher.drawn?.(seen(client.view))
  })
  return {
    slot: await joined,
    press(value) {
      press = value
    },
    close() {
      stop()
      void client.leave()
    },
  }
}

async function light({ port, match: id, rate, talks = () => true }: JoinOptions): Promise<Light> {
  const game = gameAt(rate)
  const socket = await RawSocket.open(port)
  let newest = -1
  let newestAt = 0
  const tap = new Tap(socket, (bytes) => {
    newest = tickOf(bytes, Math.max(newest, 0))
    newestAt = now()
  })
  const lost = new Promise<never>((_, reject) => {
    tap.onLost = () => reject(new Error('a connection was lost while its player joined'))
  })
  const match = await Promise.race([lost, connectOver(tap, game, { match: id, input: () => ({ press: 0 }) })])
  tap.onLost = () => {}
  const { command: layout } = planOf(game)
  const bits = new BitWriter()
  const commands = [{ press: 0 }]
  let stamped = 0
  const stop = every(1000 / rate, () => {
    if (newest < 0 || !talks()) return
    // One for each tick, whatever the moments at which frames come, and however few they are.
    const due = Math.round(newest + ((now() - newestAt) * rate) / 1000) + LEAD
    stamped = Math.abs(due - stamped - 1) > LEAD ? Math.max(due, stamped + 1) : stamped + 1
    socket.send(
      writeCommands(bits, layout, {
        ack: newest,
        arrivedAt: newestAt,
        drawn: newest,
        renderTick: newest,
        first: stamped,
        commands,
      })
    )
  })
  return {
    close() {
      stop()
      void match.leave()
    },
  }
}

export const tickwire: Contender = { host, bot, light }
