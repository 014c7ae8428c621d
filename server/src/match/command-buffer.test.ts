import { bool, command, defineGame, entity, int } from '@tickwire/engine'
import { neutralRecord, planOf, type Values } from '@tickwire/engine/wire'
import { describe, expect, it } from 'vitest'
import { CommandBuffer } from './command-buffer.ts'

const RATE = 20
const game = defineGame({
  name: 'g',
  tickRate: RATE,
  entities: { dot: entity({ x: int(0, 9) }) },
  command: command({ go: int(-1, 1), fire: bool, use: bool, jump: bool }),
})
const neutral = neutralRecord(planOf(game).command)
const of = (values: object): Values => ({ ...neutral, ...values })
const left = of({ go: -1 })
const right = of({ go: 1 })
const fire = of({ fire: true })

const make = () => new CommandBuffer(neutral, RATE)
/** A run that was given with `seen` on the screen. */
const run = (first: number, commands: Values[], seen = first - 5) => ({
  first,
  commands,
  ack: first,
  arrivedAt: 0,
  drawn: Math.ceil(seen),
  renderTick: seen,
})

describe('commands', () => {
  it('count at their own tick, with what was on the screen, in whatever order they came', () => {
    const buffer = make()
    buffer.put(run(12, [right], 7.5), 9)
    buffer.put(run(10, [left, neutral], 6.25), 9)
    expect(buffer.take(10)).toEqual({ command: left, drawn: 7, renderTick: 6.25 })
    expect(buffer.take(11)).toEqual({ command: neutral, drawn: 7, renderTick: 6.25 })
    expect(buffer.take(12)).toEqual({ command: right, drawn: 8, renderTick: 7.5 })
  })

  it('count once a tick: the first that came', () => {
    const buffer = make()
    buffer.put(run(10, [left]), 9)
    buffer.put(run(10, [right, right]), 9)
    expect([buffer.take(10), buffer.take(11)].map(({ command }) => command)).toEqual([left, right])
  })

  it('that are missing repeat the last one for 250 ms; then the player does nothing', () => {
    const buffer = make()
    expect(buffer.take(9).command).toEqual(neutral)
    buffer.put(run(10, [right]), 9)
    const taken = Array.from({ length: 10 }, (_, at) => buffer.take(10 + at).command)
    expect(taken).toEqual([...Array(6).fill(right), ...Array(4).fill(neutral)])
  })

  it('held down over a pause are no new press, though they came too late for their ticks', () => {
    const buffer = make()
    buffer.put(run(10, [fire]), 9)
    for (let tick = 10; tick < 20; tick++) buffer.take(tick)
    buffer.put(run(11, [fire, fire, neutral]), 19)
    for (let tick = 20; tick < 30; tick++) expect(buffer.take(tick).command).toEqual(neutral)
  })

  it('too far ahead are refused, and nothing of their run is kept', () => {
    const buffer = make()
    expect(() => buffer.put(run(130, Array(20).fill(right)), 10)).toThrow('ERR_COMMAND_TICK')
    for (let tick = 11; tick < 150; tick++) expect(buffer.take(tick).command).toEqual(neutral)
  })
})

describe('a press that came too late', () => {
  /** A player that does nothing, up to tick 9. */
  const calm = () => {
    const buffer = make()
    buffer.put(run(5, [neutral, neutral]), 4)
    for (let tick = 5; tick < 10; tick++) buffer.take(tick)
    return buffer
  }

  it('counts once, in the next tick, with the screen on which it was made', () => {
    const buffer = calm()
    buffer.put(run(8, [fire, neutral], 3.5), 9)
    expect(buffer.take(10)).toEqual({ command: fire, drawn: 4, renderTick: 3.5 })
    for (let tick = 11; tick < 20; tick++) expect(buffer.take(tick).command).toEqual(neutral)
  })

  it('adds to what the next tick has, and takes nothing from it', () => {
    const buffer = calm()
    buffer.put(run(9, [fire]), 9)
    buffer.put(run(10, [right, neutral]), 9)
    expect(buffer.take(10).command).toEqual({ go: 1, use: false, jump: false, fire: true })
    expect(buffer.take(11).command).toEqual(neutral)
  })

  it('waits for a tick without a press of its own: each is judged by its own screen', () => {
    const buffer = calm()
    buffer.put(run(8, [of({ use: true })], 3.25), 9)
    buffer.put(run(9, [fire], 3.5), 9)
    buffer.put(run(10, [right, of({ go: 1, jump: true }), neutral, neutral], 4.5), 9)
    expect(buffer.take(10)).toMatchObject({ command: { go: 1, use: true, fire: false }, renderTick: 3.25 })
    expect(buffer.take(11)).toMatchObject({ command: { jump: true, fire: false }, renderTick: 4.5 })
    expect(buffer.take(12)).toMatchObject({ command: { jump: false, fire: true }, renderTick: 3.5 })
    expect(buffer.take(13)).toMatchObject({ command: neutral, renderTick: 4.5 })
  })

  it('does not count again where its button is down in a command that counts before it', () => {
    const buffer = calm()
    buffer.put(run(8, [fire], 3.25), 9)
    buffer.put(run(9, [fire], 3.5), 9)
    buffer.put(run(10, [of({ fire: true, use: true }), neutral, neutral], 4.5), 9)
    const fired = Array.from({ length: 5 }, (_, at) => buffer.take(10 + at).command.fire)
    expect(fired).toEqual([true, false, false, false, false])
  })

  it('is judged by its own screen, also where the next tick has a command from a later one', () => {
    const buffer = calm()
    buffer.put(run(9, [fire], 3.5), 9)
    buffer.put(run(10, [neutral, neutral], 4.5), 9)
    expect(buffer.take(10)).toEqual({ command: fire, drawn: 4, renderTick: 3.5 })
    expect(buffer.take(11)).toEqual({ command: neutral, drawn: 5, renderTick: 4.5 })
  })

  it('counts once, however often it is sent', () => {
    const buffer = calm()
    buffer.put(run(9, [fire]), 9)
    buffer.put(run(9, [fire]), 9)
    expect(buffer.take(10).command.fire).toBe(true)
    buffer.put(run(9, [fire]), 10)
    buffer.put(run(8, [fire, fire]), 10)
    buffer.put(run(11, [neutral]), 10)
    expect(buffer.take(11).command.fire).toBe(false)
    buffer.put(run(8, [fire, fire]), 11)
    expect(buffer.take(12).command.fire).toBe(false)
  })

  it('is none where the button was held all along', () => {
    const buffer = make()
    buffer.put(run(5, [fire, fire]), 4)
    for (let tick = 5; tick < 8; tick++) expect(buffer.take(tick).command.fire).toBe(true)
    // The repeated command of tick 7 had it; it was let go in 8.
    buffer.put(run(7, [fire, neutral]), 8)
    expect(buffer.take(9).command.fire).toBe(false)
  })

  it('is no more than one, however many are claimed', () => {
    const buffer = calm()
    buffer.put(run(2, [fire, neutral, fire, neutral, fire, neutral, fire, neutral]), 9)
    const fired = Array.from({ length: 20 }, (_, at) => buffer.take(10 + at).command.fire)
    expect(fired.filter(Boolean)).toHaveLength(1)
    expect(fired[0]).toBe(true)
  })

  it('does not bring back a direction that was held then', () => {
    const buffer = calm()
    buffer.put(run(8, [of({ go: -1, fire: true }), neutral]), 9)
    expect(buffer.take(10).command).toEqual(fire)
  })
})
