// Findings as people and programs read them: the machine, the versions and the method stand beside every figure.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import Grid from 'cli-table3'
import type { Findings, Table } from './benchmark.ts'

export interface Report extends Findings {
  readonly benchmark: string
  readonly command: string
  /** ISO 8601. */
  readonly at: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGB: number
    readonly os: string
    readonly node: string
  }
  readonly versions: Readonly<Record<string, string>>
}

export function reportOf(benchmark: string, words: readonly string[], findings: Findings): Report {
  const cpus = os.cpus()
  return {
    benchmark,
    command: ['npm run bench --', ...words].join(' '),
    at: new Date().toISOString(),
    machine: {
      cpu: cpus[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      memoryGB: Math.round(os.totalmem() / 2 ** 30),
      os: `${os.type()} ${os.release()} ${os.arch()}`,
      node: process.version,
    },
    versions: versions(),
    ...findings,
  }
}

export function print(report: Report): void {
  const { machine } = report
  const lines = [
    '',
    `${report.command}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB; ${machine.os}; Node ${machine.node}; ${report.at}`,
    Object.entries(report.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    ...report.tables.flatMap((table) => ['', table.title, grid(table)]),
    '',
    'Method',
    ...report.method.map((line) => `- ${line}`),
    '',
  ]
  process.stdout.write(lines.join('\n') + '\n')
}

export function save(report: Report, file: string): void {
  writeFileSync(file, JSON.stringify(report, null, 2) + '\n')
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
  for (const row of rows) made.push(columns.map(({ key, digits = 0 }) => cell(row[key], digits)))
  return made.toString()
}

function cell(value: string | number | null | undefined, digits: number): string {
  if (typeof value !== 'number') return value ?? '–'
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
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
