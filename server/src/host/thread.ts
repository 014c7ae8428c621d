// The thread of one match: the same lobby (of one match), sessions and loop as in the main thread, behind a port in place
// of sockets. It is what a Worker starts with, and starts at once. What goes wrong in a rule's own turn reaches nobody
// but this thread; whoever made it notices that it is gone.

import { randomBytes } from 'node:crypto'
import { workerData } from 'node:worker_threads'
import { type AnyGame, TickwireError } from '@tickwire/engine'
import { fail } from '@tickwire/engine/wire'
import { describe, located } from '../match/describe.ts'
import { Lobby } from '../match/lobby.ts'
import { DEFAULT_CAPACITY, type LiveMatch } from '../match/match.ts'
import type { Player, Rules } from '../match/rules.ts'
import { Session } from '../match/session.ts'
import { TOKEN_BYTES } from '../match/token.ts'
import { Heartbeat } from './heartbeat.ts'
import { Loop, now, systemClock } from './loop.ts'
import { Outbox, ThreadConnection } from './outbox.ts'
import type { Status, ThreadSetup, ToThread } from './thread-messages.ts'

// How often it is said what was learned, if anything was.
const LEARNED_EVERY_SECONDS = 10

interface Hosted {
  readonly game: AnyGame
  readonly rules: Rules<AnyGame>
}

class MatchThread {
  readonly #setup: ThreadSetup
  readonly #outbox: Outbox
  readonly #heartbeat: Heartbeat
  readonly #lobby: Lobby
  readonly #match: LiveMatch
  readonly #rules: Rules<AnyGame>
  readonly #loop: Loop<LiveMatch>
  readonly #lines = new Map<number, { readonly connection: ThreadConnection; readonly session: Session }>()
  #status: Status | undefined
  /** The players as the main thread knows them. */
  #known: ReadonlySet<Player> = new Set()
  #prior: Uint8Array | undefined
  #lag = { overruns: 0, skipped: 0 }
  #isOver = false

  constructor(
    setup: ThreadSetup,
    match: NonNullable<ThreadSetup['match']>,
    { game, rules }: Hosted,
    outbox: Outbox,
    heartbeat: Heartbeat
  ) {
    const { id, seed, checks, prior = rules.prior } = match
    this.#setup = setup
    this.#outbox = outbox
    this.#heartbeat = heartbeat
    this.#rules = rules
    this.#prior = prior
    this.#lobby = new Lobby({
      now,
      seed: () => seed,
      newId: () => id,
      newToken: () => new Uint8Array(randomBytes(TOKEN_BYTES)),
      warn: (text) => outbox.add({ did: 'warn', text }),
      checks,
    })
    this.#lobby.host(game, { ...rules, prior })
    this.#match = this.#lobby.open(game, match.options as never)
    this.#loop = new Loop(
      () => this.#lobby.matches,
      (_, error) => {
        // It may hold secrets: clients hear none of it.
        outbox.add({ did: 'warn', text: `match ${id} failed: ${located(error)}` })
        this.#match.end('the game failed')
      },
      () => this.#lobby.learn(),
      systemClock,
      {
        alive: () => this.#pass(),
        begins: () => heartbeat.begins(this.#match),
        ended: (_, late, took) => this.#ticked(late, took),
      }
    )
  }

  start(): void {
    this.#setup.port.on('message', (messages: readonly ToThread[]) => {
      for (const message of messages) this.#hear(message)
    })
    this.#loop.start()
  }

  #hear(message: ToThread): void {
    if (message.to === 'end') return this.#match.end(message.reason)
    if (message.to === 'open') return this.#open(message)
    const line = this.#lines.get(message.line)
    if (!line) return
    switch (message.to) {
      case 'frame':
        return line.session.frame(message.bytes)
      case 'ask':
        return void this.#answer(line.session, message.id, message.bytes)
      case 'stands':
        line.connection.bufferedAmount = message.bytes
        line.connection.isPolled = message.isPolled
        return
      case 'close':
        this.#lines.delete(message.line)
        return line.session.closed(message.forGood)
    }
  }

  #open({ line, identity }: Extract<ToThread, { to: 'open' }>): void {
    const connection = new ThreadConnection(line, this.#outbox)
    const directory = {
      find: () => ({ match: this.#match, isNew: false }),
      running: this.#lobby.running.bind(this.#lobby),
      departure: this.#lobby.departure.bind(this.#lobby),
    }
    this.#lines.set(line, { connection, session: new Session(connection, directory, identity) })
  }

  async #answer(session: Session, id: number, bytes: Uint8Array): Promise<void> {
    this.#outbox.add({ did: 'answer', id, bytes: await session.ask(bytes) })
  }

  #pass(): void {
    this.#heartbeat.alive()
    const { ended } = this.#match
    if (ended !== undefined) this.#finish(ended)
  }

  #ticked(late: number, took: number): void {
    this.#heartbeat.ended()
    this.#tell()
    const { overruns, skipped } = this.#loop
    const lag = { overruns: overruns - this.#lag.overruns, skipped: skipped - this.#lag.skipped }
    if (lag.overruns + lag.skipped > 0) this.#outbox.add({ did: 'lag', ...lag })
    this.#lag = { overruns, skipped }
    const { tick, game, ended } = this.#match
    if (tick % (LEARNED_EVERY_SECONDS * game.tickRate) === 0) this.#tellPrior()
    this.#outbox.add({ did: 'tick', tick, late, took })
    this.#outbox.flush()
    if (ended !== undefined) this.#finish(ended)
  }

  /** What changed of what the lobby knows. */
  #tell(): void {
    const { players, open, locked, troubles } = this.#match
    const status: Status = { players: players.size, open, locked, ...troubles }
    if (!isSame(status, this.#status)) this.#outbox.add({ did: 'change', ...status })
    this.#status = status
    if (hasSame(players, this.#known)) return
    this.#known = new Set(players)
    const people = this.#rules.duplicates === 'allow' ? [] : [...players].flatMap(({ identity }) => identity?.id ?? [])
    this.#outbox.add({ did: 'expect', people })
  }

  #tellPrior(): void {
    const prior = this.#lobby.prior(this.#match.game)
    if (prior && !(this.#prior && Buffer.compare(prior, this.#prior) === 0)) this.#outbox.add({ did: 'learn', prior })
    this.#prior = prior
  }

  // What the last answers wait for is done before the next turn. Then what the rules left behind has a while to end.
  #finish(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#loop.stop()
    this.#tell()
    this.#tellPrior()
    systemClock.wake(0, () => {
      this.#outbox.add({ did: 'finish', reason })
      this.#outbox.flush()
      this.#setup.port.close()
    })
  }
}

function isSame(a: Status, b: Status | undefined): boolean {
  return b !== undefined && (Object.keys(a) as (keyof Status)[]).every((name) => a[name] === b[name])
}

function hasSame<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  if (a.size !== b.size) return false
  for (const one of a) if (!b.has(one)) return false
  return true
}

/** @throws ERR_USAGE for a module that exports no such things, ERR_SCHEMA_MISMATCH for another game than the server's */
async function load({ module, name, hash }: ThreadSetup): Promise<Hosted> {
  const { game, rules } = (await import(module)) as Partial<Hosted>
  if (typeof game?.hash !== 'number' || !rules)
    fail('ERR_USAGE', `${module} exports ${game ? 'no rules' : 'no game'}: expected 'game' and 'rules'`)
  if (game.name !== name || game.hash !== hash)
    fail(
      'ERR_SCHEMA_MISMATCH',
      `${module} exports the game '${game.name}' of schema ${game.hash}: expected '${name}' of schema ${hash}`
    )
  return { game, rules }
}

/** What the thread was made with. The rules find nothing of it: they have no business with the port. */
function take(): ThreadSetup {
  const setup = { ...workerData } as ThreadSetup
  for (const key of Object.keys(workerData)) delete workerData[key]
  return setup
}

const setup = take()
const { port, match } = setup
const outbox = new Outbox((batch) => port.postMessage(batch))
try {
  const hosted = await load(setup)
  const heartbeat = new Heartbeat(setup.memory)
  if (match) new MatchThread(setup, match, hosted, outbox, heartbeat).start()
  else new Lobby({ seed: () => 0, newId: () => '', warn: () => {} }).host(hosted.game, hosted.rules)
  outbox.add({ did: 'ready', capacity: hosted.rules.capacity ?? DEFAULT_CAPACITY })
} catch (error) {
  const { code, reason } =
    error instanceof TickwireError ? error : new TickwireError('ERR_USAGE', `${setup.module}: ${describe(error)}`)
  outbox.add({ did: 'fail', code, reason })
}
outbox.flush()
if (!match) port.close()
