// `npm run bench` without a name: every benchmark that takes part, one after the other, each short enough that all of them
// take about a quarter of an hour.

import type { Option } from 'commander'
import type { Benchmark, Progress } from './benchmark.ts'
import { type Report, reportOf } from './report.ts'

/** Options of the whole run that are handed to the benchmarks that have them. */
export const SHARED = ['peers', 'profile', 'players', 'rate'] as const
export type Given = Readonly<Partial<Record<(typeof SHARED)[number], string | boolean>>>

/**
 * A benchmark's options where it is one of all: its own defaults, what it says of `inAll`, and what was given for the whole.
 * @throws what reads an option's text, for a text that it does not allow
 */
export function optionsOf({ name: of, options, inAll }: Benchmark, given: Given): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  for (const option of options) {
    const name = option.attributeName()
    if (option.defaultValue !== undefined) made[name] = option.defaultValue
    if (inAll && name in inAll) made[name] = inAll[name]
    const text = given[name as keyof Given]
    if (text === undefined) continue
    made[name] = typeof text === 'string' ? read(option, text, of) : text
  }
  return made
}

function read(option: Option, text: string, of: string): unknown {
  try {
    return option.parseArg ? option.parseArg(text, undefined as never) : text
  } catch (error) {
    throw new Error(`${of} --${option.name()} ${text}: ${(error as Error).message}`, { cause: error })
  }
}

/** The words that run one benchmark with these options by itself. */
export function wordsOf({ name, options, inAll = {} }: Benchmark, given: Given): string[] {
  const said: Record<string, unknown> = { ...inAll, ...given }
  return [
    name,
    ...options.flatMap((option) => {
      const value = said[option.attributeName()]
      if (value === undefined || value === false) return []
      return value === true ? [`--${option.name()}`] : [`--${option.name()}`, String(value)]
    }),
  ]
}

/** What fails is a report without figures: the others go on. */
export async function runAll(
  benchmarks: readonly Benchmark[],
  given: Given,
  progressOf: (benchmark: Benchmark, place: string) => { progress: Progress; done(): void }
): Promise<Report[]> {
  // Before any work: what can't be read is said at once.
  const options = benchmarks.map((benchmark) => optionsOf(benchmark, given))
  const reports: Report[] = []
  for (const [at, benchmark] of benchmarks.entries()) {
    const { progress, done } = progressOf(benchmark, `${at + 1}/${benchmarks.length}`)
    const words = wordsOf(benchmark, given)
    try {
      reports.push(reportOf(benchmark.name, words, await benchmark.run(options[at], progress)))
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      reports.push({ ...reportOf(benchmark.name, words, { parameters: {}, method: [], tables: [] }), failure })
    } finally {
      done()
    }
  }
  return reports
}
