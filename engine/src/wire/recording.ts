// A match as bytes to keep: a head, then its snapshots as chunks, each against the one before. PROTOCOL.md, section T.
// It needs no tables (epoch 0), so that a prior can be trained from it, and holds what the wire carries, owner columns
// included. What was cut off in the middle of a chunk is read up to there.
//   recording = 'TWR' | version | schema hash | chunk*        chunk = length (32 bits) | a state chunk

import { fail } from '../schema/errors.ts'
import { type AnyGame, hex } from '../schema/game.ts'
import type { Snapshot } from '../state/snapshot.ts'
import { MAX_AGE } from './chunk.ts'
import { DeltaDecoder, DeltaEncoder } from './encoder.ts'
import { MAX_FRAME_BYTES, PROTOCOL_VERSION } from './kinds.ts'

const MARK = [0x54, 0x57, 0x52] // 'TWR'
const HEAD_BYTES = 8
const LENGTH_BYTES = 4
/** One chunk in so many is a keyframe. */
const KEYFRAME_INTERVAL = 600

export class RecordingWriter<G extends AnyGame> {
  readonly game: G
  readonly #encoder: DeltaEncoder<G>
  #count = 0
  #last: Snapshot<G> | undefined
  #before: Snapshot<G> | undefined

  constructor(game: G) {
    this.game = game
    this.#encoder = new DeltaEncoder(game)
  }

  /**
   * The bytes to append to the file for this snapshot of the match, later than the one before; of a rule's `tick`,
   * `match.world.snapshot()`.
   * @throws ERR_USAGE for one that is not later; ERR_FRAME_SIZE for a state that is too large to be read again
   */
  add(snapshot: Snapshot<G>): Uint8Array<ArrayBuffer> {
    const last = this.#last
    if (last && snapshot.tick <= last.tick)
      fail('ERR_USAGE', `tick ${snapshot.tick} after ${last.tick}: expected a later one of the same match`)
    const isKey = !last || this.#count % KEYFRAME_INTERVAL === 0 || snapshot.tick - last.tick > MAX_AGE
    const chunk = isKey ? this.#encoder.encode(snapshot) : this.#encoder.encode(snapshot, last, this.#before)
    if (chunk.length > MAX_FRAME_BYTES)
      fail('ERR_FRAME_SIZE', `tick ${snapshot.tick} takes ${chunk.length} bytes: expected at most ${MAX_FRAME_BYTES}`)
    const start = this.#count === 0 ? HEAD_BYTES : 0
    const bytes = new Uint8Array(start + LENGTH_BYTES + chunk.length)
    const view = new DataView(bytes.buffer)
    if (start > 0) {
      bytes.set([...MARK, PROTOCOL_VERSION])
      view.setUint32(MARK.length + 1, this.game.hash, true)
    }
    view.setUint32(start, chunk.length, true)
    bytes.set(chunk, start + LENGTH_BYTES)
    this.#count++
    // Who starts to read at a keyframe knows nothing before it.
    this.#before = isKey ? undefined : last
    this.#last = snapshot
    return bytes
  }
}

/**
 * The snapshots of a recording, in order, each decoded when it is asked for. Where the file ends within a chunk, they end
 * before it.
 * @throws ERR_FRAME_KIND for what is no recording, ERR_PROTOCOL_VERSION and ERR_SCHEMA_MISMATCH for one of another
 * version of Tickwire or of the game, ERR_FRAME_TRUNCATED for one without its head; while reading, ERR_FRAME_SIZE,
 * ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED, ERR_FRAME_KIND and ERR_FRAME_BASELINE for a chunk that is damaged
 */
export function readRecording<G extends AnyGame>(game: G, bytes: Uint8Array): Generator<Snapshot<G>, void, void> {
  const known = bytes.subarray(0, MARK.length)
  if (known.some((byte, i) => byte !== MARK[i])) fail('ERR_FRAME_KIND', 'this is no recording of a match')
  if (bytes.length < HEAD_BYTES) fail('ERR_FRAME_TRUNCATED', `a recording of ${bytes.length} bytes ends in its head`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[MARK.length]
  if (version !== PROTOCOL_VERSION)
    fail('ERR_PROTOCOL_VERSION', `a recording of version ${version}: expected ${PROTOCOL_VERSION}`)
  const hash = view.getUint32(MARK.length + 1, true)
  if (hash !== game.hash)
    fail('ERR_SCHEMA_MISMATCH', `recorded with the schema ${hex(hash)}: '${game.name}' has ${hex(game.hash)} now`)
  return read(game, bytes, view)
}

function* read<G extends AnyGame>(game: G, bytes: Uint8Array, view: DataView): Generator<Snapshot<G>, void, void> {
  const decoder = new DeltaDecoder(game)
  let last: Snapshot<G> | undefined
  let before: Snapshot<G> | undefined
  for (let at = HEAD_BYTES; bytes.length - at >= LENGTH_BYTES; ) {
    const length = view.getUint32(at, true)
    at += LENGTH_BYTES
    if (length > MAX_FRAME_BYTES)
      fail('ERR_FRAME_SIZE', `a chunk of ${length} bytes: expected at most ${MAX_FRAME_BYTES}`)
    if (length > bytes.length - at) return
    const snapshot = decoder.decode(bytes.subarray(at, at + length), last, before)
    at += length
    before = last
    last = snapshot
    yield snapshot
  }
}
