// A state as a skilled person writes it by hand, for a stream that loses nothing: all of it to who joins, and then what
// changed since the tick before, in single bytes where they suffice. Everybody gets the same bytes.
//
//   full:  0, tick u32, then for each ship x u16, y u16, vx i8, vy i8, heading u16, hull u8, press u8
//   delta: 1, tick u32, then for each ship its flags, and what they say follows:
//          PLACE dx i8, dy i8; SPEED dvx i8, dvy i8; TURN dheading i8; HULL u8; PRESS u8; or WHOLE: all of it, as above

import { type Ship, STEP } from '../arena.ts'
import type { SeenShip } from './contender.ts'

export const FULL = 0
const DELTA = 1
const HEADER = 5
const SHIP_BYTES = 10

const PLACE = 1
const SPEED = 2
const TURN = 4
const HULL = 8
const PRESS = 16
const WHOLE = 32

const HEADINGS = 1024
const LAST_PLACE = 65535

const X = 0
const Y = 1
const VX = 2
const VY = 3
const HEADING = 4
const HULLS = 5
const PRESSES = 6
const COLUMNS = 7

function isSmall(change: number): boolean {
  return change >= -128 && change <= 127
}
/** By the shorter way round. */
function turned(from: number, to: number): number {
  return ((to - from + HEADINGS + HEADINGS / 2) % HEADINGS) - HEADINGS / 2
}

export class HandWriter {
  /** Steps by ship: of the tick that was written last. */
  #sent: Int32Array
  #now: Int32Array
  readonly #scratch: Buffer

  constructor(ships: number) {
    this.#sent = new Int32Array(ships * COLUMNS)
    this.#now = new Int32Array(ships * COLUMNS)
    this.#scratch = Buffer.allocUnsafe(HEADER + ships * (1 + SHIP_BYTES))
  }

  /** The frame of this tick for all who hold the tick before. The bytes are a copy. */
  delta(tick: number, ships: readonly Readonly<Ship>[], presses: Uint8Array): Buffer {
    const sent = this.#sent
    const now = this.#now
    const out = this.#scratch
    this.#quantise(ships, presses)
    out[0] = DELTA
    out.writeUInt32LE(tick, 1)
    let end = HEADER
    for (let at = 0; at < now.length; at += COLUMNS) {
      const dx = now[at + X] - sent[at + X]
      const dy = now[at + Y] - sent[at + Y]
      const dvx = now[at + VX] - sent[at + VX]
      const dvy = now[at + VY] - sent[at + VY]
      const turn = turned(sent[at + HEADING], now[at + HEADING])
      const flags = end++
      if (!(isSmall(dx) && isSmall(dy) && isSmall(dvx) && isSmall(dvy) && isSmall(turn))) {
        out[flags] = WHOLE
        end = writeShip(out, end, now, at)
        continue
      }
      let which = 0
      if (dx !== 0 || dy !== 0) {
        which |= PLACE
        out[end++] = dx
        out[end++] = dy
      }
      if (dvx !== 0 || dvy !== 0) {
        which |= SPEED
        out[end++] = dvx
        out[end++] = dvy
      }
      if (turn !== 0) {
        which |= TURN
        out[end++] = turn
      }
      if (now[at + HULLS] !== sent[at + HULLS]) {
        which |= HULL
        out[end++] = now[at + HULLS]
      }
      if (now[at + PRESSES] !== sent[at + PRESSES]) {
        which |= PRESS
        out[end++] = now[at + PRESSES]
      }
      out[flags] = which
    }
    this.#sent = now
    this.#now = sent
    return Buffer.from(out.subarray(0, end))
  }

  /** All of what was sent last, for who joins. */
  full(tick: number): Buffer {
    const count = this.#sent.length / COLUMNS
    const out = Buffer.allocUnsafe(HEADER + count * SHIP_BYTES)
    out[0] = FULL
    out.writeUInt32LE(tick, 1)
    let end = HEADER
    for (let at = 0; at < this.#sent.length; at += COLUMNS) end = writeShip(out, end, this.#sent, at)
    return out
  }

  #quantise(ships: readonly Readonly<Ship>[], presses: Uint8Array): void {
    const now = this.#now
    for (let slot = 0, at = 0; slot < ships.length; slot++, at += COLUMNS) {
      const ship = ships[slot]
      now[at + X] = Math.min(Math.round(ship.x / STEP.x), LAST_PLACE)
      now[at + Y] = Math.min(Math.round(ship.y / STEP.y), LAST_PLACE)
      now[at + VX] = Math.round(ship.vx / STEP.vx)
      now[at + VY] = Math.round(ship.vy / STEP.vy)
      now[at + HEADING] = Math.round(ship.heading / STEP.heading) & (HEADINGS - 1)
      now[at + HULLS] = ship.hull
      now[at + PRESSES] = presses[slot]
    }
  }
}

function writeShip(out: Buffer, end: number, from: Int32Array, at: number): number {
  out.writeUInt16LE(from[at + X], end)
  out.writeUInt16LE(from[at + Y], end + 2)
  out[end + 4] = from[at + VX]
  out[end + 5] = from[at + VY]
  out.writeUInt16LE(from[at + HEADING], end + 6)
  out[end + 8] = from[at + HULLS]
  out[end + 9] = from[at + PRESSES]
  return end + SHIP_BYTES
}

export class HandReader {
  tick = -1
  #held = new Int32Array(0)

  /** The next frame, in order; before the first full one deltas are none of its business. */
  read(frame: Buffer): void {
    if (frame[0] === FULL) this.#held = new Int32Array(((frame.length - HEADER) / SHIP_BYTES) * COLUMNS)
    else if (this.#held.length === 0) return
    this.tick = frame.readUInt32LE(1)
    const held = this.#held
    let next = HEADER
    for (let at = 0; at < held.length; at += COLUMNS) {
      const flags = frame[0] === FULL ? WHOLE : frame[next++]
      if (flags & WHOLE) {
        held[at + X] = frame.readUInt16LE(next)
        held[at + Y] = frame.readUInt16LE(next + 2)
        held[at + VX] = frame.readInt8(next + 4)
        held[at + VY] = frame.readInt8(next + 5)
        held[at + HEADING] = frame.readUInt16LE(next + 6)
        held[at + HULLS] = frame[next + 8]
        held[at + PRESSES] = frame[next + 9]
        next += SHIP_BYTES
        continue
      }
      if (flags & PLACE) {
        held[at + X] += frame.readInt8(next++)
        held[at + Y] += frame.readInt8(next++)
      }
      if (flags & SPEED) {
        held[at + VX] += frame.readInt8(next++)
        held[at + VY] += frame.readInt8(next++)
      }
      if (flags & TURN) held[at + HEADING] = (held[at + HEADING] + frame.readInt8(next++)) & (HEADINGS - 1)
      if (flags & HULL) held[at + HULLS] = frame[next++]
      if (flags & PRESS) held[at + PRESSES] = frame[next++]
    }
  }

  ship(slot: number): SeenShip | undefined {
    const at = slot * COLUMNS
    const held = this.#held
    if (at >= held.length) return undefined
    return {
      x: held[at + X] * STEP.x,
      y: held[at + Y] * STEP.y,
      vx: held[at + VX] * STEP.vx,
      vy: held[at + VY] * STEP.vy,
      heading: held[at + HEADING] * STEP.heading,
      hull: held[at + HULLS],
      press: held[at + PRESSES],
    }
  }
}
