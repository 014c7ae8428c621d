// Whole matches of bots, without sockets or clocks: the game goes on, keeps its bounds, and has winners.

import { describe, expect, it } from 'vitest'
import { LiveMatch } from '../../server/src/match/match.ts'
import { arena, GOAL, SHIP_RADIUS, ticks, WORLD } from './game.ts'
import { rules } from './rules.ts'

function open(bots: number, warnings: string[] = []) {
  const setup = { id: 'test', game: arena, options: { bots, rocks: 15 }, seed: 7 }
  return new LiveMatch({ ...setup, rules: { ...rules, emptySeconds: 1e6 }, warn: (message) => warnings.push(message) })
}

describe('the rules', () => {
  it('give every bot a ship, a line on the score board, and a look of its own', () => {
    const match = open(6)
    match.step()
    const pilots = [...match.world.pilot]
    expect(pilots.map(({ bot }) => bot)).toEqual(Array(6).fill(true))
    expect(new Set(pilots.map(({ tint }) => tint)).size).toBe(6)
    expect(match.world.ship.size).toBe(6)
  })

  it('keep ten bots fighting until a round is won and the next begins; nothing leaves its bounds', () => {
    const warnings: string[] = []
    const match = open(10, warnings)
    match.step()
    let most = 0
    let [least, furthest] = [WORLD, 0]
    for (let tick = 0; tick < ticks(12 * 60) && match.state.round === 1; tick++) {
      match.step()
      if (match.state.phase === 'over') most = Math.max(...[...match.world.pilot].map(({ kills }) => kills))
      for (const { x, y } of match.world.ship) {
        least = Math.min(least, x, y)
        furthest = Math.max(furthest, x, y)
      }
    }
    expect(least).toBeGreaterThanOrEqual(SHIP_RADIUS - 0.01)
    expect(furthest).toBeLessThanOrEqual(WORLD - SHIP_RADIUS + 0.01)
    expect(match.ended).toBeUndefined()
    expect(warnings).toEqual([])
    expect(match.state.round).toBe(2)
    expect(most).toBe(GOAL)
    expect([...match.world.pilot].map(({ kills }) => kills)).toEqual(Array(10).fill(0))
  })

  it('play the same match again from the same seed', () => {
    const [one, other] = [open(6), open(6)]
    for (let tick = 0; tick < ticks(30); tick++) {
      one.step()
      other.step()
    }
    expect(one.world.snapshot().hash).toBe(other.world.snapshot().hash)
  })
})
