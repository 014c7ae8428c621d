// Ways to change a frame.

import type { Chance } from './plays.ts'

type Tampering = (chance: Chance, frame: Uint8Array, other: Uint8Array) => Uint8Array

function noise(chance: Chance, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = chance.below(256)
  return bytes
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Some bits of the first `end` bytes. */
function flip(chance: Chance, frame: Uint8Array, end = frame.length): Uint8Array {
  const changed = frame.slice()
  for (let i = 1 + chance.below(6); i > 0; i--) changed[chance.below(end)] ^= 1 << chance.below(8)
  return changed
}

const TAMPERINGS: readonly Tampering[] = [
  (chance, frame) => flip(chance, frame),
  // Where lengths, ticks and structure stand.
  (chance, frame) => flip(chance, frame, Math.min(frame.length, 16)),
  // Where the states of the entropy coder stand.
  (chance, frame) => flip(chance, frame.slice().reverse(), Math.min(frame.length, 8)).reverse(),
  (chance, frame) => frame.slice(0, chance.below(frame.length)),
  (chance, frame) => join(frame, noise(chance, 1 + chance.below(8))),
  (chance, frame) => join(frame.subarray(0, chance.below(frame.length)), noise(chance, chance.below(40))),
  (chance, frame, other) =>
    join(frame.subarray(0, chance.below(frame.length)), other.subarray(chance.below(other.length))),
  (chance, frame) => {
    const at = chance.below(frame.length)
    return frame.slice().fill(chance.pick([0, 255, 0x55]), at, at + 1 + chance.below(12))
  },
  // A byte more or less.
  (chance, frame) => {
    const at = chance.below(frame.length)
    return join(frame.subarray(0, at), noise(chance, chance.below(2)), frame.subarray(at + chance.below(2)))
  },
  (chance, frame) => join(frame.subarray(0, 1), noise(chance, chance.below(60))),
]

export function tampered(chance: Chance, frames: readonly Uint8Array[]): Uint8Array {
  return chance.pick(TAMPERINGS)(chance, chance.pick(frames), chance.pick(frames))
}
