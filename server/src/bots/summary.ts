// What bots measured, as lines of text. Pure.

/** Of one process, since its last report. Times in ms. */
export interface Report {
  /** Bots that are in a match now. */
  readonly playing: number
  /** State age of each, sampled. */
  readonly ages: readonly number[]
  /** Round trip of each. */
  readonly rtts: readonly number[]
  /** Bytes in the last second, all bots together, without what the transport adds. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** Frames that came, all bots together. */
  readonly frames: number
  /** Seconds that this covers. */
  readonly seconds: number
  /** By reason: how many could not join, and how many are out of their match. */
  readonly refused: Readonly<Record<string, number>>
  readonly ended: Readonly<Record<string, number>>
  /** Connections that were lost and came back, or are on their way. */
  readonly reconnects: number
}

/** Reports of the same time as one. */
export function together(reports: readonly Report[]): Report {
  const sum = (of: (report: Report) => number) => reports.reduce((all, report) => all + of(report), 0)
  return {
    playing: sum(({ playing }) => playing),
    ages: reports.flatMap(({ ages }) => ages),
    rtts: reports.flatMap(({ rtts }) => rtts),
    bytesIn: sum(({ bytesIn }) => bytesIn),
    bytesOut: sum(({ bytesOut }) => bytesOut),
    frames: sum(({ frames }) => frames),
    seconds: reports.reduce((most, { seconds }) => Math.max(most, seconds), 0),
    refused: added(reports.map(({ refused }) => refused)),
    ended: added(reports.map(({ ended }) => ended)),
    reconnects: sum(({ reconnects }) => reconnects),
  }
}

function added(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const [reason, count] of counts.flatMap((one) => Object.entries(one))) all[reason] = (all[reason] ?? 0) + count
  return all
}

/** The value that a share of all is at or below; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

const ms = (value: number) => (Number.isFinite(value) ? value.toFixed(value < 10 ? 1 : 0) : '–')
const each = (sum: number, players: number) => (players > 0 ? sum / players : 0)
const all = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)

/** One line while it runs. */
export function lineOf(report: Report, wanted: number, second: number): string {
  const { playing, ages, rtts, bytesIn, bytesOut, frames, seconds, refused, ended } = report
  const lost = all(refused) + all(ended)
  return [
    `${second} s`.padStart(6),
    `${playing}/${wanted} players`,
    `age ${ms(quantile(ages, 0.5))}/${ms(quantile(ages, 0.99))} ms`,
    `rtt ${ms(quantile(rtts, 0.5))}/${ms(quantile(rtts, 0.99))} ms`,
    `in ${(each(bytesIn, playing) / 1000).toFixed(2)} kB/s`,
    `out ${(each(bytesOut, playing) / 1000).toFixed(2)} kB/s`,
    `${each(frames / Math.max(seconds, 1e-3), playing).toFixed(1)} frames/s`,
    ...(lost > 0 ? [`${lost} out`] : []),
  ].join('  ')
}

/** The whole run: `totals` are over all of it; `joined` is how many ever were in. */
export function summaryOf(totals: Report, wanted: number, joined: number): string[] {
  const { ages, rtts, bytesIn, bytesOut, frames, seconds, refused, ended, reconnects, playing } = totals
  const reasons = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, count]) => `  ${count} x ${reason}`)
  return [
    '',
    `${joined} of ${wanted} players joined, ${playing} stayed to the end; ${seconds.toFixed(0)} s with all that did`,
    `state age   p50 ${ms(quantile(ages, 0.5))}  p99 ${ms(quantile(ages, 0.99))}  most ${ms(quantile(ages, 1))} ms`,
    `round trip  p50 ${ms(quantile(rtts, 0.5))}  p99 ${ms(quantile(rtts, 0.99))} ms`,
    `a player    in ${(each(bytesIn, playing) / 1000).toFixed(2)} kB/s  out ${(each(bytesOut, playing) / 1000).toFixed(2)} kB/s  ${each(frames / Math.max(seconds, 1e-3), playing).toFixed(1)} frames/s`,
    ...(reconnects > 0 ? [`${reconnects} connections were lost and replaced`] : []),
    ...(all(refused) > 0 ? ['could not join:', ...reasons(refused)] : []),
    ...(all(ended) > 0 ? ['ended before the end:', ...reasons(ended)] : []),
    '',
  ]
}
