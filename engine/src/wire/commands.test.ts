import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { TickwireError } from '../schema/errors.ts'
import { bool, int, ranged } from '../schema/field.ts'
import { Layout, maxBits } from '../schema/layout.ts'
import { BitWriter } from './bits.ts'
import { type CommandRun, MAX_RUN, MAX_TRAIL, readCommands, writeCommands } from './commands.ts'
import type { Values } from './record.ts'

const layout = new Layout('command', { turn: int(-1, 1), thrust: ranged(0, 1, 0.25), fire: bool })
const [idle, go, shoot]: Values[] = [
  { turn: 0, thrust: 0, fire: false },
  { turn: -1, thrust: 1, fire: false },
  { turn: 1, thrust: 0.5, fire: true },
]
const NOTHING: CommandRun = { ack: -1, arrivedAt: 0, drawn: -1, renderTick: -1, asks: false, first: 0, commands: [] }
const write = (run: Partial<CommandRun>) =>
  writeCommands(new BitWriter(), layout, { ...NOTHING, drawn: run.ack ?? -1, ...run })
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('C1-C4 a run of commands', () => {
  it('comes back, whatever is held and shown, near the match’s tick', () => {
    const run = fc.record({
      near: fc.nat(2 ** 24),
      late: fc.integer({ min: 0, max: 30000 }),
      arrivedAt: fc.nat(65535),
      behind: fc.oneof(fc.nat(3), fc.nat(MAX_TRAIL)),
      trail: fc.integer({ min: -MAX_TRAIL * 256, max: MAX_TRAIL * 256 }),
      ahead: fc.integer({ min: -500, max: 500 }),
      asks: fc.boolean(),
      commands: fc.array(fc.constantFrom(idle, idle, go, shoot), { maxLength: MAX_RUN }),
    })
    fc.assert(
      fc.property(run, ({ near, late, arrivedAt, behind, trail, ahead, asks, commands }) => {
        const ack = near - late
        const first = Math.max(near + ahead, 0)
        const made =
          ack < 0
            ? { ...NOTHING, asks, first, commands }
            : { ack, arrivedAt, drawn: Math.max(0, ack - behind), renderTick: 0, asks, first, commands }
        if (ack >= 0) made.renderTick = made.drawn - trail / 256
        expect(readCommands(write(made), layout, near)).toEqual(made)
      }),
      { numRuns: runs(200) }
    )
  })

  it('C2 a client that holds nothing says so, at any tick of the match', () => {
    for (const near of [0, 5, 40000, 65536, 70000, 2 ** 30])
      expect(readCommands(write({ first: near, commands: [go] }), layout, near)).toMatchObject({
        ack: -1,
        renderTick: -1,
        first: near,
      })
  })

  it('C2 a render tick is told in 256ths, at most 4,095 ticks behind or ahead', () => {
    const seen = (renderTick: number) => readCommands(write({ ack: 9000, renderTick }), layout, 9000).renderTick
    expect([seen(8990.5), seen(8990.123), seen(9005.25), seen(0), seen(20000)]).toEqual([
      8990.5,
      8990 + 31 / 256,
      9005.25,
      9000 - MAX_TRAIL,
      9000 + MAX_TRAIL,
    ])
  })

  it('C3 the same command again is one bit', () => {
    const once = write({ commands: [go] }).length
    expect(write({ commands: new Array(33).fill(go) }).length - once).toBe(4)
    // Equal but not the same object: correct, only longer.
    expect(readCommands(write({ commands: [go, { ...go }] }), layout, 0).commands).toEqual([go, go])
  })

  it('C1 is these bits', () => {
    expect(hex(write({}))).toBe('02000000')
    // kind 2; it holds 0x1234, shows 384/256 earlier; 2 commands from 0x1240: turn 2, thrust 2, fire 1, then the same.
    expect(hex(write({ ack: 0x1234, renderTick: 0x1234 - 1.5, first: 0x1240, commands: [shoot, shoot] }))).toMatch(
      /^02/
    )
  })

  it('C4 the longest run of the largest commands fits what a server takes', () => {
    const words = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`w${i}`, int(0, 2 ** 31 - 1)]))
    const large = new Layout('command', { ...words, a: int(0, 2 ** 16 - 1) })
    expect(maxBits(large)).toBe(512)
    const commands = Array.from({ length: MAX_RUN }, () =>
      Object.fromEntries([...large.byName.keys()].map((key) => [key, 9]))
    )
    const frame = writeCommands(new BitWriter(), large, { ...NOTHING, ack: 65535, first: 65535, commands })
    expect(frame.length).toBeLessThanOrEqual(4096)
  })
})

describe('a run is refused', () => {
  it('with more commands than a frame holds', () => {
    expect(refused(() => write({ commands: new Array(64).fill(idle) }))).toBe(
      'a run of 64 commands: expected at most 63 (ERR_USAGE)'
    )
  })

  it('C2 with a render tick too far behind', () => {
    const out = new BitWriter()
    out.bits(2, 8)
    out.bit(false)
    out.bit(true)
    out.bits(100, 16)
    out.bits(0, 16)
    out.rice(0, 1)
    out.varint(2 * MAX_TRAIL * 256 + 1)
    out.bits(0, 22)
    expect(refused(() => readCommands(out.finish(), layout, 100))).toBe(
      'a render tick 4095.001953125 ticks away: expected at most 4095 (ERR_FRAME_INVALID)'
    )
  })

  it.each([
    ['farther back than a screen can be', 5000, 4096],
    ['below 0', 100, 101],
  ])('C2 drawn with a tick %s', (_, ack, behind) => {
    const out = new BitWriter()
    out.bits(2, 8)
    out.bit(false)
    out.bit(true)
    out.bits(ack, 16)
    out.bits(0, 16)
    out.rice(behind, 1)
    out.bits(0, 30)
    expect(refused(() => readCommands(out.finish(), layout, ack))).toContain('ERR_FRAME_INVALID')
  })

  it('F2 cut short, or with something behind it', () => {
    const frame = write({ ack: 5, renderTick: 4, first: 6, commands: [go, shoot, idle] })
    for (let length = 1; length < frame.length; length++)
      expect(refused(() => readCommands(frame.subarray(0, length), layout, 5))).toContain('ERR_FRAME_TRUNCATED')
    expect(refused(() => readCommands(Uint8Array.from([...frame, 0]), layout, 5))).toContain('ERR_FRAME_INVALID')
  })

  it('R5 or it holds commands that the schema allows, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(100000), (bytes, near) => {
        try {
          const { commands, ack, first } = readCommands(bytes, layout, near)
          expect(ack).toBeGreaterThanOrEqual(-1)
          expect(first).toBeGreaterThanOrEqual(0)
          for (const { turn, thrust } of commands as { turn: number; thrust: number }[]) {
            expect([-1, 0, 1]).toContain(turn)
            expect([0, 0.25, 0.5, 0.75, 1]).toContain(thrust)
          }
        } catch (error) {
          if (!(error instanceof TickwireError)) throw error
        }
      }),
      { numRuns: runs(300) }
    )
  })
})
