import { expect, test } from 'vitest'
import { HandReader, HandWriter } from './hand-frame.ts'
import { STEP_PRECISION } from './precision.ts'
import { errorOf, Work } from './work.ts'

function expectHeld(reader: HandReader, work: Work): void {
  expect(reader.tick).toBe(work.tick)
  const held = work.ships.map((_, slot) => reader.ship(slot)!)
  expect(Math.max(...held.map((ship, slot) => errorOf(ship, work.ships[slot], STEP_PRECISION)))).toBeLessThanOrEqual(1)
  expect(held.map(({ press }) => press)).toEqual([...work.presses])
}

test('frames by hand: who was there from the start and who joined later hold every ship of every tick', () => {
  const work = new Work(40, 7, 60)
  const writer = new HandWriter(40)
  const [early, late] = [new HandReader(), new HandReader()]
  early.read(writer.full(0))
  for (let tick = 1; tick <= 600; tick++) {
    if (tick % 30 === 0) work.put(tick % 40, tick & 255)
    work.step()
    const frame = writer.delta(work.tick, work.ships, work.presses)
    early.read(frame)
    if (tick === 300) late.read(writer.full(work.tick))
    else if (tick > 300) late.read(frame)
    expectHeld(early, work)
    if (tick >= 300) expectHeld(late, work)
  }
})

test('frames by hand: most of what moves takes single bytes, what stands one', () => {
  const work = new Work(100, 1, 60)
  const writer = new HandWriter(100)
  work.step()
  writer.delta(work.tick, work.ships, work.presses)
  expect(writer.delta(work.tick, work.ships, work.presses).length).toBe(5 + 100)
  work.step()
  expect(writer.delta(work.tick, work.ships, work.presses).length).toBeLessThan(5 + 100 * 7)
})
