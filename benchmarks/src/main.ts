// The command line: one subcommand a benchmark. Figures go to the screen as tables and, with --json, to a file.

import path from 'node:path'
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import { abuse } from './abuse.ts'
import type { Benchmark, Progress } from './benchmark.ts'
import { browser } from './browser.ts'
import { codec } from './codec.ts'
import { feel } from './feel.ts'
import { latency } from './latency.ts'
import { print, reportOf, save } from './report.ts'
import { slow } from './slow.ts'

const BENCHMARKS: readonly Benchmark[] = [codec, latency, feel, browser, abuse, slow]

const program = new Command('bench').description('Tickwire and its peers on the same work, in the same run.')
for (const benchmark of BENCHMARKS) {
  const command = program.command(benchmark.name).description(benchmark.summary)
  for (const option of benchmark.options) command.addOption(option)
  command.option('--json <file>', 'write the figures to this file as well')
  command.action(async (options: { json?: string }) => {
    const { progress, done } = bar(benchmark.name)
    const findings = await benchmark.run(options, progress).finally(done)
    const report = reportOf(benchmark.name, process.argv.slice(2), findings)
    print(report)
    // npm runs scripts in their package's folder; a file is meant from where the user stands.
    if (options.json) save(report, path.resolve(process.env.INIT_CWD ?? '', options.json))
  })
}
await program.parseAsync()

/** A progress bar on the error stream where that is a terminal; nothing elsewhere. */
function bar(name: string): { progress: Progress; done(): void } {
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
