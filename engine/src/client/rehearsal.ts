// A match that nobody is in, made and drawn once. What is done for the first time takes long: code is compiled, and tables
// of the schema are made. While the server's answer is on its way there is time for it; after it the first picture waits.

import { type AnyGame, planOf } from '../schema/game.ts'
import { neutralRecord, packRecord } from '../wire/record.ts'
import { Line } from './line.ts'
import { JoinedMatch } from './match.ts'
import type { Transport } from './transport.ts'

const NOBODY = { id: 1, name: '', bot: false }
const NOWHERE: Transport = {
  now: () => 0,
  bufferedAmount: 0,
  connected: true,
  send: () => {},
  ask: () => new Promise(() => {}),
  listen: () => {},
  close: () => {},
}
const rehearsed = new WeakSet<AnyGame>()

/** The first call for a game makes and draws such a match; nothing that the game wrote is called. */
export function rehearse(game: AnyGame): void {
  if (rehearsed.has(game)) return
  rehearsed.add(game)
  const { options, command } = planOf(game)
  const joined = {
    ok: 'join',
    match: '',
    player: NOBODY,
    players: [NOBODY],
    tick: 0,
    options: packRecord(options, neutralRecord(options), 'ERR_FIELD_VALUE'),
  } as const
  const input = () => neutralRecord(command)
  new JoinedMatch({ game, line: new Line(NOWHERE), joined, roundTrip: 0, input }).frame(0)
}
