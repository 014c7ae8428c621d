// Findings as people and programs read them: the machine, the versions and the method stand beside every figure.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import Grid from 'cli-table3'
import type { Findings, Table } from './benchmark.ts'
import { cellOf } from './summary.ts'

/** Where and when figures were taken. */
interface Place {
  readonly command: string
  /** ISO 8601. */
  readonly at: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGB: number
    readonly os: string
    readonly node: string
    /** What else ran before it began: mean number of busy processes, of the last minute. */
    readonly busyBefore: number
  }
  readonly versions: Readonly<Record<string, string>>
}
export interface Report extends Place, Findings {
  readonly benchmark: string
  /** Why there are no figures. */
  readonly failure?: string
}
/** Several benchmarks, one after the other. */
export interface Run extends Place {
  readonly reports: readonly Report[]
}

const [busyBefore] = os.loadavg()

export function reportOf(benchmark: string, words: readonly string[], findings: Findings): Report {
  return { benchmark, ...placeOf(words), ...findings }
}
export function runOf(words: readonly string[], reports: readonly Report[]): Run {
  return { ...placeOf(words), reports }
}

function placeOf(words: readonly string[]): Place {
  const cpus = os.cpus()
  return {
    command: ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' '),
    at: new Date().toISOString(),
    machine: {
      cpu: cpus[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      memoryGB: Math.round(os.totalmem() / 2 ** 30),
      os: `${os.type()} ${os.release()} ${os.arch()}`,
      node: process.version,
      busyBefore: Math.round(busyBefore * 10) / 10,
    },
    versions: versions(),
  }
}

/** One line. */
export function machineOf({ machine, at }: Place): string {
  const { cpu, cores, memoryGB, os: system, node, busyBefore } = machine
  const busy = busyBefore > 0.5 ? `; ${busyBefore} processes were busy before: figures of time say little` : ''
  return `${cpu}, ${cores} cores, ${memoryGB} GB; ${system}; Node ${node}; ${at}${busy}`
}

/** Tables under what they were taken with; `method` after them. */
export function print(place: Place, tables: readonly Table[], method: readonly string[] = []): void {
  const lines = [
    '',
    `${place.command}`,
    machineOf(place),
    Object.entries(place.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    ...tables.flatMap((table) => ['', table.title, grid(table)]),
    '',
    ...(method.length > 0 ? ['Method', ...method.map((line) => `- ${line}`), ''] : []),
  ]
  process.stdout.write(lines.join('\n') + '\n')
}

export function save(report: Report | Run, file: string): void {
  writeFileSync(file, JSON.stringify(report, null, 2) + '\n')
}

/** What save() wrote. @throws Error for a file that is none, saying so */
export function load(file: string): readonly Report[] {
  const saved: Partial<Report & Run> = JSON.parse(readFileSync(file, 'utf8'))
  if (Array.isArray(saved.reports)) return saved.reports
  if (typeof saved.benchmark === 'string' && Array.isArray(saved.tables)) return [saved as Report]
  throw new Error(`${file} is no report: expected what --json wrote`)
}

function grid({ columns, rows }: Table): string {
  const isNumber = (key: string) => rows.some((row) => typeof row[key] === 'number')
  const made = new Grid({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ key }) => (isNumber(key) ? 'right' : 'left')),
    style: {
      compact: true,
      ...(process.stdout.isTTY ? { head: ['bold'], border: ['grey'] } : { head: [], border: [] }),
    },
  })
  for (const row of rows) made.push(columns.map(({ key, digits = 0 }) => cellOf(row[key], digits)))
  return made.toString()
}

/** The versions of what is compared, as installed. */
function versions(): Record<string, string> {
  const require = createRequire(import.meta.url)
  const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const compared = Object.keys(own.dependencies).filter((name) => !TOOLS.includes(name))
  return Object.fromEntries(compared.map((name) => [name, versionOf(require, name)]))
}
const TOOLS = ['cli-progress', 'cli-table3', 'commander', 'hdr-histogram-js', 'tsx', 'uplot']

function versionOf(require: NodeJS.Require, name: string): string {
  // Not every package exports its package.json: look where it would be resolved.
  for (const folder of require.resolve.paths(name) ?? [])
    try {
      return JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version
    } catch {}
  return 'unknown'
}
