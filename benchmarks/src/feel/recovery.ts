// After something bad: how long until a player is back where it was, figure by figure.

import { type ProfileName, profiles } from '@tickwire/engine/testing'
import { isMet, LINES } from './bounds.ts'
import { type Figures, figuresOf, percentile } from './figures.ts'
import { type Client, DRIFT, type Notes, Play } from './play.ts'

export const SCENARIOS = [
  'a stall of 3 s',
  'a stall of 10 s',
  'clock set ahead 1 h',
  'clock set back 1 h',
  'tab at 1 Hz for 60 s',
] as const
export type Scenario = (typeof SCENARIOS)[number]

const SETTLE_MS = 5000
const BEFORE_MS = 60_000
const AFTER_MS = 25_000
const WINDOW_MS = 10_000
const STEP_MS = 100
/** What is this much older than it used to be is of the past. */
const PAST_MS = 1000

export interface Recovery {
  /** Why the match was over for this player, if it was. */
  readonly ended: string | undefined
  /** By line of the table: seconds after the return until it was back; Infinity: not within 15 s. */
  readonly back: readonly number[]
  /** Seconds for which the past was played after the return: drawn though the present was there, or drawn in motion. */
  readonly past: number
}

export async function recover(name: ProfileName, scenario: Scenario, rate: number, seed: number): Promise<Recovery> {
  const play = new Play(rate, seed)
  let leap = 0
  const { client, notes } = await play.join(profiles[name], { now: () => play.now + leap })
  const from = play.now + SETTLE_MS
  await play.run(SETTLE_MS + BEFORE_MS)
  const began = play.now
  await act(play, client, scenario, (ms) => {
    leap = ms
  })
  const returned = play.now
  await play.run(AFTER_MS)
  const { endCode } = client.match
  if (endCode) return { ended: endCode, back: LINES.map(() => Number.POSITIVE_INFINITY), past: 0 }

  const usual: Figures[] = []
  for (let at = from; at + WINDOW_MS <= began; at += 1000) usual.push(figuresOf(play, notes, at, at + WINDOW_MS))
  const back = LINES.map(() => Number.POSITIVE_INFINITY)
  for (let at = returned; at + WINDOW_MS <= play.now; at += STEP_MS) {
    const now = figuresOf(play, notes, at, at + WINDOW_MS)
    for (const [index, line] of LINES.entries()) {
      if (back[index] < Number.POSITIVE_INFINITY) continue
      const worst = Math.max(...usual.map((figures) => line.excess(figures, name)))
      if (isMet(line, now, name) || line.excess(now, name) <= worst + 1e-9) back[index] = (at - returned) / 1000
    }
  }
  return { ended: undefined, back, past: pastDrawn(play, notes, from, began, returned) }
}

async function act(
  play: Play,
  { link, player }: Client,
  scenario: Scenario,
  leap: (ms: number) => void
): Promise<void> {
  switch (scenario) {
    case 'a stall of 3 s':
      link.stall(3_000)
      return play.run(3_000)
    case 'a stall of 10 s':
      link.stall(10_000)
      return play.run(10_000)
    case 'clock set ahead 1 h':
      return leap(3_600_000)
    case 'clock set back 1 h':
      return leap(-3_600_000)
    case 'tab at 1 Hz for 60 s':
      player.draw(1)
      await play.run(60_000)
      player.draw(60 * DRIFT)
  }
}

/** A picture that stood when the network went, and stands until the present is there, plays nothing. */
function pastDrawn(
  { rate, origin }: Play,
  { frames, fps }: Notes,
  from: number,
  began: number,
  returned: number
): number {
  const trail = (at: number, tick: number) => at - origin - (tick * 1000) / rate
  const trails = (one: Notes['frames'][number]) => trail(one.at, one.tick)
  const most = percentile(frames.filter(({ at }) => at >= from && at < began).map(trails), 0.5) + PAST_MS
  const isPlayed = (frame: Notes['frames'][number], index: number) =>
    frame.at > returned &&
    trails(frame) > most &&
    (trail(frame.at, frames[index - 1].newest) <= most || frame.tick !== frames[index - 1].tick)
  return frames.filter(isPlayed).length / fps
}
