// One's own row: whether a press is on the screen in the next frame, and how gently corrections are drawn.

import { type ProfileName, profiles, Random } from '@tickwire/engine/testing'
import type { FeelCommand } from './game.ts'
import { Play } from './play.ts'

const IDLE: FeelCommand = { turn: 0, thrust: false, fire: false, shot: 0, aimX: 0, aimY: 0 }
const SETTLE_MS = 5000
const PRESSES = 100
const HELD_MS = 150
/** The server moves the ship by so much, which no client can know. */
const PUSH = 40
const PUSHES = 30
const APART_MS = 1500

export interface Presses {
  readonly presses: number
  /** Of which the first frame after them showed nothing. */
  readonly missed: number
}

/** Turns a ship at rest for a moment, again and again, at any time between two frames. */
export async function press(name: ProfileName, rate: number, fps: number, seed: number): Promise<Presses> {
  const play = new Play(rate, seed)
  const random = new Random(seed)
  let turn = 0
  const { notes } = await play.join(profiles[name], { fps, input: () => ({ ...IDLE, turn }) })
  await play.run(SETTLE_MS)
  const pressed: number[] = []
  for (let i = 0; i < PRESSES; i++) {
    turn = i % 2 === 0 ? 1 : -1
    pressed.push(play.now)
    await play.run(HELD_MS)
    turn = 0
    await play.run(HELD_MS + 200 * random.next())
  }
  let missed = 0
  for (const at of pressed) {
    const first = notes.frames.findIndex((frame) => frame.at > at)
    if (notes.frames[first].seen.heading === notes.frames[first - 1].seen.heading) missed++
  }
  return { presses: pressed.length, missed }
}

/** Pushes a ship at rest. Returns the largest move of it from one frame to the next, as a share of the push. */
export async function push(name: ProfileName, rate: number, fps: number, seed: number): Promise<number> {
  const play = new Play(rate, seed)
  const random = new Random(seed)
  let thrust = true
  const { notes } = await play.join(profiles[name], { fps, input: () => ({ ...IDLE, thrust, turn: thrust ? 1 : 0 }) })
  // It has moved by itself, each way: what `move` never changed is no prediction that could be wrong.
  await play.run(SETTLE_MS)
  thrust = false
  await play.run(3 * SETTLE_MS)
  const from = play.now
  for (let i = 0; i < PUSHES; i++) {
    const way = 2 * Math.PI * random.next()
    play.onTick = ({ ship }) => {
      for (const row of ship) {
        row.x += PUSH * Math.cos(way)
        row.y += PUSH * Math.sin(way)
      }
      play.onTick = () => {}
    }
    await play.run(APART_MS + 500 * random.next())
  }
  let most = 0
  for (let i = 1; i < notes.frames.length; i++) {
    const [a, b] = [notes.frames[i - 1], notes.frames[i]]
    if (a.at >= from) most = Math.max(most, Math.hypot(b.seen.x - a.seen.x, b.seen.y - a.seen.y) / PUSH)
  }
  return most
}
