// The floor: `ws` and a loop, nothing else. Each tick: the same simulation, world, snapshot and delta as Tickwire's, and
// one ws.send() a client. Whoever joins while it runs is not its business: all connect before the first tick.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DeltaEncoder, type Snapshot, World } from '@tickwire/engine/wire'
import { type WebSocket, WebSocketServer } from 'ws'
import { Simulation } from '../arena.ts'
import { every } from '../clock.ts'
import type { LatencyGame } from './game.ts'
import type { StartHost } from './transport.ts'

export const startRawHost: StartHost = async (game, players, ended) => {
  const rate = game.tickRate
  const world = new World(game)
  const encoder = new DeltaEncoder(game)
  const simulation = new Simulation(players, 1, 'arena', rate)
  const rows = simulation.ships.map((ship, player) => world.ship.spawn({ ...ship, player }))
  const presses = new Uint8Array(players)
  const clients: WebSocket[] = []
  let sent: Snapshot<LatencyGame> | undefined
  let before: Snapshot<LatencyGame> | undefined
  let stop = () => {}

  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false })
  server.on('connection', (socket) => {
    const player = clients.push(socket) - 1
    socket.send(String(player))
    socket.on('message', (data) => {
      presses[player] = (data as Buffer)[0]
    })
    if (clients.length === players) stop = every(1000 / rate, tick)
  })

  function tick(): void {
    simulation.step()
    for (let slot = 0; slot < rows.length; slot++) {
      Object.assign(rows[slot], simulation.ships[slot])
      rows[slot].press = presses[slot]
    }
    world.tick += 1
    ended(world.tick)
    const snapshot = world.snapshot()
    const frame = encoder.encode(snapshot, sent, before)
    for (const client of clients) client.send(frame)
    before = sent
    sent = snapshot
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      stop()
      for (const client of clients) client.terminate()
      server.close()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
