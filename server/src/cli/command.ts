// The command tickwire-train, but for its process: words in, a file and lines out.

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { AnyGame } from '@tickwire/engine'
import { type Cost, explain, type Prior, packPrior, readRecording } from '@tickwire/engine/wire'
import { CommandError, gameOf, importModule } from './load.ts'
import { type RecordingFile, train } from './training.ts'

const USAGE = `tickwire-train GAME RECORDING... -o FILE [--export NAME] [--small] [--explain]

Trains a prior from recordings of matches (what rules.record hands out), for
server.host(game, { prior: readFileSync(FILE) }).

  GAME            the module that exports the game; for TypeScript run it with NODE_OPTIONS=--import=tsx
  RECORDING...    one or more files, recorded with this very schema
  -o, --out FILE  where the prior goes
  --export NAME   which export of the module is the game; needed where there are several
  --small         frames as small as they get, for about half as much encoding time again
  --explain       where the bits of a frame go, by column, to see what to declare better
  -h, --help      this text
`

export interface Said {
  /** The result. */
  out(text: string): void
  /** How it goes, a line at a time. */
  progress(line: string): void
}

/** @throws CommandError, TickwireError with what is wrong in words; nothing was written then */
export async function trainCommand(words: readonly string[], said: Said): Promise<void> {
  const { help, gamePath, recordings, out, exported, small, explains } = readWords(words)
  if (help) return said.out(USAGE)
  const game = gameOf(await importModule(gamePath, 'tickwire-train'), gamePath, exported)
  const files = recordings.map((name) => ({ name, bytes: readBytes(name) }))
  const { frames, before, after, prior } = train(game, files, small ? 'small' : 'fast', said.progress)
  const packed = packPrior(prior)
  writeBytes(out, packed)
  said.out(
    [
      `${out}: a prior for '${game.name}', ${packed.length} bytes, of ${frames} frames`,
      `bytes a frame without it ${before.toFixed(1)}, with it ${after.toFixed(1)} (of these very frames)`,
      ...(explains ? ['', ...tableOf(costsOf(game, files[0], prior))] : []),
      '',
    ].join('\n')
  )
}

/** Where the bits of a recording's frames go, coded with a prior. */
function costsOf(game: AnyGame, { bytes }: RecordingFile, prior: Prior): Cost[] {
  return explain(game, readRecording(game, bytes), { audience: 'all', prior })
}

/** One line a cost. */
function tableOf(costs: readonly Cost[]): string[] {
  const all = costs.reduce((sum, { bits }) => sum + bits, 0)
  const rows = costs.map(({ table, column, kind, bits, rows }) => [
    [table, column.trim()].filter(Boolean).join('.'),
    kind,
    (bits / 8).toFixed(1),
    ((100 * bits) / all).toFixed(1),
    rows > 0 ? (bits / rows).toFixed(2) : '',
  ])
  const lines = [['column', 'kind', 'bytes', '%', 'bits a row'], ...rows]
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => line[at].length)))
  return lines.map((line) =>
    line.map((word, at) => (at < 2 ? word.padEnd : word.padStart).call(word, widths[at])).join('  ')
  )
}

interface Words {
  readonly help: boolean
  readonly gamePath: string
  readonly recordings: readonly string[]
  readonly out: string
  readonly exported: string | undefined
  readonly small: boolean
  readonly explains: boolean
}

function readWords(words: readonly string[]): Words {
  const { values, positionals } = parse(words)
  const [gamePath, ...recordings] = positionals
  const { help = false, out = '', export: exported, small = false, explain: explains = false } = values
  const read = { help, gamePath, recordings, out, exported, small, explains }
  if (help) return read
  if (!gamePath) throw new CommandError(`expected a game's module\n\n${USAGE}`)
  if (recordings.length === 0) throw new CommandError(`expected at least one recording\n\n${USAGE}`)
  if (!out) throw new CommandError(`expected -o FILE\n\n${USAGE}`)
  return read
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        export: { type: 'string' },
        small: { type: 'boolean' },
        explain: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${USAGE}`)
  }
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new CommandError(`${file} can't be read: ${(error as Error).message}`)
  }
}

function writeBytes(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes)
  } catch (error) {
    throw new CommandError(`${file} can't be written: ${(error as Error).message}`)
  }
}
