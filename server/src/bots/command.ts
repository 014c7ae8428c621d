// The command tickwire-bots, but for its process: words in, bots in processes of their own, lines out.

import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Said } from '../cli/command.ts'
import { CommandError, gameOf, importModule } from '../cli/load.ts'
import { systemClock } from '../host/loop.ts'
import { inputOf } from './input.ts'
import { lineOf, type Report, summaryOf, together } from './summary.ts'
import type { FromWorker, Orders, ToWorker } from './worker.ts'

const USAGE = `tickwire-bots URL --game FILE [--players 100] [--match quick] [--seconds 30] …

Players without screens join a running server and play: whole clients, as pages have them, in processes of their own.
Once a second it says what they see, and at the end what it came to.

  URL                 the server, such as http://localhost:3000
  --game FILE         the module that exports the game; for TypeScript run it with NODE_OPTIONS=--import=tsx.
                      A function \`bot(tick, random, match)\` that it exports gives each bot's commands;
                      without one every field of the command is chance
  --export NAME       which export of the module is the game; needed where there are several
  --players N         how many; 100
  --match ID          'quick' (any open match, or a new one) or a match's id; quick
  --seconds N         how long to play once all are in; 30
  --joins N           joins a second; 20
  --fps N             frames a second that each bot draws; the game's tick rate
  --workers N         processes; as many as the machine has cores, less one, and at most one for 50 bots
  --name TEXT         what bots are called, before their number; bot
  --seed N            of all chance; 1
  -h, --help          this text

All bots have one address. A server's limits for an address are for people: from another machine raise them,
createServer({ limits: { socketsPerAddress: 1000, connectionsPerSecond: 1000, joinsPerSecond: 1000 } }).

State age: how long ago the newest state was the server's: half a round trip, and how far it is behind the frame that came
fastest. The exit code is 1 where a player could not join, or was out of its match before the end.
`
const BOTS_A_WORKER = 50
/** Who has not said in so long that its bots are gone is left to itself. */
const LEAVE_MS = 3000

interface Words {
  readonly url: string
  readonly file: string
  readonly exported: string | undefined
  readonly players: number
  readonly match: string
  readonly seconds: number
  readonly joins: number
  readonly fps: number | undefined
  readonly workers: number
  readonly name: string
  readonly seed: number
}

/**
 * Resolves with whether every player joined and stayed; `stopped` ends it early, with its summary.
 * @throws CommandError with what is wrong in words: a word of the command, the game, or why the first player can't join
 */
export async function botsCommand(words: readonly string[], said: Said, stopped: Promise<void>): Promise<boolean> {
  const read = readWords(words)
  if (read === undefined) {
    said.out(USAGE)
    return true
  }
  const module = await importModule(read.file, 'tickwire-bots')
  const game = gameOf(module, read.file, read.exported)
  inputOf(game, module, read.file)
  const crowd = new Crowd(read, read.fps ?? game.tickRate)
  try {
    await crowd.join(said, stopped)
    return await crowd.play(said, stopped)
  } finally {
    await crowd.leave()
  }
}

class Crowd {
  readonly #words: Words
  readonly #fps: number
  readonly #processes: BotProcess[] = []
  #joined = 0
  #refused = 0
  #second = 0

  constructor(words: Words, fps: number) {
    this.#words = words
    this.#fps = fps
  }

  /** Who can't join as the first, nobody can. */
  async join(said: Said, stopped: Promise<void>): Promise<void> {
    const { players, workers, joins, url } = this.#words
    const shares = sharesOf(players, workers)
    let isOver = false
    void stopped.then(() => {
      isOver = true
    })
    let first = 0
    for (const [index, count] of shares.entries()) {
      const started = new BotProcess((message) => this.#count(message))
      this.#processes.push(started)
      started.tell({ play: this.#orders(first, count, (1000 / joins) * shares.length) })
      first += count
      if (index > 0) continue
      while (this.#joined + this.#refused === 0 && !isOver) await this.#wait(50, stopped)
      const [reason] = Object.keys((await started.report()).refused)
      if (this.#joined === 0 && reason !== undefined) throw new CommandError(`no player can join ${url}: ${reason}`)
    }
    while (this.#joined + this.#refused < players && !isOver) {
      await this.#wait(1000, stopped)
      await this.#say(said)
    }
  }

  async play(said: Said, stopped: Promise<void>): Promise<boolean> {
    const { seconds, players } = this.#words
    let isOver = false
    void stopped.then(() => {
      isOver = true
    })
    await this.#report() // what came while they joined is not counted
    const reports: Report[] = []
    for (let second = 0; second < seconds && !isOver; second++) {
      await this.#wait(1000, stopped)
      reports.push(await this.#say(said))
    }
    const last = reports.at(-1) ?? (await this.#report())
    const totals = whole(reports, last)
    said.out(summaryOf(totals, players, this.#joined).join('\n'))
    return this.#refused === 0 && last.playing === players
  }

  async leave(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.leave()))
  }

  #orders(first: number, count: number, every: number): Orders {
    const { url, file, exported, match, name, seed } = this.#words
    return { url, file, exported, match, name, first: first + 1, count, every, fps: this.#fps, seed }
  }

  #count(message: FromWorker): void {
    if ('joined' in message) this.#joined++
    if ('refused' in message) this.#refused++
  }

  async #report(): Promise<Report> {
    return together(await Promise.all(this.#processes.map((one) => one.report())))
  }

  async #say(said: Said): Promise<Report> {
    const report = await this.#report()
    this.#second++
    said.progress(lineOf(report, this.#words.players, this.#second))
    return report
  }

  async #wait(ms: number, stopped: Promise<void>): Promise<void> {
    const failed = this.#processes.map((one) => one.failed)
    let cancel = (): void => {}
    const time = new Promise<void>((resolve) => {
      cancel = systemClock.wake(ms, resolve)
    })
    await Promise.race([time, stopped, ...failed]).finally(() => cancel())
  }
}

/** How many bots each process has, the most first; no more processes than players. */
export function sharesOf(players: number, workers: number): number[] {
  const processes = Math.min(workers, players)
  return Array.from({ length: processes }, (_, i) => Math.floor((players + i) / processes)).reverse()
}

/** Reports of one second each, one after the other, as one: counts and bytes a second are means, samples are all of them. */
function whole(reports: readonly Report[], last: Report): Report {
  const mean = (of: (report: Report) => number) =>
    reports.reduce((sum, report) => sum + of(report), 0) / Math.max(1, reports.length)
  return {
    ...last,
    ages: reports.flatMap(({ ages }) => ages),
    rtts: reports.flatMap(({ rtts }) => rtts),
    bytesIn: mean(({ bytesIn }) => bytesIn),
    bytesOut: mean(({ bytesOut }) => bytesOut),
    frames: reports.reduce((sum, { frames }) => sum + frames, 0),
    seconds: reports.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

/** A process of bots. */
class BotProcess {
  readonly #process: ChildProcess
  readonly #waiting: ((report: Report) => void)[] = []
  /** Never resolves; rejects once the process fails. */
  readonly failed: Promise<never>
  #fail: (error: Error) => void = () => {}
  /** Resolves once it is gone. */
  readonly #exited: Promise<void>
  #isLeaving = false

  constructor(hear: (message: FromWorker) => void) {
    // The same file with the same ending: TypeScript from the sources, JavaScript once built.
    const file = fileURLToPath(import.meta.url).replace(/command\.(\w+)$/, 'worker.$1')
    this.#process = fork(file, { serialization: 'advanced' })
    this.failed = new Promise((_, reject) => {
      this.#fail = reject
    })
    this.failed.catch(() => {}) // whoever waits hears of it
    this.#process.on('message', (message: FromWorker) => {
      if ('failed' in message) this.#fail(new CommandError(message.failed))
      else if ('report' in message) this.#waiting.shift()?.(message.report)
      else hear(message)
    })
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        if (!this.#isLeaving) this.#fail(new CommandError(`a process of bots ended early (${signal ?? code})`))
        resolve()
      })
    })
  }

  tell(message: ToWorker): void {
    // What does not arrive since the process is gone, its exit tells.
    if (this.#process.connected) this.#process.send(message, () => {})
  }

  report(): Promise<Report> {
    const answer = new Promise<Report>((resolve) => this.#waiting.push(resolve))
    this.tell({ report: true })
    return Promise.race([answer, this.failed])
  }

  async leave(): Promise<void> {
    this.#isLeaving = true
    this.tell({ leave: true })
    const cancel = systemClock.wake(LEAVE_MS, () => this.#process.kill())
    await this.#exited
    cancel()
  }
}

/** undefined: it is asked for help. */
function readWords(words: readonly string[]): Words | undefined {
  const { values, positionals } = parse(words)
  if (values.help) return undefined
  const [url, ...more] = positionals
  if (!url || more.length > 0) throw new CommandError(`expected the server's URL, and nothing else\n\n${USAGE}`)
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new CommandError(`'${url}' is no URL: expected one such as http://localhost:3000`)
  if (!values.game) throw new CommandError(`expected --game FILE\n\n${USAGE}`)
  const players = numberOf(values, 'players', 100)
  const cores = Math.max(1, availableParallelism() - 1)
  return {
    url,
    file: values.game,
    exported: values.export,
    players,
    match: values.match ?? 'quick',
    seconds: numberOf(values, 'seconds', 30),
    joins: numberOf(values, 'joins', 20),
    fps: values.fps === undefined ? undefined : numberOf(values, 'fps', 60),
    workers: numberOf(values, 'workers', Math.min(cores, Math.ceil(players / BOTS_A_WORKER))),
    name: values.name ?? 'bot',
    seed: numberOf(values, 'seed', 1),
  }
}

function numberOf(values: Readonly<Record<string, unknown>>, name: string, usual: number): number {
  const text = values[name]
  if (text === undefined) return usual
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new CommandError(`--${name} is '${text}': a whole number of at least 1 is expected`)
  return value
}

function parse(words: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        ...{ game: text, export: text, players: text, match: text, seconds: text, joins: text },
        ...{ fps: text, workers: text, name: text, seed: text },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${USAGE}`)
  }
}
