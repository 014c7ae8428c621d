// What the cubes cost by the method of Fabian Giesen's gaffer_net (github.com/rygorous/gaffer_net, 2015), written by hand
// for these very records: adaptive binary models, chosen by small contexts, that go on learning from the frame that a frame
// is coded against. Counted is what its models say that each bit costs and the four bytes with which its coder ends a
// frame; whole bytes are not rounded up, which favours it.

import { FIELDS, type Recording } from '../cubes.ts'

/** Bytes of each frame against the one `lag` before it; the first six are not counted, as in the challenge. */
export function gafferNetSizes(recording: Recording, lag: number, frames: number = recording.frames): number[] {
  // A frame's models start as those of its baseline: there are as many lines of descent as frames between them.
  const lines = Array.from({ length: lag }, () => new Models(recording.cubes))
  const sizes: number[] = []
  for (let frame = lag; frame < frames; frame++) {
    const models = lines[frame % lag]
    models.bits = 0
    for (let cube = 0; cube < recording.cubes; cube++) models.code(recording, cube, frame, lag)
    if (frame >= FIRST) sizes.push(models.bits / 8 + END_BYTES)
  }
  return sizes
}
const FIRST = 6
const END_BYTES = 4

/** Two estimates of one probability, a quick and a slow one, each within half of the range. */
class Bit {
  #quick = HALF / 2
  #slow = HALF / 2

  /** Bits that `bit` takes; then it is learned. */
  code(bit: boolean): number {
    const one = (this.#quick + this.#slow) / (2 * HALF)
    this.#quick += bit ? (HALF - this.#quick) >> QUICK : -(this.#quick >> QUICK)
    this.#slow += bit ? (HALF - this.#slow) >> SLOW : -(this.#slow >> SLOW)
    return -Math.log2(bit ? one : 1 - one)
  }
}
const HALF = 1 << 14
const QUICK = 3
const SLOW = 7

/** A number of so many bits, from the highest on, each in the context of those before it. */
class Tree {
  readonly #bits: readonly Bit[]
  readonly #width: number

  constructor(width: number) {
    this.#width = width
    this.#bits = Array.from({ length: 1 << width }, () => new Bit())
  }

  code(value: number): number {
    let bits = 0
    let context = 1
    for (let i = this.#width - 1; i >= 0; i--) {
      const bit = (value >> i) & 1
      bits += this.#bits[context].code(bit === 1)
      context = context * 2 + bit
    }
    return bits
  }
}

/** Exponential Golomb: the magnitude by models, the bits below it and the sign as they are. */
class Signed {
  readonly #magnitude = new Tree(5)

  code(value: number): number {
    const magnitude = 31 - Math.clz32(Math.abs(value) + 1)
    return this.#magnitude.code(magnitude) + magnitude + (value === 0 ? 0 : 1)
  }
}

const [LARGEST, A, , , X, , , INTERACTING] = FIELDS.keys()
const POSITION_CONTEXTS = 10
/** What the part that is left out is taken for, in steps, when another one is left out next. */
const LEFT_OUT = 450

class Models {
  bits = 0
  readonly #turned = [new Bit(), new Bit()]
  readonly #largest = Array.from({ length: 16 }, () => new Tree(2))
  readonly #turn = new Signed()
  readonly #flipped = [new Bit(), new Bit()]
  readonly #moved = [new Bit(), new Bit()]
  readonly #velocity = Array.from({ length: POSITION_CONTEXTS }, () => new Signed())
  readonly #interacting = [new Bit(), new Bit()]
  /** Of each cube, at the baseline: whether it changed, and by how much its position did. */
  readonly #changed: Uint8Array
  readonly #velocities: Int32Array
  readonly #now = new Int32Array(FIELDS.length)
  readonly #before = new Int32Array(FIELDS.length)

  constructor(cubes: number) {
    this.#changed = new Uint8Array(cubes)
    this.#velocities = new Int32Array(3 * cubes)
  }

  code({ cubes, frames, values }: Recording, cube: number, frame: number, lag: number): void {
    const now = this.#now
    const before = this.#before
    for (let field = 0; field < FIELDS.length; field++) {
      const at = (field * cubes + cube) * frames + frame
      now[field] = values[at]
      before[field] = values[at - lag]
    }
    const turned = differs(now, before, LARGEST, A + 3)
    const moved = differs(now, before, X, X + 3)
    this.bits += this.#turned[this.#changed[cube]].code(turned)
    if (turned) this.#codeTurn()
    this.bits += this.#moved[Number(turned)].code(moved)
    for (let i = 0; i < 3; i++) {
      const last = this.#velocities[cube * 3 + i]
      const velocity = now[X + i] - before[X + i]
      if (moved) this.bits += this.#velocity[positionContext(last)].code(velocity - last)
      this.#velocities[cube * 3 + i] = velocity
    }
    this.bits += this.#interacting[before[INTERACTING]].code(now[INTERACTING] === 1)
    this.#changed[cube] = Number(turned || moved)
  }

  #codeTurn(): void {
    const now = this.#now
    const before = this.#before
    const largest = now[LARGEST]
    const was = before[LARGEST]
    this.bits += this.#largest[turnContext(before)].code(largest)
    if (largest === was) {
      for (let i = A; i < A + 3; i++) this.bits += this.#turn.code(now[i] - before[i])
      return
    }
    const old = [before[A], before[A + 1], before[A + 2]]
    old.splice(was, 0, LEFT_OUT)
    // A rotation and its opposite are the same: the part that was the largest may come out negative.
    const flipped = now[A + was - Number(was > largest)] < 256
    this.bits += this.#flipped[Number(old[largest] < 256)].code(flipped)
    for (let i = 0; i < 3; i++) {
      const part = old[i + Number(i >= largest)]
      this.bits += this.#turn.code(now[A + i] - (flipped ? 512 - part : part))
    }
  }
}

function differs(a: Int32Array, b: Int32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (a[i] !== b[i]) return true
  return false
}

/** By the part that is left out, and by the next largest where that is near to change places with it. */
function turnContext(record: Int32Array): number {
  let next = 0
  for (let i = 1; i < 3; i++) if (Math.abs(record[A + i] - 256) > Math.abs(record[A + next] - 256)) next = i
  return record[LARGEST] + (Math.abs(record[A + next] - 256) >= 128 ? 4 * (next + 1) : 0)
}

function positionContext(velocity: number): number {
  const speed = Math.abs(velocity)
  return speed < 2 ? 0 : Math.min(POSITION_CONTEXTS - 1, 31 - Math.clz32(speed))
}
