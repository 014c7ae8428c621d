// A client whose state is not the server's any more: it is noticed, counted, and healed.

import { command, defineGame, entity, int } from '@tickwire/engine'
import { History, type SnapshotBase } from '@tickwire/engine/wire'
import { afterEach, expect, test, vi } from 'vitest'
import { type VirtualClient, VirtualServer } from '../src/testing/index.ts'

const game = defineGame({
  name: 'fields',
  tickRate: 30,
  entities: { field: entity({ n: int(0, 1000) }) },
  command: command({ go: int(-1, 1) }),
})

afterEach(() => {
  vi.restoreAllMocks()
})

test.each([
  // What comes next is coded in the same contexts at both ends: it is read, and its hash tells.
  ['in all that it holds', (held: readonly SnapshotBase[]) => held],
  // The contexts differ: what comes next may be read, or not.
  ['in the newest alone', (held: readonly SnapshotBase[]) => held.slice(-1)],
] as const)('F12 F13 a state broken at a client %s is noticed, counted, and healed', async (where, which) => {
  const held: SnapshotBase[] = []
  const set = History.prototype.set as (tick: number, item: unknown) => void
  vi.spyOn(History.prototype, 'set').mockImplementation(function (this: History<unknown>, tick, item) {
    if ((item as SnapshotBase).viewer === 1) held.push(item as SnapshotBase)
    set.call(this, tick, item)
  })
  const server = new VirtualServer(game, {
    start: ({ world }) => {
      for (let n = 0; n < 10; n++) world.field.spawn({ n })
    },
    tick: ({ world }) => {
      for (const field of world.field) if (field.n >= 5) field.n = 5 + ((7 * world.tick * field.id) % 100)
    },
  })
  const join = () => server.join({ match: 'quick', input: () => ({ go: 0 }) })
  const [broken, other] = [await join(), await join()]
  const numbers = ({ match }: VirtualClient<typeof game>) => [...match.view.field].map(({ n }) => n).slice(0, 5)
  const [match] = server.lobby.matches
  while (match.tick < 64 || match.tick % 32 !== 4) await server.run(10)
  expect(broken.match.me.id).toBe(1)
  expect(numbers(broken)).toEqual([0, 1, 2, 3, 4])

  // A field that does not change: no delta would ever put it right.
  for (const { tables } of which(held)) {
    const { plan, cells } = tables[0]
    const { index } = plan.layout.columns.find(({ name }) => name === 'n')!
    cells.ints[index * cells.size + 2] = 777
  }
  await server.run(120)
  expect(numbers(broken)).toEqual([0, 1, 777, 3, 4])

  // A hash comes every 32 ticks.
  await server.run(1500)
  expect(numbers(broken)).toEqual([0, 1, 2, 3, 4])
  expect(broken.match.stats.resyncs).toBe(1)
  expect(other.match.stats.resyncs).toBe(0)
  const counted = { ...match.troubles }
  expect(counted.unreadable + counted.unsound).toBe(1)
  if (where === 'in all that it holds') expect(counted.unsound).toBe(1)
  expect(server.lobby.troubles).toEqual(counted)
  expect(server.warnings).toEqual([
    expect.stringMatching(/^match m1: player 1 says that a frame was (unsound|unreadable): a keyframe follows/),
  ])

  // What was counted stays when the match is over.
  match.end('over')
  server.lobby.sweep()
  expect(server.lobby.troubles).toEqual(counted)
})
