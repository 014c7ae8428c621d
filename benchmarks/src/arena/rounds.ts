// Measurements of each contender, repeated in turns (A B C, then C B A), so that a noisy minute hits all of them.

import type { Progress } from '../benchmark.ts'
import { arePeersInstalled, installPeers } from '../slow/peers.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'

export interface Rounds {
  readonly repeats: number
  /** Installs Colyseus first, where it is missing; left out, it takes part where it is there. */
  readonly peers?: boolean
}

/** One cell a contender, after `repeats` measurements each. */
export async function rounds<Cell extends { readonly contender: ContenderName }>(
  { repeats, peers }: Rounds,
  progress: Progress,
  cellOf: (contender: ContenderName) => Cell,
  measure: (cell: Cell) => Promise<void>
): Promise<readonly Cell[]> {
  if (peers) installPeers()
  const names: ContenderName[] = ['tickwire', 'raw', 'json', ...(arePeersInstalled() ? (['colyseus'] as const) : [])]
  const cells = names.map(cellOf)
  progress.total(repeats * cells.length)
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const cell of repeat % 2 ? [...cells].reverse() : cells) {
      progress.step(CONTENDERS[cell.contender].title)
      await measure(cell)
    }
  return cells
}
