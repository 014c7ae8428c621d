// Our parser inside Socket.IO's own server and client, over real sockets (PROTOCOL.md, rules P1 to P9): stock clients
// go on working, the conversations of Socket.IO's protocol page hold, and frames and events keep one order.

import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type ServerOptions, type Socket as ServerSocket } from 'socket.io'
import { type Socket as ClientSocket, io as connect } from 'socket.io-client'
import * as stock from 'socket.io-parser'
import { afterEach, describe, expect, it } from 'vitest'
import * as ws from 'ws'
import { MAX_FRAME_BYTES } from '../../engine/src/wire/kinds.ts'
import { FRAME_EVENT, parser } from '../../engine/src/wire/parser.ts'

const PARSERS = { ours: parser, stock }
type Side = keyof typeof PARSERS
type Path = 'websocket' | 'polling' | 'upgrade'
type Listening = { on(event: string, listener: (...args: unknown[]) => void): unknown }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()!()
})

/** The arguments of the next `event`. Call it before what causes the event. */
function next(emitter: object, event: string): Promise<unknown[]> {
  return new Promise((resolve) => (emitter as Listening).on(event, (...args) => resolve(args)))
}

async function serve(side: Side, options: Partial<ServerOptions> = {}): Promise<{ io: Server; url: string }> {
  const http: HttpServer = createServer()
  const io = new Server(http, { parser: PARSERS[side], ...options })
  cleanups.push(() => io.close())
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { io, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

interface Pair {
  io: Server
  url: string
  client: ClientSocket
  socket: ServerSocket
  /** Resolves once the client has left long-polling. */
  upgraded: Promise<unknown>
}

async function pair(client: Side, server: Side, path: Path, options: Partial<ServerOptions> = {}): Promise<Pair> {
  const { io, url } = await serve(server, options)
  const transports = path === 'upgrade' ? ['polling', 'websocket'] : [path]
  const socket = connect(url, { parser: PARSERS[client], transports, forceNew: true, reconnection: false })
  cleanups.push(() => socket.disconnect())
  const upgraded = path === 'upgrade' ? next(socket.io.engine, 'upgrade') : Promise.resolve()
  const [[found]] = await Promise.all([next(io, 'connection'), next(socket, 'connect')])
  return { io, url, client: socket, socket: found as ServerSocket, upgraded }
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const plain = (value: unknown): unknown => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value
}

const sides: [Side, Side, Path][] = (['websocket', 'polling', 'upgrade'] as const).flatMap((path) => [
  ['stock', 'ours', path],
  ['ours', 'stock', path],
  ['ours', 'ours', path],
])

describe.each(sides)(
  'P1: a client with the %s parser at a server with the %s parser, by %s',
  (client, server, path) => {
    it('exchanges events, in order, with and without binary', async () => {
      const { client: player, socket, upgraded } = await pair(client, server, path)
      const echoed: unknown[][] = []
      socket.onAny((event, ...args) => socket.emit(event, ...args))
      const done = next(player, 'done')
      player.onAny((event, ...args) => event !== 'done' && echoed.push([event, ...args.map(plain)]))

      const sent: unknown[][] = [
        ['plain', 1, '2', { 3: [true, null] }],
        ['binary', bytes(1, 2, 3)],
        ['empty binary', bytes()],
        ['5-2', '51-["x"]'],
        ['many', ...Array.from({ length: 10 }, (_, i) => bytes(i))],
        ['größe 🚀', 'ü\u001e\u2028'],
      ]
      for (const [event, ...args] of sent) player.emit(event as string, ...args)
      await upgraded
      for (const [event, ...args] of sent) player.emit(event as string, ...args)
      player.emit('done')
      await done
      expect(echoed).toEqual([...sent, ...sent])
      expect(player.io.engine.transport.name).toBe(path === 'polling' ? 'polling' : 'websocket')
    })

    it('has its events answered, both ways, with and without binary', async () => {
      const { client: player, socket } = await pair(client, server, path)
      for (const side of [player, socket]) {
        ;(side as Listening).on('ask', (...args) => (args.pop() as (...answer: unknown[]) => void)({ got: args }))
      }
      for (const side of [player, socket]) {
        const [text, binary] = await Promise.all([
          side.emitWithAck('ask', 1, 'two'),
          side.emitWithAck('ask', bytes(1, 2), { deep: [bytes(3)] }),
        ])
        expect(text).toEqual({ got: [1, 'two'] })
        expect(plain(binary.got[0])).toEqual(bytes(1, 2))
        expect(plain(binary.got[1].deep[0])).toEqual(bytes(3))
      }
    })

    it('hears what is sent to its rooms, and nothing of others', async () => {
      const { io, client: player, socket } = await pair(client, server, path)
      const heard: unknown[][] = []
      player.onAny((...event) => heard.push(event.map(plain)))
      await socket.join(['red', 'match-5'])
      const end = next(player, 'end')
      io.to('red').emit('to red', 1)
      io.to('blue').emit('to blue', 2)
      io.to('match-5').emit('to match', bytes(3))
      await socket.leave('red')
      io.to('red').emit('to red', 4)
      io.emit('end')
      await end
      expect(heard).toEqual([['to red', 1], ['to match', bytes(3)], ['end']])
    })

    it('speaks in namespaces whose names hold digits and dashes, and is refused others', async () => {
      const { io, client: player } = await pair(client, server, path)
      for (const name of ['/5-2', '/admin', '/6-']) {
        io.of(name).on('connection', (socket) => socket.on('ask', (data, answer) => answer(name, plain(data), data)))
        const inside = player.io.socket(name)
        const answer = await new Promise<unknown[]>((resolve) =>
          inside.emit('ask', bytes(5), (...a: unknown[]) => resolve(a))
        )
        expect(answer.map(plain)).toMatchObject([name, {}, bytes(5)])
        const left = next(inside, 'disconnect')
        io.of(name).disconnectSockets()
        expect((await left)[0]).toBe('io server disconnect')
      }
      const [error] = await next(player.io.socket('/5-3'), 'connect_error')
      expect((error as Error).message).toBe('Invalid namespace')
      expect(player.connected).toBe(true)
    })
  }
)

// What Socket.IO's protocol page, v5, and its conformance suite ask of a server, and our rules, in raw messages.
type Content = string | RegExp | Uint8Array
type Step = ['>', string | Uint8Array] | ['<', Content] | ['closed']
const sid = (path = ''): RegExp => new RegExp(`^40${path}\\{"sid":"[^"]+"\\}$`)
const says = (message: string | Uint8Array, answer: Content): Step[] => [
  ['>', message],
  ['<', answer],
]
const joins: Step[] = [...says('40', sid()), ['<', '42["auth",{}]']]
const joinsCustom: Step[] = [...says('40/custom', sid('/custom,')), ['<', '42/custom,["auth",{}]']]
// Once the answer is there, the main namespace is left.
const leaves: Step[] = [['>', '41'], ...says('42/custom,["message",1]', '42/custom,["message-back",1]')]
const TWO = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'
const exchanges = (header: string, answer: string): Step[] => [
  ['>', header],
  ['>', bytes(1, 2, 3)],
  ['>', bytes(4, 5, 6)],
  ['<', answer],
  ['<', bytes(1, 2, 3)],
  ['<', bytes(4, 5, 6)],
]
const conversations: [string, ...Step[]][] = [
  ['P1: joins the main namespace', ...joins],
  ['P1: joins it with a payload', ...says('40{"token":"123"}', sid()), ['<', '42["auth",{"token":"123"}]']],
  ['P1: joins another namespace', ...joinsCustom],
  [
    'P1: joins another namespace with a payload',
    ...says('40/custom,{"token":"abc"}', sid('/custom,')),
    ['<', '42/custom,["auth",{"token":"abc"}]'],
  ],
  ['P1: is refused an unknown namespace', ...says('40/random', '44/random,{"message":"Invalid namespace"}')],
  ['P1: leaves the main namespace and joins it again', ...joins, ...joinsCustom, ...leaves, ...joins],
  [
    'P1: leaves another namespace and stays in the main one',
    ...joins,
    ...joinsCustom,
    ['>', '41/custom'],
    ...says('42["message","still here"]', '42["message-back","still here"]'),
  ],
  ['P1: text', ...joins, ...says('42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]')],
  ['P1: attachments', ...joins, ...exchanges(`452-["message",${TWO}]`, `452-["message-back",${TWO}]`)],
  ['P1: an answer', ...joins, ...says('42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]')],
  ['P1: an answer with attachments', ...joins, ...exchanges(`452-789["message-with-ack",${TWO}]`, `462-789[${TWO}]`)],
  ['P4: an invalid handshake ends the connection', ['>', '4abc'], ['closed']],
  ['P4: an unknown packet type ends the connection', ...joins, ['>', '4abc'], ['closed']],
  ['P4: a payload that is no list ends the connection', ...joins, ['>', '42{}'], ['closed']],
  ['P4: an invalid id ends the connection', ...joins, ['>', '42abc["message-with-ack",1]'], ['closed']],
  ['P4: an announcement of no attachments ends the connection', ...joins, ['>', '450-["message"]'], ['closed']],
  ['P4: an announcement of eleven ends the connection', ...joins, ['>', '4511-["message"]'], ['closed']],
  [
    'P4: a text in place of an attachment ends the connection',
    ...joins,
    ['>', '451-["message"]'],
    ['>', '42["message"]'],
    ['closed'],
  ],
  ['P5: a frame is the one binary message, each way', ...joins, ...says(bytes(7, 1), bytes(1, 7))],
  [
    'P3: frames and attachments in turn are told apart',
    ...joins,
    ...says(bytes(1, 2), bytes(2, 1)),
    ...exchanges(`452-["message",${TWO}]`, `452-["message-back",${TWO}]`),
    ...says(bytes(3, 4), bytes(4, 3)),
    ...exchanges(`452-789["message-with-ack",${TWO}]`, `462-789[${TWO}]`),
    ...says(bytes(5, 6), bytes(6, 5)),
  ],
  ['P9: a frame before the main namespace is joined ends the connection', ['>', bytes(1)], ['closed']],
  [
    'P9: a frame after it is left ends the connection',
    ...joins,
    ...joinsCustom,
    ...leaves,
    ['>', bytes(1)],
    ['closed'],
  ],
]

describe('raw WebSocket messages at a server with our parser', () => {
  async function play(steps: Step[], options: Partial<ServerOptions> = {}): Promise<void> {
    const { io, url } = await serve('ours', options)
    for (const nsp of ['/', '/custom']) {
      io.of(nsp).on('connection', (socket) => {
        socket.emit('auth', socket.handshake.auth)
        socket.on('message', (...args) => socket.emit('message-back', ...args))
        socket.on('message-with-ack', (...args) => args.pop()(...args))
        socket.on(FRAME_EVENT, (frame: Uint8Array) => socket.emit(FRAME_EVENT, frame.toReversed()))
      })
    }
    const raw = new ws.WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    cleanups.push(() => raw.terminate())
    const inbox: (string | Uint8Array)[] = []
    let wake = (): void => {}
    const put = (item: string | Uint8Array): void => {
      inbox.push(item)
      wake()
    }
    raw.on('message', (data: Buffer, isBinary) => put(isBinary ? new Uint8Array(data) : data.toString()))
    raw.on('close', () => put('closed'))
    const take = async (): Promise<string | Uint8Array> => {
      while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return inbox.shift()!
    }
    expect(await take()).toMatch(/^0\{"sid":/)
    for (const [kind, content] of steps) {
      if (kind === '>') raw.send(content)
      else if (content instanceof RegExp) expect(await take()).toMatch(content)
      else expect(await take()).toEqual(content ?? 'closed')
    }
  }

  it.each(conversations)('%s', async (_title, ...steps) => {
    await play(steps)
  })

  it('P1: who joins no namespace is closed', async () => {
    await play([['closed']], { connectTimeout: 10 })
  })

  it('P1: who gives signs of life when asked for them stays, and who gives none is closed', async () => {
    const beat: Step[] = [
      ['<', '2'],
      ['>', '3'],
    ]
    await play([...beat, ...beat, ...beat], { pingInterval: 10 })
    await play([['<', '2'], ['closed']], { pingInterval: 10, pingTimeout: 10 })
  })
})

describe('raw long-polling at a server with our parser', () => {
  it('P1, P5: carries packets, attachments and frames, these in base64', async () => {
    const { io, url } = await serve('ours')
    io.on('connection', (socket) => {
      socket.onAny((event, ...args) => {
        socket.emit(event, ...args)
      })
    })
    const endpoint = `${url}/socket.io/?EIO=4&transport=polling`
    const open = JSON.parse((await (await fetch(endpoint)).text()).slice(1))
    expect(open).toMatchObject({ upgrades: ['websocket'], maxPayload: 1_000_000 })
    const session = `${endpoint}&sid=${open.sid}`
    const post = async (body: string): Promise<string> => (await fetch(session, { method: 'POST', body })).text()
    // A poll takes what is there, which may be the first packets of an answer alone.
    const poll = async (count: number): Promise<string[]> => {
      const packets: string[] = []
      while (packets.length < count) packets.push(...(await (await fetch(session)).text()).split('\x1e'))
      return packets
    }
    expect(await post('40')).toBe('ok')
    expect(await poll(1)).toMatchObject([expect.stringMatching(sid())])
    const messages = ['bAQID', '451-["e",{"_placeholder":true,"num":0}]', 'bBAU=', 'bBg==', '42["f"]']
    expect(await post(messages.join('\x1e'))).toBe('ok')
    expect(await poll(5)).toEqual(messages)
    const [closing] = await Promise.all([poll(1), post('1')])
    expect(closing).toEqual(['6'])
    expect((await fetch(session)).status).toBe(400)
  })
})

describe.each(['websocket', 'polling', 'upgrade'] as const)('our parser at both sides, by %s', (path) => {
  const COUNT = 40

  /** What every kind of message does to the order, written by `send`, and what has to arrive. */
  function script(send: { emit(...event: [string, ...unknown[]]): unknown }, write: (frame: Uint8Array) => void) {
    const expected: unknown[][] = []
    for (let i = 0; i < COUNT; i++) {
      write(bytes(i, 1))
      send.emit('text', i)
      write(bytes(i, 2))
      write(bytes(i, 3))
      send.emit('binary', bytes(i), bytes(i, i))
      send.emit(FRAME_EVENT, bytes(i, 4))
      send.emit('ask', bytes(i), () => {})
      expected.push([FRAME_EVENT, bytes(i, 1)], ['text', i], [FRAME_EVENT, bytes(i, 2)], [FRAME_EVENT, bytes(i, 3)])
      expected.push(['binary', bytes(i), bytes(i, i)], [FRAME_EVENT, bytes(i, 4)], ['ask', bytes(i)])
    }
    send.emit('end')
    return expected
  }
  const listen = (side: { onAny(listener: (...event: unknown[]) => void): unknown }): unknown[][] => {
    const log: unknown[][] = []
    side.onAny((...event) => {
      if (event[0] !== 'end') log.push(event.filter((item) => typeof item !== 'function').map(plain))
    })
    return log
  }

  it('P6: frames, events and questions of both sides arrive in the order in which they were written', async () => {
    const { client, socket, upgraded } = await pair('ours', 'ours', path)
    const [down, up] = [listen(client), listen(socket)]
    const ends = [next(client, 'end'), next(socket, 'end')]
    const written = script(socket, (frame) => {
      const options = {
        compress: false,
        wsPreEncodedFrame: [bytes(0x82, frame.length), frame].map((b) => Buffer.from(b)),
      }
      socket.conn.write(Buffer.from(frame), options)
    })
    script(client, (frame) => client.io.engine.write(frame))
    await Promise.all([...ends, upgraded])
    expect(down).toEqual(written)
    expect(up).toEqual(written)
  })

  it('P2: a frame arrives as a plain Uint8Array, and over a room too', async () => {
    const { io, client, socket } = await pair('ours', 'ours', path)
    const got = [next(client, FRAME_EVENT), next(socket, FRAME_EVENT)]
    await socket.join('match')
    io.to('match').emit(FRAME_EVENT, bytes(1, 2))
    client.emit(FRAME_EVENT, bytes(1, 2))
    for (const [frame] of await Promise.all(got)) {
      expect((frame as object).constructor).toBe(Uint8Array)
      expect(frame).toEqual(bytes(1, 2))
    }
  })

  it('P7: a frame that is too large ends the connection at its receiver, with the code', async () => {
    const tooLarge = new Uint8Array(MAX_FRAME_BYTES + 1)
    const code = 'ERR_FRAME_SIZE'
    const first = await pair('ours', 'ours', path)
    await first.upgraded
    expect(() => first.socket.emit(FRAME_EVENT, tooLarge)).toThrow(expect.objectContaining({ code }))
    const closed = next(first.client, 'disconnect')
    first.socket.conn.write(Buffer.from(tooLarge))
    expect(await closed).toMatchObject(['parse error', { code }])

    const second = await pair('ours', 'ours', path, { maxHttpBufferSize: 1e7 })
    await second.upgraded
    const [refused, gone] = [next(second.socket, 'error'), next(second.socket, 'disconnect')]
    second.client.io.engine.write(tooLarge)
    expect(await refused).toMatchObject([{ code }])
    await gone
  })
})

describe('stock clients and frames', () => {
  it('P8: a stock client can send the name of a frame, with anything in it, to the listeners of frames', async () => {
    const { client, socket } = await pair('stock', 'ours', 'websocket')
    const log: unknown[][] = []
    socket.on(FRAME_EVENT, (...args) => log.push(args.map(plain)))
    const end = next(socket, 'end')
    client.emit(FRAME_EVENT, 'junk', { a: 1 })
    client.emit(FRAME_EVENT)
    client.emit(FRAME_EVENT, bytes(1, 2))
    client.emit('end')
    await end
    expect(log).toEqual([['junk', { a: 1 }], [], [bytes(1, 2)]])
  })

  it('P9: a stock client that is sent a frame disconnects, so it must not be sent one', async () => {
    const { client, socket } = await pair('stock', 'ours', 'websocket')
    const closed = next(client, 'disconnect')
    socket.emit(FRAME_EVENT, bytes(1))
    expect((await closed)[0]).toBe('parse error')
  })
})
