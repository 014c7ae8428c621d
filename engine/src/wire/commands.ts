// A run of commands: what a player pressed for consecutive ticks, in one frame, with what the player has seen. Writer
// and reader side by side. PROTOCOL.md, section Commands.
//   frame = kind (8) | asks? (1) | holds one? (1) | newest tick held, low 16 | when its frame arrived, ms, low 16 |
//           how far the tick drawn with is behind it (Rice) | how far the render tick is from that, 1/256 ticks |
//           first tick, low 16 | count (6) | per command: differs from the one before? (1), then the record
// What stands between "holds one?" and the first tick is there only where it does.

import { fail } from '../schema/errors.ts'
import type { Layout } from '../schema/layout.ts'
import { low16, resolve16 } from '../time/tick.ts'
import { BitReader, type BitWriter, unzigzag, zigzag } from './bits.ts'
import { FRAME_KIND } from './kinds.ts'
import { readRecord, type Values, writeRecord } from './record.ts'

/** Commands a frame holds at most: a client that was held back for longer drops the oldest. */
export const MAX_RUN = 63
/** The farthest that the render tick may be from the newest one held, in ticks: before it, or past it where the screen starves. */
export const MAX_TRAIL = 4095
const DRAWN_K = 1

export interface CommandRun {
  /** The newest snapshot that the client holds, drawn or not: what was received. -1 for none. */
  readonly ack: number
  /** When its frame arrived: ms of the client's clock, its low 16 bits. */
  readonly arrivedAt: number
  /** The newest snapshot that the screen was drawn with when the first press was made; at most `ack`. */
  readonly drawn: number
  /** The fractional tick on the client's screen, in steps of 1/256. */
  readonly renderTick: number
  /** The server is to say with its next frame that this one came. Left out: no. */
  readonly asks?: boolean
  /** The tick of the first command. */
  readonly first: number
  /** Settled commands for first, first + 1, … */
  readonly commands: readonly Values[]
}

/** `commands` must be settled, one object a distinct command: the same object again costs one bit. @throws ERR_USAGE */
export function writeCommands(out: BitWriter, layout: Layout, run: CommandRun): Uint8Array<ArrayBuffer> {
  if (run.commands.length > MAX_RUN)
    fail('ERR_USAGE', `a run of ${run.commands.length} commands: expected at most ${MAX_RUN}`)
  out.reset()
  out.bits(FRAME_KIND.commands, 8)
  out.bit(run.asks === true)
  out.bit(run.ack >= 0)
  if (run.ack >= 0) {
    out.bits(low16(run.ack), 16)
    out.bits(low16(run.arrivedAt), 16)
    const behind = Math.min(Math.max(0, run.ack - run.drawn), run.ack, MAX_TRAIL)
    out.rice(behind, DRAWN_K)
    const trail = Math.round((run.ack - behind - run.renderTick) * 256)
    out.varint(zigzag(Math.min(Math.max(trail, -MAX_TRAIL * 256), MAX_TRAIL * 256)))
  }
  out.bits(low16(run.first), 16)
  out.bits(run.commands.length, 6)
  let last: Values | undefined
  for (const command of run.commands) {
    if (last) out.bit(command !== last)
    if (command !== last) writeRecord(out, layout, command, 'ERR_FIELD_VALUE')
    last = command
  }
  return out.finish()
}

/** `near`: the match's tick. @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED */
export function readCommands(bytes: Uint8Array, layout: Layout, near: number): CommandRun {
  const from = new BitReader(bytes, 1)
  const asks = from.bit()
  const holds = from.bit()
  const ack = holds ? resolve16(from.bits(16), near) : -1
  const arrivedAt = holds ? from.bits(16) : 0
  const behind = holds ? from.rice(DRAWN_K) : 0
  if (behind > MAX_TRAIL || behind > Math.max(ack, 0))
    fail(
      'ERR_FRAME_INVALID',
      `drawn with a tick ${behind} before ${ack}: expected at most ${MAX_TRAIL} before, and none below 0`
    )
  const far = holds ? from.varint() : 0
  if (far > 2 * MAX_TRAIL * 256)
    fail('ERR_FRAME_INVALID', `a render tick ${far / 512} ticks away: expected at most ${MAX_TRAIL}`)
  const trail = unzigzag(far)
  const first = resolve16(from.bits(16), near)
  const count = from.bits(6)
  const commands: Values[] = []
  for (let i = 0; i < count; i++)
    commands.push(i > 0 && !from.bit() ? commands[i - 1] : readRecord(from, layout, 'ERR_FRAME_INVALID'))
  from.end()
  const drawn = ack - behind
  return { ack, arrivedAt, drawn, renderTick: drawn - trail / 256, asks, first, commands }
}
