// Mistakes that real games make. Each expectation is a test (verify.mjs prints the messages).
import { angle, bool, command, defineGame, entity, int, ranged, ref, text } from '@tickwire/engine'
import type { Row } from '@tickwire/engine'
import type { ClientMatch } from '@tickwire/engine/client'
import { DeltaDecoder, DeltaEncoder, World } from '@tickwire/engine/wire'
import { createServer } from '@tickwire/server'
import type { BotInput, Match, Player } from '@tickwire/server'
import { arena, Ship } from './arena.ts'

declare const m: Match<typeof arena>
declare const p: Player
declare const c: ClientMatch<typeof arena>
const other = defineGame({ name: 'o', tickRate: 30, entities: { tank: entity({ x: int(0, 9) }) } })
const server = createServer({ port: 1 })

// @ts-expect-error  a rate of a text
entity({ x: ranged(0, 1, 0.1).rate('name'), name: text(4) })
// @ts-expect-error  its own rate
entity({ x: ranged(0, 1, 0.1).rate('x') })
// @ts-expect-error  a rate that most viewers don't get
entity({ x: ranged(0, 1, 0.1).rate('vx'), vx: ranged(0, 1, 0.1).only('owner') })
// @ts-expect-error  a row has an id already
entity({ id: int(0, 9) })
// @ts-expect-error  a flag has no rate
entity({ on: bool.rate('x'), x: int(0, 9) })
// @ts-expect-error  a default of the wrong type
entity({ x: int(0, 9).default('1') })
// @ts-expect-error  no such audience
entity({ x: int(0, 9).only('Owner') })
// @ts-expect-error  a number is not a field
entity({ x: 3 })
// @ts-expect-error  bool is a value, not a function
entity({ x: bool() })
// @ts-expect-error  angle's rate is misspelt
entity({ a: angle(9).rate('spinn'), spin: int(0, 9) })
// @ts-expect-error  a table called tick
defineGame({ name: 'g', tickRate: 30, entities: { tick: entity({ x: int(0, 9) }) } })
// @ts-expect-error  a ref to no entity
defineGame({ name: 'g', tickRate: 30, entities: { a: entity({ target: ref('b') }) } })
// @ts-expect-error  move for no entity
defineGame({ name: 'g', tickRate: 30, entities: { ship: Ship }, command: command({ go: bool }), move: { shp(ship) { void ship } } })
// @ts-expect-error  move is synchronous
defineGame({ name: 'g', tickRate: 30, entities: { ship: Ship }, command: command({ go: bool }), move: { async ship(ship) { ship.x = 1 } } })
// @ts-expect-error  move of a field that is not there
defineGame({ name: 'g', tickRate: 30, entities: { ship: Ship }, command: command({ go: bool }), move: { ship(ship) { ship.z = 1 } } })
// @ts-expect-error  move must not change its command
defineGame({ name: 'g', tickRate: 30, entities: { ship: Ship }, command: command({ go: bool }), move: { ship(_s, go) { go.go = true } } })
// @ts-expect-error  an unknown option
defineGame({ name: 'g', tickRate: 30, entities: { ship: Ship }, comand: command({ go: bool }) })
// @ts-expect-error  the tick is synchronous
server.host(arena, { async tick(match) { await match.world.ship } })
// @ts-expect-error  a rule misspelt
server.host(arena, { jion(match) { void match } })
// @ts-expect-error  an answer of the wrong type
server.host(arena, { requests: { say: () => ({ heard: 'two' }) } })
// @ts-expect-error  a request that nobody declared
server.host(arena, { requests: { say: () => ({ heard: 2 }), shout: () => ({}) } })
// @ts-expect-error  an event with a field too few
m.emit('boom', { x: 1 })
// @ts-expect-error  a phase that isn't one
m.world.state.phase = 'playng'
// @ts-expect-error  the past can't be changed
m.rewind(p).ship.get(1)!.hull -= 1
// @ts-expect-error  a snapshot can't be changed
m.world.snapshot().ship.get(1)!.hull = 1
// @ts-expect-error  a snapshot's tick
m.world.snapshot().tick += 1
// @ts-expect-error  a ship is not a shot
m.world.shot.despawn(m.world.ship.get(1)!)
// @ts-expect-error  a drawn ship doesn't fit a function that writes
;((s: Row<typeof Ship>) => void s)(c.view.ship.get(1)!)
// @ts-expect-error  nor does one of the past
;((s: Row<typeof Ship>) => void s)(m.rewind(p).ship.get(1)!)
// @ts-expect-error  another game's snapshot
new DeltaEncoder(arena).encode(new World(other).snapshot())
// @ts-expect-error  another game's baseline
new DeltaDecoder(arena).decode(new Uint8Array(), new World(other).snapshot())
// @ts-expect-error  a request without its text
await c.request('say', {})
// @ts-expect-error  the owner is given at spawn
m.world.ship.get(1)!.owner = 2
// @ts-expect-error  the ammo of a stranger may be missing
c.view.ship.get(1)!.ammo.toFixed()
// @ts-expect-error  a misspelt view event
c.view.ship.on('despwn', () => {})
// @ts-expect-error  the owner is an option of its own, not a value
m.world.ship.spawn({ x: 0, y: 0, vx: 0, vy: 0, heading: 0, hull: 1, ammo: 1, name: '', owner: p })
// @ts-expect-error  a bot's command misspelt
export const bot: BotInput<typeof arena> = () => ({ turn: 0, thurst: true, fire: false })
