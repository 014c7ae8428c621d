import fc from 'fast-check'
import * as standard from 'socket.io-parser'
import { PacketType } from 'socket.io-parser'
import { describe, expect, it } from 'vitest'
import { TickwireError } from '../schema/errors.ts'
import { MAX_FRAME_BYTES } from './kinds.ts'
import { Decoder, Encoder, FRAME_EVENT, parser } from './parser.ts'

type Message = string | ArrayBuffer | ArrayBufferView

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const frame = (data: Uint8Array): standard.Packet => ({ type: PacketType.EVENT, nsp: '/', data: [FRAME_EVENT, data] })
const encode = (packet: standard.Packet): Message[] => new Encoder().encode(structuredClone(packet))

/** What a decoder gives for a message: its packets, or the message of what it threw. */
function feed(decoder: standard.Decoder, messages: Message[]): unknown[] {
  const seen: unknown[] = []
  const listen = (packet: standard.Packet): number => seen.push(packet)
  decoder.on('decoded', listen)
  for (const message of messages) {
    try {
      decoder.add(message)
    } catch (error) {
      seen.push((error as Error).message)
      break
    }
  }
  decoder.off('decoded', listen)
  return seen
}
const decode = (...messages: Message[]): unknown[] => feed(new Decoder(), messages)

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof TickwireError) return error.code
  }
  return 'no TickwireError'
}

// Anything that an application may emit, with binary anywhere in it.
const binary = fc.uint8Array({ maxLength: 6 })
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    binary,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('any'), { maxKeys: 3 })
  ),
})).any
const namespace = fc.constantFrom('/', '/chat', '/5-2', '/52-', '/game-7/2-1', '/6')
const name = fc.oneof(fc.constantFrom('move', '5-', 'tickwire:ask', FRAME_EVENT), fc.string())
const id = fc.option(fc.nat(), { nil: undefined })
const ordinary: fc.Arbitrary<standard.Packet> = fc
  .oneof(
    fc.record({
      type: fc.constant(PacketType.EVENT),
      nsp: namespace,
      id,
      data: fc.tuple(name, fc.array(value, { maxLength: 3 })).map(([event, args]) => [event, ...args]),
    }),
    fc.record({ type: fc.constant(PacketType.ACK), nsp: namespace, id: fc.nat(), data: fc.array(value) }),
    fc.record({ type: fc.constant(PacketType.CONNECT), nsp: namespace, data: fc.constant({ token: '5-1' }) }),
    fc.record({ type: fc.constant(PacketType.DISCONNECT), nsp: namespace }),
    fc.record({ type: fc.constant(PacketType.CONNECT_ERROR), nsp: namespace, data: fc.constant({ message: 'no' }) })
  )
  .filter(({ type, nsp, id, data }: standard.Packet) => {
    const hot = type === PacketType.EVENT && nsp === '/' && id === undefined && data[0] === FRAME_EVENT
    return !(hot && data.length === 2 && data[1] instanceof Uint8Array)
  })

describe('P1: ordinary packets are standard Socket.IO, byte for byte', () => {
  it('encodes each as the standard encoder does', () => {
    fc.assert(
      fc.property(ordinary, (packet) => {
        expect(encode(packet)).toEqual(new standard.Encoder().encode(structuredClone(packet)))
      })
    )
  })

  it('has the bytes that the protocol page gives', () => {
    const event = PacketType.EVENT
    expect(encode({ type: PacketType.CONNECT, nsp: '/' })).toEqual(['0'])
    expect(encode({ type: PacketType.CONNECT, nsp: '/admin', data: { token: '123' } })).toEqual([
      '0/admin,{"token":"123"}',
    ])
    expect(encode({ type: PacketType.DISCONNECT, nsp: '/admin' })).toEqual(['1/admin,'])
    expect(encode({ type: event, nsp: '/', data: ['foo'] })).toEqual(['2["foo"]'])
    expect(encode({ type: event, nsp: '/admin', id: 12, data: ['foo'] })).toEqual(['2/admin,12["foo"]'])
    expect(encode({ type: PacketType.ACK, nsp: '/admin', id: 13, data: ['bar'] })).toEqual(['3/admin,13["bar"]'])
    const baz = [{ _placeholder: true, num: 0 }]
    expect(encode({ type: event, nsp: '/', data: ['baz', bytes(1, 2)] })).toEqual([
      `51-${JSON.stringify(['baz', ...baz])}`,
      bytes(1, 2),
    ])
    expect(encode({ type: PacketType.ACK, nsp: '/admin', id: 15, data: [bytes(3)] })).toEqual([
      `61-/admin,15${JSON.stringify(baz)}`,
      bytes(3),
    ])
  })

  it('decodes each, alone or after others, to what the standard decoder does', () => {
    fc.assert(
      fc.property(fc.array(ordinary, { maxLength: 5 }), (packets) => {
        const messages = packets.flatMap(encode)
        expect(feed(new Decoder(), messages)).toEqual(feed(new standard.Decoder(), messages))
      })
    )
  })

  it('differs from the standard decoder, over any messages at all, in nothing but frames', () => {
    const header = fc
      .tuple(
        fc.constantFrom('5', '6'),
        fc.constantFrom('0', '1', '2', '10', '11', '01', '1e0', ' 1', '1.5', '-1', '', 'x'),
        fc.constantFrom('-', '--', '', '-/5-9,', '-/a-1,7'),
        fc.constantFrom('["a",{"_placeholder":true,"num":0}]', '["a",{"_placeholder":true,"num":9}]', '["a"]', '[', '')
      )
      .map((parts) => parts.join(''))
    const text = fc.oneof(header, fc.constantFrom('2["a"]', '3/5-1,7[1]', '0', '1', '2["connect"]', '9'), fc.string())
    fc.assert(
      fc.property(fc.array(fc.oneof(text, binary, binary), { maxLength: 8 }), (messages) => {
        const ours = new Decoder()
        const theirs = new standard.Decoder()
        for (const message of messages) {
          const [got] = feed(ours, [message])
          const [expected] = feed(theirs, [message])
          const isFrame = expected === 'got binary data when not reconstructing a packet'
          expect(got).toEqual(isFrame ? frame(message as Uint8Array) : expected)
          if (typeof expected === 'string' && !isFrame) return
        }
      }),
      { numRuns: 1000 }
    )
  })

  it('passes socket.io-parser its options', () => {
    const revive = (_key: string, found: unknown): unknown => (found === 1 ? 'one' : found)
    expect(feed(new Decoder({ reviver: revive }), ['2["a",1]'])).toMatchObject([{ data: ['a', 'one'] }])
    expect(feed(new Decoder({ maxAttachments: 1 }), ['52-["a"]'])).toEqual(['too many attachments'])
    expect(parser).toEqual({ Encoder, Decoder })
  })
})

describe('P2: a binary message that arrives while no attachment is owed is a hot frame', () => {
  it('becomes an event of the main namespace', () => {
    expect(decode(bytes(7, 1, 2))).toEqual([frame(bytes(7, 1, 2))])
  })

  it('is delivered whatever it holds, even nothing: reading it is not the work of this layer', () => {
    expect(decode(bytes(), bytes(255))).toEqual([frame(bytes()), frame(bytes(255))])
  })

  it('is a plain Uint8Array over the same memory, whatever the transport delivered', () => {
    const memory = bytes(9, 9, 1, 2, 3, 4, 9, 9).buffer as ArrayBuffer
    const deliveries = {
      view: new Uint8Array(memory, 2, 4),
      dataView: new DataView(memory, 2, 4),
      words: new Uint16Array(memory, 2, 2),
      buffer: Buffer.from(memory, 2, 4),
    }
    for (const delivery of Object.values(deliveries)) {
      const [{ data }] = decode(delivery) as standard.Packet[]
      expect(data[1].constructor).toBe(Uint8Array)
      expect(data[1].buffer).toBe(memory)
      expect([...data[1]]).toEqual([1, 2, 3, 4])
    }
    const [{ data }] = decode(memory) as standard.Packet[]
    expect(data[1]).toEqual(new Uint8Array(memory))
    expect(data[1].buffer).toBe(memory)
  })

  it('leaves a Blob to the standard decoder, which refuses it', () => {
    expect(feed(new Decoder(), [new Blob(['x']) as unknown as ArrayBuffer])).toEqual([
      'got binary data when not reconstructing a packet',
    ])
  })
})

describe('P3: a binary packet owes as many attachments as its header says, and they are not frames', () => {
  const owing = (header: string, count: number): [string, ...Uint8Array[]] => {
    const places = Array.from({ length: count }, (_, num) => ({ _placeholder: true, num }))
    const attached = Array.from({ length: count }, (_, i) => bytes(i))
    return [header + JSON.stringify(header.startsWith('5') ? ['e', ...places] : places), ...attached]
  }

  it.each([
    ['an event', '51-', 1],
    ['an event with two', '52-', 2],
    ['an event with ten', '510-', 10],
    ['a count as socket.io-parser also takes it', '51e1-', 10],
    ['a count in hexadecimal, which it takes too', '50x2-', 2],
    ['an acknowledgement', '61-4', 1],
    ['an acknowledgement with three', '63-12', 3],
    ['a namespace of digits', '52-/9,', 2],
    ['a namespace of digits and dashes', '52-/5-3-1,', 2],
    ['a namespace, an id', '62-/8-1/6-,77', 2],
  ])('%s', (_title, header, count) => {
    const seen = decode(bytes(1), ...owing(header, count), bytes(2), ...owing(header, count), bytes(3))
    expect(seen).toHaveLength(5)
    expect([seen[0], seen[2], seen[4]]).toEqual([frame(bytes(1)), frame(bytes(2)), frame(bytes(3))])
    const data = (seen[1] as standard.Packet).data.filter((item: unknown) => item !== 'e')
    expect(data).toEqual(Array.from({ length: count }, (_, i) => bytes(i)))
    expect(seen[3]).toEqual(seen[1])
  })

  it('counts by the header, not by the placeholders', () => {
    expect(decode('52-["e"]', bytes(1), bytes(2), bytes(3))).toEqual([
      { type: PacketType.EVENT, nsp: '/', data: ['e'] },
      frame(bytes(3)),
    ])
  })

  it('owes nothing for a text that only looks like a header', () => {
    const seen = decode('2["51-"]', bytes(1), '2/51-,["e"]', bytes(2), '35["51-"]', bytes(3))
    expect(seen.filter((_, i) => i % 2 === 1)).toEqual([frame(bytes(1)), frame(bytes(2)), frame(bytes(3))])
  })

  it('forgets what is owed when its connection ends', () => {
    const decoder = new Decoder()
    expect(feed(decoder, ['52-["e"]', bytes(1)])).toEqual([])
    decoder.destroy()
    expect(feed(decoder, [bytes(2), '2["e"]'])).toEqual([
      frame(bytes(2)),
      { type: PacketType.EVENT, nsp: '/', data: ['e'] },
    ])
  })
})

describe('P4: what breaks the protocol is refused', () => {
  it.each<[string, string, ...Message[]]>([
    ['no attachment announced', 'Illegal attachments', '50-["e"]'],
    ['none announced by an acknowledgement', 'Illegal attachments', '60-1[]'],
    ['an announcement without a number', 'Illegal attachments', '5["e"]'],
    ['more than ten attachments', 'too many attachments', '511-["e"]'],
    ['more than ten in an acknowledgement', 'too many attachments', '611-1[]'],
    ['a text while an attachment is owed', 'got plaintext data when reconstructing a packet', '51-["e"]', '2["f"]'],
    ['a placeholder for no attachment', 'illegal attachments', '51-["e",{"_placeholder":true,"num":1}]', bytes(1)],
    ['an unknown type', 'unknown packet type 7', '7'],
    ['an event that is not a list', 'invalid payload', '2{}'],
    ['a reserved event name', 'invalid payload', '2["disconnect"]'],
  ])('%s', (_title, refusal, ...messages) => {
    expect(decode(bytes(1), ...messages)).toEqual([frame(bytes(1)), refusal])
  })

  it('a listener that throws leaves the count as it was', () => {
    const decoder = new Decoder()
    decoder.once('decoded', () => {
      throw new Error('from a listener')
    })
    expect(feed(decoder, ['51-["e"]', bytes(1)]).at(-1)).toBe('from a listener')
    expect(feed(decoder, [bytes(2)])).toEqual([frame(bytes(2))])
  })
})

describe('P5: a frame is sent as one binary message', () => {
  it('whose bytes are those given, uncopied', () => {
    const data = bytes(1, 2, 3)
    for (const given of [data, Buffer.from(data), data.buffer as ArrayBuffer, new DataView(data.buffer)]) {
      const messages = new Encoder().encode({ type: PacketType.EVENT, nsp: '/', data: [FRAME_EVENT, given] })
      expect(messages).toHaveLength(1)
      expect(messages[0]).toBe(given)
    }
  })

  it.each<[string, Partial<standard.Packet>]>([
    ['in another namespace', { nsp: '/chat' }],
    ['with an acknowledgement', { id: 0 }],
    ['with two arguments', { data: [FRAME_EVENT, bytes(1), 2] }],
    ['with no argument', { data: [FRAME_EVENT] }],
    ['with something else than bytes', { data: [FRAME_EVENT, [1]] }],
    ['under another name', { data: ['tickwire:ask', bytes(1)] }],
    ['as an answer', { type: PacketType.ACK, id: 1 }],
  ])('but %s the packet is an ordinary one', (_title, change) => {
    const packet = { ...frame(bytes(1)), ...change }
    const messages = encode(packet)
    expect(typeof messages[0]).toBe('string')
    expect(messages).toEqual(new standard.Encoder().encode(structuredClone(packet)))
  })
})

describe('P6: frames and ordinary packets arrive in the order in which they were written', () => {
  it('whatever the order is', () => {
    const hot = binary.map(frame)
    fc.assert(
      fc.property(fc.array(fc.oneof(hot, ordinary), { maxLength: 12 }), (packets) => {
        const alone = packets.map((packet) => feed(new Decoder(), encode(packet))[0])
        fc.pre(alone.every((seen) => typeof seen === 'object'))
        expect(decode(...packets.flatMap(encode))).toEqual(alone)
      })
    )
  })
})

describe('P6: who takes frames by itself', () => {
  it('gets every one of them, in order, and nothing else', () => {
    const decoder = new Decoder()
    const taken: Uint8Array[] = []
    decoder.onFrame = (frame) => taken.push(frame)
    const packets = feed(decoder, [bytes(1), '51-["e",{"_placeholder":true,"num":0}]', bytes(2), Buffer.from(bytes(3))])
    expect(taken).toEqual([bytes(1), bytes(3)])
    expect(packets).toEqual([{ type: PacketType.EVENT, nsp: '/', data: ['e', bytes(2)] }])
    decoder.onFrame = undefined
    expect(feed(decoder, [bytes(4)])).toEqual([frame(bytes(4))])
  })
})

describe('P7: a frame has at most 1 MiB', () => {
  it('to send and to receive', () => {
    const largest = new Uint8Array(MAX_FRAME_BYTES)
    expect(MAX_FRAME_BYTES).toBe(1_048_576)
    expect(decode(largest)).toHaveLength(1)
    expect(new Encoder().encode(frame(largest))).toHaveLength(1)
  })

  it('and a larger one is refused by a code, with what was found and what is allowed', () => {
    const larger = new Uint8Array(MAX_FRAME_BYTES + 1)
    expect(codeOf(() => new Decoder().add(larger))).toBe('ERR_FRAME_SIZE')
    expect(codeOf(() => new Encoder().encode(frame(larger)))).toBe('ERR_FRAME_SIZE')
    expect(decode(larger)).toEqual(['a frame has 1048577 bytes; at most 1048576 are allowed (ERR_FRAME_SIZE)'])
  })

  it('while an attachment of an ordinary packet is bounded by the transport alone', () => {
    const attachment = new Uint8Array(MAX_FRAME_BYTES + 1)
    expect(decode('51-["e",{"_placeholder":true,"num":0}]', attachment)).toHaveLength(1)
  })
})

describe('P8: the name of a frame proves nothing', () => {
  it.each<[string, unknown[], ...Message[]]>([
    ['nothing', [], '2["tickwire:frame"]'],
    ['junk', ['a', { b: 1 }, null], '2["tickwire:frame","a",{"b":1},null]'],
    ['an attachment', [bytes(1)], '51-["tickwire:frame",{"_placeholder":true,"num":0}]', bytes(1)],
  ])(
    'a peer can send it as an ordinary event with %s, which reaches the same listeners',
    (_title, args, ...messages) => {
      expect(decode(...messages)).toEqual([{ type: PacketType.EVENT, nsp: '/', data: [FRAME_EVENT, ...args] }])
    }
  )
})
