// What a server counts of itself, in a Prometheus registry of its own. On the hot path numbers are added up and nothing
// else; they become metrics when somebody reads them. Ticks are observed by histograms, one bucket each.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { refusalIn } from './refusals.ts'

/** What is there at the moment of reading. */
export interface Present {
  /** Matches and their players by game. */
  readonly games: ReadonlyMap<string, { readonly matches: number; readonly players: number }>
  readonly sockets: number
  readonly refusedAddresses: number
  readonly penalties: number
  readonly skippedTicks: number
  readonly overruns: number
  readonly unreadable: number
  readonly unsound: number
}

/** Seconds: around the ticks of 120 to 20 Hz, and far beyond. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

export class Metrics {
  readonly registry: Registry = new Registry()
  /** State frames to clients. */
  framesOut = 0
  bytesOut = 0
  /** Messages from clients, of every kind. */
  messagesIn = 0
  bytesIn = 0
  /** Times that reading from a connection was paused. */
  throttled = 0
  /** TCP connections that were dropped unread. */
  dropped = 0
  overBudget = 0
  warningsOmitted = 0
  readonly #refusals = new Map<string, number>()
  readonly #duration: Histogram
  readonly #lateness: Histogram

  constructor(present: () => Present) {
    const registers = [this.registry]
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `tickwire_${name}`,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    const counter = (name: string, help: string, read: () => number) =>
      new Counter({
        name: `tickwire_${name}_total`,
        help,
        registers,
        collect() {
          this.reset()
          this.inc(read())
        },
      })
    const labelled = (name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>) =>
      new Counter({
        name: `tickwire_${name}_total`,
        help,
        labelNames: [label],
        registers,
        collect() {
          this.reset()
          for (const [value, count] of read()) this.inc({ [label]: value }, count)
        },
      })
    const byGame = (name: 'matches' | 'players', help: string) =>
      new Gauge({
        name: `tickwire_${name}`,
        help,
        labelNames: ['game'],
        registers,
        collect() {
          this.reset()
          for (const [game, counts] of present().games) this.set({ game }, counts[name])
        },
      })

    byGame('matches', 'Matches that are running.')
    byGame('players', 'Players in them, bots included.')
    gauge('sockets', 'Open connections.', () => present().sockets)
    gauge('refused_addresses', 'Addresses that are refused for a while.', () => present().refusedAddresses)
    this.#duration = new Histogram({
      name: 'tickwire_tick_seconds',
      help: 'How long a tick of a match took.',
      buckets: BUCKETS,
      registers,
    })
    this.#lateness = new Histogram({
      name: 'tickwire_tick_lateness_seconds',
      help: 'How long after it was due a tick began.',
      buckets: BUCKETS,
      registers,
    })
    counter('ticks_skipped', 'Ticks left out because the process was too far behind.', () => present().skippedTicks)
    counter('overruns', 'Times that a match was found more than one tick behind.', () => present().overruns)
    counter('ticks_over_budget', 'Ticks that took longer than the time between two.', () => this.overBudget)
    counter('frames_out', 'State frames to clients.', () => this.framesOut)
    counter('frame_bytes_out', 'Their bytes, WebSocket headers included.', () => this.bytesOut)
    counter('messages_in', 'Messages from clients.', () => this.messagesIn)
    counter('message_bytes_in', 'Their bytes.', () => this.bytesIn)
    labelled('refusals', 'What was refused, by error code.', 'code', () => this.#refusals)
    counter('throttled', 'Times that a connection was not read from for a while.', () => this.throttled)
    counter('penalties', 'Times that an address was refused for a while.', () => present().penalties)
    counter('dropped_connections', 'TCP connections that were dropped unread.', () => this.dropped)
    labelled('resyncs', 'What clients could not use, by their own word.', 'why', () => [
      ['unreadable', present().unreadable],
      ['unsound', present().unsound],
    ])
    counter('warnings_omitted', 'Warnings that were only counted.', () => this.warningsOmitted)
  }

  /** One tick: how late it began and how long it took, ms. */
  ticked(late: number, took: number): void {
    this.#duration.observe(took / 1000)
    this.#lateness.observe(late / 1000)
  }

  /** Something was refused with this code. */
  refused(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1)
  }

  /** A packed message to a client: counted if it is a refusal. */
  told(message: Uint8Array): void {
    const code = refusalIn(message)
    if (code !== undefined) this.refused(code)
  }
}
