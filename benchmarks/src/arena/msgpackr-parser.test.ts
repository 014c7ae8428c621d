import { expect, test } from 'vitest'
import { Decoder, Encoder, PACKET } from './msgpackr-parser.ts'

test('every kind of packet comes out as it went in', () => {
  const ship = { x: 1, y: 65536, vx: -128, vy: 127, heading: 1023, hull: 100, press: 255 }
  const packets = [
    { type: PACKET.connect, nsp: '/', data: { sid: 'abc' } },
    { type: PACKET.connect, nsp: '/', data: undefined },
    { type: PACKET.event, nsp: '/', data: ['state', 7, [ship, ship]] },
    { type: PACKET.event, nsp: '/game', data: ['join', 'match 0'], id: 0 },
    { type: PACKET.ack, nsp: '/', data: [3], id: 0 },
  ]
  const [encoder, decoder] = [new Encoder(), new Decoder()]
  const decoded: unknown[] = []
  decoder.on('decoded', (packet) => decoded.push(packet))
  for (const packet of packets) for (const bytes of encoder.encode(packet)) decoder.add(bytes)
  expect(decoded).toEqual(packets)
})

test('the names of a ship’s fields do not travel', () => {
  const ship = { x: 1, y: 2, vx: 3, vy: 4, heading: 5, hull: 6, press: 7 }
  const [bytes] = new Encoder().encode({ type: PACKET.event, nsp: '/', data: [ship] })
  expect(Buffer.from(bytes).toString()).not.toContain('heading')
})
