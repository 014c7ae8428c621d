import { describe, expect, it } from 'vitest'
import { bool, command, defineGame, entity, int } from '../index.ts'
import { type CommandRun, neutralRecord, planOf, readCommands } from '../wire/index.ts'
import { Sender } from './sender.ts'

const game = defineGame({
  name: 'test',
  tickRate: 30,
  entities: { dot: entity({ x: int(0, 9) }) },
  command: command({ fire: bool }),
})
const { command: layout } = planOf(game)
const idle = neutralRecord(layout)

function make() {
  const sent: CommandRun[] = []
  const line = { time: 1000, waiting: 0 }
  const over = {
    isLost: false,
    now: () => line.time,
    get bufferedAmount() {
      return line.waiting
    },
    // What a tick is near to: the acknowledgements here are all below 100.
    send: (frame: Uint8Array) => void sent.push(readCommands(frame, layout, 100)),
  }
  return { line, over, sent, sender: new Sender(over, layout) }
}

describe('acknowledging', () => {
  it('goes with commands, and by itself only where there were none for 100 ms', () => {
    const { line, sent, sender } = make()
    sender.add(60, idle)
    sender.received(53, 990)
    sender.flush(50, 48.5)
    expect(sent).toMatchObject([{ ack: 53, arrivedAt: 990, drawn: 50, renderTick: 48.5, first: 60, commands: [idle] }])
    for (let ack = 54; ack < 57; ack++) {
      line.time += 30
      sender.received(ack, line.time)
      sender.acknowledge(49)
    }
    expect(sent).toHaveLength(1)
    line.time += 30
    sender.received(57, line.time)
    sender.acknowledge(49)
    expect(sent[1]).toMatchObject({ ack: 57, arrivedAt: 1120, drawn: 57, commands: [] })
  })

  it('says each snapshot once', () => {
    const { line, sent, sender } = make()
    sender.received(50, line.time)
    for (let i = 0; i < 10; i++) {
      sender.acknowledge(48)
      line.time += 200
    }
    expect(sent).toHaveLength(1)
  })

  it.each([3_600_000, -3_600_000])('goes on where the clock is set by %i ms', (ms) => {
    const { line, sent, sender } = make()
    const take = (tick: number) => {
      sender.received(tick, line.time)
      sender.acknowledge(48)
    }
    take(50)
    line.time += ms
    take(51)
    line.time += 200
    take(52)
    expect(sent.map(({ ack }) => ack)).toEqual([50, 51, 52])
  })

  it('waits while the connection is full', () => {
    const { line, sent, sender } = make()
    line.waiting = 1
    sender.received(50, line.time)
    sender.acknowledge(48)
    expect(sent).toEqual([])
    line.waiting = 0
    sender.acknowledge(48)
    expect(sent).toHaveLength(1)
  })

  it('goes by itself for a frame that came merged: the server waits for it', () => {
    const { line, sent, sender } = make()
    const take = (tick: number) => {
      line.time += 30
      sender.received(tick, line.time)
      sender.acknowledge(48)
    }
    for (const tick of [50, 51, 54, 55, 58]) take(tick)
    expect(sent.map(({ ack }) => ack)).toEqual([50, 54, 58])
  })
})

describe('commands', () => {
  it('wait while the connection is full; then all go as one run, in order', () => {
    const { line, sent, sender } = make()
    line.waiting = 1
    for (let tick = 60; tick < 70; tick++) {
      sender.add(tick, idle)
      sender.flush(50, 48)
    }
    expect(sender.congested).toBe(true)
    expect(sent).toEqual([])
    line.waiting = 0
    sender.add(70, idle)
    sender.received(52, line.time)
    sender.flush(51, 49)
    sender.flush(51, 49)
    expect(sent).toMatchObject([{ first: 60, ack: 52, drawn: 51 }])
    expect(sent[0].commands).toHaveLength(11)
    expect(sender).toMatchObject({ congested: false, dropped: 0 })
  })

  it('that were made while the connection was away are dropped and counted, with those that did not come', () => {
    const { over, sent, sender } = make()
    for (let tick = 60; tick < 64; tick++) {
      sender.add(tick, idle)
      sender.flush(50, 48)
    }
    over.isLost = true
    for (let tick = 64; tick < 164; tick++) {
      sender.add(tick, idle)
      sender.flush(50, 48)
    }
    expect(sent).toHaveLength(4)
    over.isLost = false
    sender.resumed()
    expect(sender.dropped).toBe(100)
    sender.told(61, 40, 0, false)
    expect(sender.dropped).toBe(102)
    sender.add(164, idle)
    sender.flush(50, 48)
    expect(sent[4]).toMatchObject({ first: 164, asks: false })
  })

  it('wait for the answer where the server says that they come ever later, and ask for it', () => {
    const { sent, sender, line } = make()
    const press = (tick: number) => {
      line.time += 30
      sender.add(tick, idle)
      sender.flush(50, 48)
    }
    for (let tick = 60; tick < 64; tick++) press(tick)
    sender.told(60, 40, line.time, true)
    expect(sender.isSlow).toBe(false)
    line.time += 150
    sender.told(61, 40, line.time, true)
    for (let tick = 64; tick < 68; tick++) press(tick)
    expect(sent.slice(4).map(({ first, asks }) => [first, asks])).toEqual([[64, true]])
    expect(sender).toMatchObject({ congested: true, isSlow: true })
    sender.told(64, 40, line.time + 200, false)
    sender.flush(50, 48)
    expect(sent[5]).toMatchObject({ first: 65, asks: true })
    expect(sent[5].commands).toHaveLength(3)
  })
})
