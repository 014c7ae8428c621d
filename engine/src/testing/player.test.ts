import { describe, expect, it } from 'vitest'
import { VirtualClock } from './clock.ts'
import { HeadlessPlayer } from './player.ts'
import type { LinkTransport } from './transport.ts'

/** A match that draws what it is told to. */
function setUp(fps?: number) {
  const clock = new VirtualClock()
  const arrivals: { tick: number; sentAt: number; at: number; stalled: boolean }[] = []
  const transport = { arrivals, now: () => clock.now + 1000 } as unknown as LinkTransport
  const drawn = { tick: 0, corrections: 0 }
  const given: number[] = []
  const match = {
    view: drawn,
    stats: {
      delay: 83,
      lead: 2,
      get corrections() {
        return drawn.corrections
      },
    },
    frame: (now: number) => given.push(now),
  }
  const player = new HeadlessPlayer(clock, transport, match, { fps, onFrame: ({ view }) => view.tick * 10 })
  return { clock, arrivals, drawn, given, player }
}

describe('a player without a screen', () => {
  it('draws at its rate, with the time of its own machine', async () => {
    const { clock, given, player } = setUp(50)
    await clock.run(60)
    expect(given).toEqual([1020, 1040, 1060])
    expect(player.frames.map(({ at }) => at)).toEqual([20, 40, 60])
  })

  it('draws at another rate, or not at all, from when it is told so', async () => {
    const { clock, player } = setUp(100)
    await clock.run(20)
    player.draw(0)
    await clock.run(1000)
    player.draw(1)
    await clock.run(3000)
    expect(player.frames.map(({ at }) => at)).toEqual([10, 20, 2000, 3000])
  })

  it('notes what was drawn, what had arrived, and whether that was enough', async () => {
    const { clock, arrivals, drawn, player } = setUp(100)
    drawn.tick = 4.5
    await clock.run(10)
    arrivals.push({ tick: 5, sentAt: 0, at: 10, stalled: false })
    await clock.run(20)
    drawn.tick = 5.25
    await clock.run(30)
    expect(player.frames).toMatchObject([
      { tick: 4.5, newest: -1, starved: true, delay: 83, lead: 2, seen: 45 },
      { tick: 4.5, newest: 5, starved: false },
      { tick: 5.25, newest: 5, starved: true, seen: 52.5 },
    ])
  })

  it('counts corrections frame by frame', async () => {
    const { clock, drawn, player } = setUp(100)
    await clock.run(10)
    drawn.corrections = 2
    await clock.run(20)
    await clock.run(30)
    drawn.corrections = 3
    await clock.run(40)
    expect(player.frames.map(({ corrections }) => corrections)).toEqual([0, 2, 0, 1])
  })
})
