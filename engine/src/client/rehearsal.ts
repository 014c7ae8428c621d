// A match that nobody is in, made and drawn once. What is done for the first time takes long: code is compiled, and tables
// of the schema are made. While the server's answer is on its way there is time for it; after it the first picture waits.

import { type AnyGame, type GamePlan, planOf } from '../schema/game.ts'
import { makeSnapshot, type SnapshotBase } from '../state/snapshot.ts'
import { NO_VALUES } from '../state/table.ts'
import { FRAME_KIND } from '../wire/kinds.ts'
import { packAnswer, unpackAnswer } from '../wire/messages.ts'
import { neutralRecord, packRecord } from '../wire/record.ts'
import { Line } from './line.ts'
import { type Joined, JoinedMatch } from './match.ts'
import type { Transport } from './transport.ts'

const NOBODY = { id: 1, name: '', bot: false }
const SOMEBODY_ELSE = 2
/** The beginning of a keyframe: it is read as far as it goes, and refused. */
const FRAME = Uint8Array.of(FRAME_KIND.state, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
const NOWHERE: Transport = {
  now: () => 0,
  bufferedAmount: 0,
  connected: true,
  send: () => {},
  ask: () => new Promise(() => {}),
  listen: (to) => to.frame(FRAME),
  close: () => {},
}
const rehearsed = new WeakSet<AnyGame>()

/** The first call for a game makes and draws such a match; nothing that the game wrote is called. */
export function rehearse(game: AnyGame): void {
  if (rehearsed.has(game)) return
  rehearsed.add(game)
  const plan = planOf(game)
  const answer = packAnswer({
    ok: 'join',
    match: '',
    player: NOBODY,
    players: [NOBODY],
    tick: 1,
    options: packRecord(plan.options, neutralRecord(plan.options), 'ERR_FIELD_VALUE'),
  })
  const joined = unpackAnswer(answer) as Joined
  const held = [snapshotOf(plan, 0), snapshotOf(plan, 1)]
  const input = () => neutralRecord(plan.command)
  new JoinedMatch({ game, line: new Line(NOWHERE), joined, roundTrip: 0, input, held }).frame(0)
}

/** A row of each entity at its defaults; nobody's would be everyone's to move. */
function snapshotOf(plan: GamePlan, tick: number): SnapshotBase {
  const tables = [...plan.tables, plan.state].map(({ layout: { columns } }) => ({
    size: 1,
    count: 1,
    born: Int32Array.of(0),
    ints: Int32Array.from(columns, ({ index, zero }) => (index === 0 ? SOMEBODY_ELSE : zero)),
    packed: columns.map(({ zeroValue }) => (zeroValue ? [zeroValue] : NO_VALUES)),
  }))
  return makeSnapshot(plan, tick, tables, NOBODY.id)
}
