// What comes as a file or in pieces: priors, recordings, and the Socket.IO layer's messages.

import { PacketType } from 'socket.io-parser'
import { planOf } from '../../src/schema/game.ts'
import { Decoder, Encoder, FRAME_EVENT } from '../../src/wire/parser.ts'
import { Prior } from '../../src/wire/prior.ts'
import { packPrior } from '../../src/wire/prior-packing.ts'
import { RecordingWriter, readRecording } from '../../src/wire/recording.ts'
import { trainPrior } from '../../src/wire/training.ts'
import { checkWithin, inner, outer } from '../worlds.ts'
import { type Chance, type DrawnGame, drawPlay } from './plays.ts'
import { bounded, type Target, typed } from './target.ts'

/** A prior builds tables of a few kilobytes for each byte that says how: at most this. */
const PRIOR_BYTES = 8192

export function priors(chance: Chance, drawn: DrawnGame): Target {
  const { game } = drawn
  const frames = [1, 2, 3].map((epoch) =>
    packPrior(trainPrior(game, drawPlay(chance, drawn).snapshots.map(outer), epoch))
  )
  return bounded(
    {
      about: drawn.about,
      frames,
      refuses: typed('ERR_FRAME_INVALID', 'ERR_FRAME_TRUNCATED', 'ERR_SCHEMA_MISMATCH', 'ERR_PROTOCOL_VERSION'),
      reader: () => (frame) => {
        const prior = Prior.unpack(game, frame)
        return { outcome: 'read', check: () => void Prior.unpack(game, packPrior(prior)) }
      },
      check: () => {},
    },
    PRIOR_BYTES
  )
}

export function recordings(chance: Chance, drawn: DrawnGame): Target {
  const { game } = drawn
  const frames = [0, 1].map(() => {
    const writer = new RecordingWriter(game)
    return Uint8Array.from(drawPlay(chance, drawn).snapshots.flatMap((snapshot) => [...writer.add(outer(snapshot))]))
  })
  const columns = Math.max(...planOf(game).tables.map(({ layout }) => layout.columns.length))
  return bounded(
    {
      about: drawn.about,
      frames,
      refuses: typed(
        'ERR_FRAME_INVALID',
        'ERR_FRAME_TRUNCATED',
        'ERR_FRAME_KIND',
        'ERR_FRAME_SIZE',
        'ERR_FRAME_BASELINE',
        'ERR_SCHEMA_MISMATCH',
        'ERR_PROTOCOL_VERSION'
      ),
      reader: () => (frame) => {
        const snapshots = [...readRecording(game, frame)].map(inner)
        return { outcome: `read`, check: () => snapshots.forEach(checkWithin) }
      },
      check: () => {},
    },
    8 * 8 * (128 + 12 * columns)
  )
}

// What socket.io-parser throws for a message that breaks its protocol; Socket.IO closes the connection then.
const ILLEGAL =
  /^(Illegal|illegal|Unknown type|unknown packet type|invalid payload|got plaintext data|got binary data|too many attachments)/
/** Between messages of one connection. One that starts with B_MARK is binary. */
const SEPARATOR = 0x1e
const B_MARK = 0x62

/** Messages of one connection, one after the other, by the Socket.IO layer. */
export function packets(chance: Chance): Target {
  const encoder = new Encoder()
  const event = (type: PacketType, data: unknown[], id?: number) => encoder.encode({ type, nsp: '/', data, id })
  const frame = Uint8Array.from({ length: 12 }, () => chance.below(30))
  const nsp = chance.pick(['/admin', '/'])
  const frames = [
    joined(encoder.encode({ type: PacketType.CONNECT, nsp, data: { token: 'x' } })),
    joined([
      ...event(PacketType.EVENT, ['chat', { text: 'hi', n: [1, 2] }]),
      ...event(PacketType.EVENT, [FRAME_EVENT, frame]),
    ]),
    joined([...event(PacketType.EVENT, ['file', frame, frame], 12), ...event(PacketType.EVENT, [FRAME_EVENT, frame])]),
    joined(event(PacketType.ACK, [frame], chance.below(99))),
    joined(encoder.encode({ type: PacketType.CONNECT_ERROR, nsp: '/', data: { message: 'no' } })),
    joined(encoder.encode({ type: PacketType.DISCONNECT, nsp: '/', data: undefined })),
  ]
  return bounded({
    about: 'packets',
    frames,
    refuses: ({ message, name }) => name === 'TickwireError' || ILLEGAL.test(message),
    reader: () => (bytes) => {
      const decoder = new Decoder()
      let got = 0
      decoder.on('decoded', () => got++)
      try {
        for (const message of parts(bytes)) decoder.add(message)
      } finally {
        decoder.destroy()
      }
      return { outcome: `read ${Math.min(got, 3)}`, check: () => {} }
    },
    check: () => {},
  })
}

function joined(messages: readonly (string | ArrayBuffer | ArrayBufferView)[]): Uint8Array {
  const bytesOf = (message: (typeof messages)[number]) =>
    typeof message === 'string' ? Buffer.from(message) : [B_MARK, ...new Uint8Array(message as ArrayBuffer)]
  return Uint8Array.from(messages.flatMap((one, at) => (at === 0 ? [...bytesOf(one)] : [SEPARATOR, ...bytesOf(one)])))
}

function* parts(bytes: Uint8Array): Generator<string | Uint8Array> {
  for (let at = 0; at <= bytes.length; ) {
    const found = bytes.indexOf(SEPARATOR, at)
    const end = found < 0 ? bytes.length : found
    const part = bytes.subarray(at, end)
    yield part[0] === B_MARK ? part.subarray(1) : Buffer.from(part).toString()
    at = end + 1
  }
}
