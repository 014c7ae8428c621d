// The cubes: recordings of cubes that a player's cube pushes about, one record a cube and frame, and the game that a
// developer would declare for them. data/README.md says what a record is and how files are packed.

import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { bool, defineGame, entity, quat, ranged } from '@tickwire/engine'
import { type Snapshot, World } from '@tickwire/engine/wire'

export const FIELDS = ['largest', 'a', 'b', 'c', 'x', 'y', 'z', 'interacting'] as const
/** What a record can hold; a position is any int16. */
const BOUNDS: readonly (readonly [number, number])[] = [
  [0, 3],
  [0, 511],
  [0, 511],
  [0, 511],
  [-32768, 32767],
  [-32768, 32767],
  [-32768, 32767],
  [0, 1],
]

export interface Recording {
  readonly cubes: number
  readonly frames: number
  /** Of field `f` (as FIELDS), cube `c`, frame `t`: at `(f * cubes + c) * frames + t`. */
  readonly values: Int16Array
}

/** A `.i16.br` file. @throws Error where no number of cubes and frames makes records of it */
export function readRecording(file: string | URL): Recording {
  const bytes = brotliDecompressSync(readFileSync(file))
  return parse(new Int16Array(Uint8Array.from(bytes).buffer, 0, bytes.length >> 1))
}

/**
 * Differences as records. The number of frames is the largest at which all values lie within their bounds: where two
 * cubes were taken for one, its rotation would go on from where the last one's ended, past 511.
 * @throws Error where there is none
 */
export function parse(differences: Int16Array): Recording {
  const records = differences.length / FIELDS.length
  const values = new Int16Array(differences.length)
  for (let cubes = 1; cubes <= records; cubes++) {
    const frames = records / cubes
    if (Number.isInteger(frames) && sum(differences, frames, values)) return { cubes, frames, values }
  }
  throw new Error(`${differences.length} numbers: no count of cubes and frames makes records of them`)
}

/** False where a value gets out of its bounds. */
function sum(differences: Int16Array, frames: number, values: Int16Array): boolean {
  for (let at = 0; at < differences.length; ) {
    const [least, most] = BOUNDS[Math.floor((at * FIELDS.length) / differences.length)]
    let value = 0
    for (const end = at + frames; at < end; at++) {
      value += differences[at]
      if (value < least || value > most) return false
      values[at] = value
    }
  }
  return true
}

/** Units a position's step. */
const STEP = 1 / 512

/** The cubes as a Tickwire game. */
export const cubes = defineGame({
  name: 'cubes-benchmark',
  tickRate: 60,
  entities: {
    cube: entity({
      turn: quat(9).linear(),
      x: ranged(-64, 64, STEP).linear(),
      y: ranged(-64, 64, STEP).linear(),
      z: ranged(-64, 64, STEP).linear(),
      interacting: bool,
    }),
  },
})

export interface Match {
  readonly snapshots: readonly Snapshot<typeof cubes>[]
  /** How many records were written, those that changed, and how many of their rotations a row rounded to another one. */
  readonly records: number
  readonly normalised: number
}

/** Writes each record into its row, as a game would, and takes the snapshots. @throws Error where a row holds another one */
export function play(recording: Recording, frames: number = recording.frames): Match {
  const world = new World(cubes)
  const rows = Array.from({ length: recording.cubes }, (_, cube) => world.cube.spawn(recordAt(recording, cube, 0)))
  const snapshots: Snapshot<typeof cubes>[] = []
  let records = 0
  let normalised = 0
  for (let frame = 0; frame < frames; frame++) {
    const changed: number[] = []
    for (let cube = 0; cube < rows.length; cube++)
      if (frame === 0 || changes(recording, cube, frame)) changed.push(cube)
    for (const cube of changed) Object.assign(rows[cube], recordAt(recording, cube, frame))
    world.tick += 1
    snapshots.push(world.snapshot())
    for (const cube of changed) {
      const row = rows[cube]
      const record = recordAt(recording, cube, frame)
      if (POSITION.some((name) => row[name] !== record[name]) || row.interacting !== record.interacting)
        throw new Error(`frame ${frame}: cube ${cube} is at ${row.x}, ${row.y}, ${row.z}: not what was recorded`)
      records++
      if (TURN.some((part) => row.turn[part] !== record.turn[part])) normalised++
    }
  }
  return { snapshots, records, normalised }
}
const POSITION = ['x', 'y', 'z'] as const
const TURN = ['x', 'y', 'z', 'w'] as const

function changes({ cubes, frames, values }: Recording, cube: number, frame: number): boolean {
  for (let field = 0; field < FIELDS.length; field++) {
    const at = (field * cubes + cube) * frames + frame
    if (values[at] !== values[at - 1]) return true
  }
  return false
}

function recordAt({ cubes, frames, values }: Recording, cube: number, frame: number) {
  const at = (field: number): number => values[(field * cubes + cube) * frames + frame]
  return {
    turn: rotation(at(0), at(1), at(2), at(3)),
    x: at(4) * STEP,
    y: at(5) * STEP,
    z: at(6) * STEP,
    interacting: at(7) === 1,
  }
}

/** The rotation of a record: 512 steps from end to end of +-1/sqrt(2), 256 for 0, and what is left for the largest. */
function rotation(largest: number, a: number, b: number, c: number): Rotation {
  const others = [a, b, c].map((q) => (q - 256) * (Math.SQRT2 / 511))
  const [i, j, k] = others
  others.splice(largest, 0, Math.sqrt(Math.max(0, 1 - i * i - j * j - k * k)))
  const [x, y, z, w] = others
  return { x, y, z, w }
}
type Rotation = Record<(typeof TURN)[number], number>
