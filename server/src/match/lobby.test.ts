import { defineGame, entity, int } from '@tickwire/engine'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Learner } from './learner.ts'
import { Lobby } from './lobby.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** A lobby of three games. */
function setUp() {
  const warnings: string[] = []
  const lobby = new Lobby({ seed: () => 1, newId: () => 'm', warn: (message) => warnings.push(message) })
  for (const name of ['a', 'b', 'c'])
    lobby.host(defineGame({ name, tickRate: 30, entities: { dot: entity({ x: int(0, 9) }) } }), {})
  /** The learners in the order in which they worked. */
  const worked: Learner[] = []
  const games = (): string => worked.map((learner) => 'abc'[[...new Set(worked)].indexOf(learner)]).join('')
  const work = (does: (nth: number) => boolean) =>
    vi.spyOn(Learner.prototype, 'work').mockImplementation(function (this: Learner) {
      worked.push(this)
      return does([...new Set(worked)].indexOf(this))
    })
  return { lobby, warnings, games, work }
}

describe('learning', () => {
  test('games take turns, so that one that always has work keeps no other from it', () => {
    const { lobby, games, work } = setUp()
    work(() => true)
    for (let piece = 0; piece < 6; piece++) expect(lobby.learn()).toBe(true)
    expect(games()).toBe('abcabc')
  })

  test('who has nothing to do is passed over; once nobody has, there is nothing', () => {
    const { lobby, games, work } = setUp()
    let left = 2
    work((nth) => nth === 1 && left-- > 0)
    expect([1, 2, 3].map(() => lobby.learn())).toEqual([true, true, false])
    expect(games()).toBe('ab' + 'cab' + 'cab')
  })

  test('of a game that fails ends, with a warning; the others go on', () => {
    const { lobby, warnings, games, work } = setUp()
    work((nth) => {
      if (nth === 1) throw new Error('no')
      return true
    })
    for (let piece = 0; piece < 4; piece++) expect(lobby.learn()).toBe(true)
    expect(games()).toBe('abcac')
    expect(warnings).toEqual(["learning for 'b' failed, and ends: Error: no"])
  })
})
