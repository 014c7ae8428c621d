// Priors to hand out, made once: what a server would learn of this game from a few seconds of play, a few times over.

import { Prior, packPrior, type SnapshotBase, Trainer } from '@tickwire/engine/wire'
import type { PackedPrior } from '../../src/match/learner.ts'
import { VirtualServer } from '../../src/testing/index.ts'
import { newLedger, sea, seaRules } from './world.ts'

const EPOCHS = [1, 2, 3]
const TICKS = 40

let made: Promise<readonly PackedPrior[]> | undefined

export function priors(): Promise<readonly PackedPrior[]> {
  made ??= make()
  return made
}

async function make(): Promise<PackedPrior[]> {
  const server = new VirtualServer(sea, seaRules(newLedger(), {}), 1, { checks: false })
  const match = server.lobby.open(sea)
  const snapshots: SnapshotBase[] = []
  server.clock.every(1000 / sea.tickRate, () => snapshots.push(match.world.snapshot() as never))
  await server.join({ match: match.id, input: () => ({ turn: 1, go: true, fire: true }) })
  await server.run(((EPOCHS.length + 1) * TICKS * 1000) / sea.tickRate)
  return EPOCHS.map((epoch, round) => {
    const trainer = new Trainer(sea)
    for (let at = 2 + round * TICKS; at < 2 + (round + 1) * TICKS; at++)
      trainer.add(snapshots[at] as never, snapshots[at - 1] as never, snapshots[at - 2] as never)
    const training = trainer.training(epoch)
    for (;;) {
      const { done, value } = training.next()
      if (done) return { prior: value, bytes: packPrior(value) }
    }
  })
}

/** A copy with the same tables: another prior, as far as a server knows. */
export function copyOf({ bytes }: PackedPrior): PackedPrior {
  return { prior: Prior.unpack(sea, bytes), bytes }
}
