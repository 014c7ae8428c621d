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

  it('keep ten bots fighting: rounds are won, ships come back, and nothing leaves its bounds', () => {
    const warnings: string[] = []
    const match = open(10, warnings)
    const winners: string[] = []
    let lastPhase = ''
    for (let tick = 0; tick < ticks(12 * 60) && winners.length < 2; tick++) {
      match.step()
      const { phase, winner } = match.state
      if (phase === 'over' && lastPhase === 'fight') {
        winners.push(winner)
        expect(Math.max(...[...match.world.pilot].map(({ kills }) => kills))).toBe(GOAL)
      }
      lastPhase = phase
      for (const { x, y } of match.world.ship) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(SHIP_RADIUS - 0.01)
        expect(Math.max(x, y)).toBeLessThanOrEqual(WORLD - SHIP_RADIUS + 0.01)
      }
    }
    expect(match.ended).toBeUndefined()
    expect(warnings).toEqual([])
    expect(winners).toHaveLength(2)
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
