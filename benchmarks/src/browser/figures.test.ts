import { expect, test } from 'vitest'
import { pageFigures, serverFigures } from './figures.ts'
import type { Notes, PageFrame, SeenShip } from './probe.ts'

const FRAME = 1000 / 60
const resting: SeenShip = { x: 0, y: 0, vx: 0, vy: 0, spin: 0, thrust: false }

/** When the server began each tick: on time. */
const began = Array.from({ length: 620 }, (_, tick) => 1000 + (tick - 10) * FRAME)

/** Ten seconds in which the other flies at 300 units/s; frames show it 100 ms late, states take 40 to 60 ms. */
function play(): { frames: PageFrame[]; arrivals: Notes['arrivals']; presses: Notes['presses'] } {
  const frames = Array.from({ length: 600 }, (_, i) => {
    const at = 1000 + i * FRAME
    const tick = i + 4
    const other = { ...resting, x: 100 + (tick * 300) / 60, y: 1500, vx: 300, thrust: true }
    return { at, done: at + 2, tick, newest: i + 7, own: { ...resting }, other, delay: 100, corrections: 0, skipped: 0 }
  })
  const arrivals = frames.map(({ at }, i) => ({ at: at + 40 + (i % 5) * 5, tick: i + 10 }))
  return { frames, arrivals, presses: [] }
}

test('an even play at its speed, its delay and with nothing starved', () => {
  const figures = pageFigures(play(), '4g', 0, began)
  expect(figures).toMatchObject({ backwards: 0, starved: 0, corrections: 0, presses: 0, delayMs: 100 })
  expect(figures.speedLow).toBeCloseTo(100)
  expect(figures.speedHigh).toBeCloseTo(100)
  expect(figures.fps).toBeCloseTo(60)
  expect(figures.jitter).toBeCloseTo(20)
  expect(figures.delay).toBeCloseTo((100 - 40 - 20) / FRAME) // drawn 6 ticks late
})

test('a frame drawn backwards, one that starved, and a stall that is no jitter', () => {
  const notes = play()
  const frame = notes.frames[300]
  notes.frames[300] = { ...frame, newest: frame.tick - 1, other: { ...frame.other!, x: frame.other!.x - 20 } }
  for (let i = 400; i < 412; i++) notes.arrivals[i] = { ...notes.arrivals[i], at: notes.arrivals[412].at }
  const figures = pageFigures(notes, '4g', 0, began)
  expect(figures).toMatchObject({ backwards: 1, starved: 100 / 600 })
  expect(figures.jitter).toBeCloseTo(20)
})

test('time that the server lost is the server’s, not the network’s', () => {
  const lost = (tick: number, at: number) => at + (tick < 310 ? 0 : 50)
  const { frames, ...notes } = play()
  const arrivals = notes.arrivals.map(({ at, tick }) => ({ at: lost(tick, at), tick }))
  const late = began.map((at, tick) => lost(tick, at))
  expect(pageFigures({ ...notes, frames, arrivals }, '4g', 0, late).jitter).toBeCloseTo(20)
  expect(serverFigures(late).lost).toBeCloseTo(50 / 10.37, 1)
  expect(serverFigures(late).late).toBe(0)
  expect(serverFigures(began.map((at, tick) => at + (tick % 10 === 0 ? 12 : 0))).late).toBeCloseTo(10, 0)
  expect(serverFigures(began)).toEqual({ late: 0, lost: expect.closeTo(0) })
})

test('a press counts until the frame whose ship turns', () => {
  const notes = play()
  const press = (i: number, code: string, shownAfter: number) => {
    notes.presses.push({ at: notes.frames[i].at + 5, code })
    const spin = code === 'ArrowRight' ? 1 : -1
    for (let j = i + shownAfter; j < i + 10; j++) notes.frames[j] = { ...notes.frames[j], own: { ...resting, spin } }
  }
  press(100, 'ArrowRight', 1)
  press(200, 'ArrowLeft', 2)
  press(300, 'ArrowUp', 1)
  const figures = pageFigures(notes, '4g', 0, began)
  expect(figures).toMatchObject({ presses: 2, missed: 1 })
  expect(figures.shown).toBeCloseTo(FRAME - 3)
})
