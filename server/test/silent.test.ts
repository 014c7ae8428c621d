// A reader that answers nothing, over real sockets: it is let go, and its TCP connection with it.

import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { command, defineGame, entity, int } from '@tickwire/engine'
import { PROTOCOL_VERSION } from '@tickwire/engine/wire'
import { createServer } from '@tickwire/server'
import { expect, test } from 'vitest'
import { packAsk } from '../../engine/src/wire/messages.ts'
import { cleanups, RawClient } from './clients.ts'

const game = defineGame({
  name: 'silent',
  tickRate: 30,
  entities: { dot: entity({ x: int(0, 1000) }) },
  command: command({ go: int(-1, 1) }),
})

test.each([
  ['reads all that comes', false],
  ['reads nothing', true],
])('who acknowledges nothing and %s is let go, and its connection is closed soon after', async (_, isDeaf) => {
  const http = createHttpServer()
  const server = createServer({ http, warn: () => {} })
  cleanups.push(() => http.close())
  cleanups.push(() => server.close())
  server.host(game, { silentSeconds: 1, emptySeconds: 100 })
  http.listen(0)
  await server.listen()
  const match = server.open(game)
  const client = await RawClient.connect((http.address() as AddressInfo).port)
  const { name, hash } = game
  const ask = packAsk({
    ask: 'join',
    version: PROTOCOL_VERSION,
    game: name,
    schema: hash,
    match: match.id,
    name: 'ada',
  })
  client.send('451-0["tickwire:ask",{"_placeholder":true,"num":0}]')
  client.send(ask)
  const { socket } = client
  while (match.players.size === 0) await once(socket, 'data')
  if (isDeaf) socket.pause()
  else socket.resume()
  const closed = isDeaf ? undefined : once(socket, 'close')
  let most = 0
  const count = () => new Promise<number>((resolve) => http.getConnections((_error, n) => resolve(n)))
  while ((await count()) > 0) {
    most = Math.max(most, match.players.size)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  expect(most).toBe(1)
  expect(match.players.size).toBe(0)
})
