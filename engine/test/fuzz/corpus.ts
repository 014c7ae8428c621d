// Frames that were kept: of each parser one for each way that it takes, a line: its name and the
// frame as hex. They are of the game that has everything and
// one seed, so that they mean the same in every run. `main.ts --keep` adds those that take a new way, and forgets those of
// a parser whose good frames are no longer what they were.

import { readFileSync, writeFileSync } from 'node:fs'
import { TARGETS } from './all.ts'
import { Keeper, keptTarget } from './keeper.ts'
import { type Target, taken } from './target.ts'

const FILE = new URL('corpus.txt', import.meta.url)

/** Of each parser: the target, and the frames. */
export function* corpus(): Generator<{ name: string; target: Target; frames: Uint8Array[] }> {
  const lines = readFileSync(FILE, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
  for (const name of Object.keys(TARGETS)) {
    const kept = lines.filter(([of]) => of === name)
    const frames = kept.map(([, hex = '']) => Uint8Array.from(Buffer.from(hex, 'hex')))
    yield { name, target: keptTarget(name), frames }
  }
}

/** Writes the corpus anew, from what was kept and what each parser met since. */
export function save(met: ReadonlyMap<string, readonly Uint8Array[]>): number {
  const lines: string[] = []
  for (const { name, target, frames } of corpus()) {
    const keeper = new Keeper()
    const reader = target.reader()
    for (const frame of [...frames, ...(met.get(name) ?? [])]) keeper.offer(taken(target, reader, frame).way, frame)
    lines.push(...keeper.frames.map((frame) => `${name} ${Buffer.from(frame).toString('hex')}`.trim()).sort())
  }
  writeFileSync(FILE, `${lines.join('\n')}\n`)
  return lines.length
}
