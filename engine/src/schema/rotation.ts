// Unit quaternions as whole numbers: the largest component is left out (its sign made positive) and the other three are
// rounded to steps within +-1/sqrt(2). Source: "smallest three", Glenn Fiedler, "Snapshot Compression". His steps, moved by
// half a one, so that 0 is a step, and what does not turn about an axis says so exactly.
// Only + - * / and square root, which every engine computes alike to the bit.

const components = new Float64Array(4)

/**
 * Writes [left out, a, b, c] to `out`. `max` is the largest step, 2^bits - 1. A zero quaternion counts as identity.
 * What fromSmallestThree() made comes back as it was, also where rounding left two components about equal and the other
 * one is larger now: a rotation that nobody touches must not change.
 */
export function toSmallestThree(x: number, y: number, z: number, w: number, max: number, out: Int32Array): void {
  const length = Math.sqrt(x * x + y * y + z * z + w * w)
  if (length === 0) return dropComponent(0, 0, 0, 1, 3, max, out)
  let largest = 3
  let most = Math.abs(w)
  for (let i = 0; i < 3; i++) {
    const size = Math.abs(i === 0 ? x : i === 1 ? y : z)
    if (size <= most) continue
    largest = i
    most = size
  }
  for (let i = 0; i < 4; i++) if (isExact(x, y, z, w, (largest + i) % 4, max, out)) return
  dropComponent(x / length, y / length, z / length, w / length, largest, max, out)
}

/** The same with the component to leave out given: it need not be the largest, then the others are clamped. */
export function dropComponent(
  x: number,
  y: number,
  z: number,
  w: number,
  largest: number,
  max: number,
  out: Int32Array
): void {
  const q = largest === 0 ? x : largest === 1 ? y : largest === 2 ? z : w
  const scale = (q < 0 ? -1 : 1) / stepSize(max)
  out[0] = largest
  out[1] = step((largest === 0 ? y : x) * scale, max)
  out[2] = step((largest <= 1 ? z : y) * scale, max)
  out[3] = step((largest <= 2 ? w : z) * scale, max)
}

/** False where the three squares sum to more than 1, by more than rounding does: no rotation has these. */
export function isRotation(a: number, b: number, c: number, max: number): boolean {
  const scale = stepSize(max)
  const zero = zeroStep(max)
  const i = (a - zero) * scale
  const j = (b - zero) * scale
  const k = (c - zero) * scale
  return i * i + j * j + k * k <= 1 + scale
}

/** Writes x, y, z, w to `out`. */
export function fromSmallestThree(
  largest: number,
  a: number,
  b: number,
  c: number,
  max: number,
  out: Float64Array
): void {
  const scale = stepSize(max)
  const zero = zeroStep(max)
  const i = (a - zero) * scale
  const j = (b - zero) * scale
  const k = (c - zero) * scale
  const rest = Math.sqrt(Math.max(0, 1 - i * i - j * j - k * k))
  out[0] = largest === 0 ? rest : i
  out[1] = largest === 1 ? rest : largest === 0 ? i : j
  out[2] = largest === 2 ? rest : largest === 3 ? k : j
  out[3] = largest === 3 ? rest : k
}

/** True if the rotation is the very one that leaving out that component gives back; a unit quaternion leaves one. */
function isExact(x: number, y: number, z: number, w: number, largest: number, max: number, out: Int32Array): boolean {
  dropComponent(x, y, z, w, largest, max, out)
  if ((out[1] - zeroStep(max)) * stepSize(max) !== (largest === 0 ? y : x)) return false
  fromSmallestThree(out[0], out[1], out[2], out[3], max, components)
  const same = components[0] === x && components[1] === y && components[2] === z && components[3] === w
  return same && components[largest] > 0
}

/** The size of a step: 2^bits of them from end to end. */
export function stepSize(max: number): number {
  return Math.SQRT2 / max
}

/** The step that stands for 0. */
export function zeroStep(max: number): number {
  return (max + 1) / 2
}

function step(scaled: number, max: number): number {
  const q = Math.round(scaled + zeroStep(max))
  return q < 0 ? 0 : q > max ? max : q
}
