// The command line: one subcommand a benchmark, and all of them without a name. Figures go to the screen as tables and, with
// --json and --html, to files.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { abuse } from './abuse.ts'
import { bandwidth } from './bandwidth.ts'
import type { Benchmark, Progress } from './benchmark.ts'
import { browser } from './browser.ts'
import { bundleBenchmark } from './bundle.ts'
import { capacity } from './capacity.ts'
import { codec } from './codec.ts'
import { type Given, runAll } from './everything.ts'
import { feel } from './feel.ts'
import { join } from './join.ts'
import { latency } from './latency.ts'
import { loop } from './loop.ts'
import { memory } from './memory.ts'
import { load, print, type Report, reportOf, runOf, save } from './report.ts'
import { pageOf } from './report-page.ts'
import { slow } from './slow.ts'
import { changesOf, summaryOf } from './summary.ts'

/** Those with `inAll` take part where no name is given: about a quarter of an hour together. */
const BENCHMARKS: readonly Benchmark[] = [
  bundleBenchmark,
  { ...codec, inAll: { only: ['arena', 'sizes'], rounds: 5 } },
  { ...bandwidth, inAll: { ships: [200], seconds: 2 } },
  latency,
  {
    ...capacity,
    inAll: {
      only: ['arena', 'fan-out', 'inbound'],
      contenders: ['tickwire', 'colyseus', 'colyseus-expert', 'raw'],
      turns: 1,
      seconds: 2,
    },
  },
  { ...feel, inAll: { minutes: 2 } },
  { ...slow, inAll: { only: ['shares'], shares: [60], seconds: 10, rows: 100 } },
  join,
  memory,
  loop,
  browser,
  abuse,
]

interface AllOptions extends Given {
  readonly json: string
  readonly html: string
  readonly compare?: string
}

const program = new Command('bench')
  .enablePositionalOptions() // what stands after a name is that benchmark's
  .description(
    'Tickwire and its peers on the same work, in the same run. Without a name: all of it, in about a quarter of an hour.'
  )
  .option('--peers', 'install what benchmarks/peers lists, if it is not there, so that Colyseus takes part')
  .option('--profile <name>', 'the network, where a benchmark has one')
  .option('--players <list>', 'players of a match, where a benchmark has them')
  .option('--rate <list>', 'ticks a second, where a benchmark has them')
  .option('--json <file>', 'where the figures go', 'report.json')
  .option('--html <file>', 'where the page with plots goes', 'report.html')
  .option('--compare <file>', 'what --json wrote earlier: what changed since, and the noise')
  .argument('[name]', 'one of them, with its own options after it')
  .action(async (name: string | undefined, { json, html, compare, ...given }: AllOptions) => {
    if (name !== undefined)
      program.error(`no benchmark '${name}': expected ${BENCHMARKS.map((one) => one.name).join(', ')}, or none for all`)
    const before = compare === undefined ? undefined : load(placed(compare))
    const taking = BENCHMARKS.filter(({ inAll }) => inAll)
    const reports = await runAll(taking, given, ({ name }, place) => bar(`${place} ${name}`))
    const run = runOf(process.argv.slice(2), reports)
    const changes = before && changesOf(before, reports)
    print(run, [...(changes ? [changes] : []), summaryOf(reports)])
    for (const { benchmark, failure } of reports)
      if (failure !== undefined) process.stderr.write(`${benchmark} did not finish: ${failure}\n`)
    save(run, placed(json))
    writeFileSync(placed(html), pageOf(run, changes))
    process.stdout.write(`Method and all tables: ${json}; with plots: ${html}\n`)
    if (reports.some(({ failure }) => failure !== undefined)) process.exitCode = 1
  })

for (const benchmark of BENCHMARKS) {
  const command = program.command(benchmark.name).description(benchmark.summary)
  for (const option of benchmark.options) command.addOption(option)
  command.option('--json <file>', 'write the figures to this file as well')
  command.option('--compare <file>', 'what --json wrote earlier: what changed since, and the noise')
  command.action(async ({ json, compare, ...options }: { json?: string; compare?: string }) => {
    const before = compare === undefined ? undefined : load(placed(compare))
    const { progress, done } = bar(benchmark.name)
    const findings = await benchmark.run(options, progress).finally(done)
    const report = reportOf(benchmark.name, process.argv.slice(2), findings)
    print(report, [...report.tables, ...closing(report, before)], report.method)
    if (json) save(report, placed(json))
  })
}
await program.parseAsync()

/** What stands below a benchmark's own tables. */
function closing(report: Report, before: readonly Report[] | undefined) {
  const bounds = report.figures ? [summaryOf([report])] : []
  return before ? [...bounds, changesOf(before, [report])] : bounds
}

/** npm runs scripts in their package's folder; a file is meant from where the user stands. */
function placed(file: string): string {
  return path.resolve(process.env.INIT_CWD ?? '', file)
}

/** A progress bar on the error stream where that is a terminal; elsewhere a line a step. */
function bar(name: string): { progress: Progress; done(): void } {
  if (!process.stderr.isTTY) return lines(name)
  const shown = new SingleBar({
    format: `${name} {bar} {percentage}% | {eta_formatted} left | {what}`,
    hideCursor: true,
  })
  const progress: Progress = {
    total: (steps) => shown.start(steps, 0, { what: 'starting' }),
    step: (what = '') => shown.increment({ what }),
  }
  return { progress, done: () => shown.stop() }
}

function lines(name: string): { progress: Progress; done(): void } {
  const began = process.hrtime.bigint()
  process.stderr.write(`${name} …\n`)
  const done = () => process.stderr.write(`${name}: ${Number((process.hrtime.bigint() - began) / 1_000_000_000n)} s\n`)
  const step = (what = '') => void process.stderr.write(`${name}: ${what}\n`)
  return { progress: { total() {}, step }, done }
}
