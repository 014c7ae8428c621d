import { describe, expect, test } from 'vitest'
import { FIELDS, parse, play, type Recording, readRecording } from './cubes.ts'

/** Packs records, [cube][frame] of eight numbers each, as data/README.md says. */
function pack(cubes: readonly (readonly (readonly number[])[])[]): Int16Array {
  return Int16Array.from(
    FIELDS.flatMap((_, field) =>
      cubes.flatMap((frames) => frames.map((record, t) => record[field] - (t === 0 ? 0 : frames[t - 1][field])))
    )
  )
}
const still = [3, 256, 256, 256, 0, 0, 102, 0]
const fallen = [2, 300, 10, 256, -512, 700, 102, 1]

describe('a recording', () => {
  test('is found to have the cubes and frames that it has', () => {
    const cubes = [
      [still, still, [3, 257, 256, 0, 5, -5, 100, 1], fallen, fallen, still],
      [fallen, still, still, still, still, still],
      [still, still, still, fallen, still, [0, 511, 0, 256, 32767, -32768, 0, 0]],
      [still, still, still, still, still, still],
    ]
    const recording = parse(pack(cubes))
    expect(recording).toMatchObject({ cubes: 4, frames: 6 })
    const read = cubes.map((_, cube) =>
      Array.from({ length: 6 }, (_, t) => FIELDS.map((_, field) => recording.values[(field * 4 + cube) * 6 + t]))
    )
    expect(read).toEqual(cubes)
  })

  test('is refused where no counts make records of it', () => {
    expect(() => parse(Int16Array.of(4, 0, 0, 0, 0, 0, 0, 0))).toThrow('8 numbers: no count of cubes and frames')
    expect(() => parse(new Int16Array(7))).toThrow('7 numbers')
  })

  test.each(['fast', 'slow'])('%s is 901 cubes in 2,837 frames', (name) => {
    const { cubes, frames, values } = readRecording(new URL(`../data/cubes-${name}.i16.br`, import.meta.url))
    expect([cubes, frames]).toEqual([901, 2837])
    const first = FIELDS.map((_, field) => values[field * cubes * frames])
    expect(first).toEqual([3, 256, 256, 256, 0, 0, 5117, 1])
  })
})

test('played, the rows hold what was recorded', () => {
  const recording: Recording = parse(pack([[still, fallen, still]]))
  const { snapshots, records } = play(recording)
  expect(records).toBe(3)
  expect(snapshots.map(({ tick }) => tick)).toEqual([1, 2, 3])
  const rows = snapshots.map(({ cube }) => [...cube][0])
  expect(rows.map(({ x, y, z, interacting }) => [x, y, z, interacting])).toEqual([
    [0, 0, 102 / 512, false],
    [-1, 700 / 512, 102 / 512, true],
    [0, 0, 102 / 512, false],
  ])
  const { x, y, z, w } = rows[0].turn
  expect([x, y, z, w]).toEqual([0, 0, 0, 1])
  expect(rows[1].turn.x).toBeCloseTo(44 * (Math.SQRT2 / 511), 2)
  expect(rows[1].turn.z).toBeGreaterThan(0.7)
})
