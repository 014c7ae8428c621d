import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { command, entity, event, request } from './entity.ts'
import { angle, bool, type Field, int, list, oneOf, ranged, ref, text, vec2 } from './field.ts'
import { type AnyGame, defineGame, type GameDefinition, planOf, playerId } from './game.ts'

type Definition = GameDefinition<string, any, any, any, any, any, any>
const make = (change: object = {}): AnyGame =>
  defineGame({
    name: 'g',
    tickRate: 30,
    options: { map: oneOf('open', 'rocks') },
    state: { round: int(0, 255) },
    entities: { ship: entity({ x: ranged(0, 9, 0.5).rate('v'), v: ranged(-1, 1, 0.5) }), shot: entity({ n: text(4) }) },
    command: command({ go: bool }),
    events: { boom: event({ x: int(0, 9) }), said: event({ text: text(9) }) },
    requests: { say: request({ text: text(9) }, { heard: int(0, 9) }) },
    ...change,
  } as Definition) as AnyGame
const ship = (x: Field, options?: object) => ({
  entities: { ship: (entity as (...of: unknown[]) => never)({ x, v: ranged(-1, 1, 0.5) }, options) },
})

describe("a game's hash", () => {
  it('I1 is the same for the same contract, on every machine', () => {
    expect(make().hash).toBe(make().hash)
    expect(make().hash).toBe(688701694)
  })

  it('I1 changes with every change of the contract', () => {
    const x = ranged(0, 9, 0.5)
    const changes: [string, object][] = [
      ['its name', { name: 'h' }],
      ['the tick rate', { tickRate: 60 }],
      ['an option', { options: { map: oneOf('open', 'rocks', 'maze') } }],
      ['the state', { state: { round: int(0, 256) } }],
      ['no state', { state: {} }],
      ['an entity less', { entities: { ship: entity({ x }) } }],
      ['an entity renamed', { entities: { boat: entity({ x }) } }],
      ['entities in another order', { entities: { shot: entity({ n: text(4) }), ship: entity({ x }) } }],
      ['a field', ship(x)],
      ['a bound', ship(ranged(0, 8, 0.5))],
      ['the other bound', ship(ranged(1, 9, 0.5))],
      ['a step', ship(ranged(0, 9, 0.25))],
      ['a kind', ship(int(0, 9))],
      ['bits', ship(angle(4))],
      ['more bits', ship(angle(5))],
      ['names', ship(oneOf('a', 'b'))],
      ['other names', ship(oneOf('a', 'c'))],
      ['text', ship(text(4))],
      ['longer text', ship(text(5))],
      ['a list', ship(list(int(0, 9), 4))],
      ['a list of something else', ship(list(int(0, 8), 4))],
      ['a longer list', ship(list(int(0, 9), 5))],
      ['a vector', ship(vec2(int(0, 9)))],
      ['a vector of something else', ship(vec2(int(0, 8)))],
      ['a ref', ship(ref('ship'))],
      ['a rate', ship(x.rate('v'))],
      ['linear', ship(x.linear())],
      ['for owners', ship(x.only('owner'))],
      ['for the server', ship(x.only('server'))],
      ['a default', ship(x.default(3))],
      ['rows', ship(x, { maxRows: 9 })],
      ['a command', { command: command({ go: bool, stop: bool }) }],
      ['no command', { command: undefined }],
      ['an event', { events: { boom: event({ x: int(0, 8) }), said: event({ text: text(9) }) } }],
      ['an event renamed', { events: { bang: event({ x: int(0, 9) }), said: event({ text: text(9) }) } }],
      ['events in another order', { events: { said: event({ text: text(9) }), boom: event({ x: int(0, 9) }) } }],
      ['a request', { requests: { say: request({ text: text(8) }, { heard: int(0, 9) }) } }],
      ['an answer', { requests: { say: request({ text: text(9) }, { heard: int(0, 8) }) } }],
      ['a request renamed', { requests: { tell: request({ text: text(9) }, { heard: int(0, 9) }) } }],
    ]
    const hashes = new Map([[make().hash, 'none']])
    for (const [what, change] of changes) {
      const { hash } = make(change)
      expect(hashes.get(hash), what).toBeUndefined()
      hashes.set(hash, what)
    }
  })

  it('I1 stays where only this side changes: how far a jump is, who predicts, how it moves', () => {
    const { hash } = make(ship(int(0, 9)))
    expect(make(ship(int(0, 9).snap(3))).hash).toBe(hash)
    expect(make(ship(int(0, 9), { predict: 'owner' })).hash).toBe(hash)
    expect(make(ship(int(0, 9), { predict: 'everyone' })).hash).toBe(hash)
    expect(make({ ...ship(int(0, 9)), move: { ship() {} } }).hash).toBe(hash)
  })
})

it('a row that everybody predicts may have no command, any other has one', () => {
  const x = int(0, 9)
  const Ball = entity({ x }, { predict: 'everyone', maxRows: 4 })
  const made = defineGame({
    name: 'balls',
    tickRate: 30,
    // Written here or before: the same.
    entities: {
      ball: Ball,
      orb: entity({ x }, { predict: 'everyone' }),
      ship: entity({ x }, { predict: 'owner' }),
      rock: entity({ x }),
    },
    command: command({ go: int(0, 1) }),
    move: {
      ball(ball, steer) {
        // @ts-expect-error  it may be nobody's
        ball.x += steer.go
        ball.x += steer?.go ?? 0
      },
      orb(orb, steer) {
        // @ts-expect-error  it may be nobody's
        orb.x += steer.go
      },
      ship(ship, { go }) {
        ship.x += go
      },
      rock(rock, { go }) {
        rock.x += go
      },
    },
  })
  expect(planOf(made).tables.map(({ predict }) => predict)).toEqual(['everyone', 'everyone', 'owner', 'none'])
  // @ts-expect-error  one of three
  const all = () => entity({ x }, { predict: 'all' })
  expect(all).toThrow("predict: 'all'")
})

describe("a game's plan", () => {
  it('numbers tables, events and requests in the order written; the match state is the last table', () => {
    const plan = planOf(make())
    expect(plan.tables.map(({ name, index }) => [name, index])).toEqual([
      ['ship', 0],
      ['shot', 1],
    ])
    expect(plan.state.index).toBe(2)
    expect(plan.eventByName.get('said')?.index).toBe(1)
    expect(plan.requestByName.get('say')?.answer.fields.map(({ name }) => name)).toEqual(['heard'])
  })

  it('S22 sorts columns by who gets them, the owner first, rates before what they move', () => {
    const fields = {
      x: int(0, 9).rate('v'),
      v: int(0, 9),
      ammo: int(0, 9).only('owner'),
      fuse: int(0, 9).only('server'),
    }
    const [table] = planOf(make({ entities: { ship: entity(fields) } })).tables
    const names = (of: readonly number[]) => of.map((at) => table.layout.columns[at].name)
    expect(names(table.shared)).toEqual([' owner', 'v', 'x'])
    expect(names(table.owned)).toEqual(['ammo'])
    const { state } = planOf(make({ state: { x: int(0, 9), y: int(0, 9).only('server') } }))
    expect(state.shared.map((at) => state.layout.columns[at].name)).toEqual(['x'])
  })

  it('64 columns are the most', () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, bool]))
    expect(() => make({ entities: { ship: entity(fields(64)) } })).not.toThrow()
    const message = (name: string) => `${name} has 65 columns: expected at most 64 (ERR_SCHEMA)`
    expect(refused(() => make({ entities: { ship: entity(fields(65)) } }))).toBe(message('ship'))
    expect(refused(() => make({ state: fields(65) }))).toBe(message('state'))
  })

  it('is frozen, and only what defineGame() returned has one', () => {
    const game = make()
    for (const part of [game, game.entities, game.events, game.requests, game.options, game.state])
      expect(Object.isFrozen(part)).toBe(true)
    expect(refused(() => planOf({ ...game }))).toBe('expected a game that defineGame() returned (ERR_SCHEMA)')
  })
})

describe('a game is refused', () => {
  const tank = entity({ x: int(0, 9) })
  it.each<[object, string]>([
    [{ name: '' }, "a game's name is 1 to 64 letters, digits, '_', '.' or '-', found ''"],
    [{ name: 'a b' }, "a game's name is 1 to 64 letters, digits, '_', '.' or '-', found 'a b'"],
    [{ name: 7 }, "a game's name is 1 to 64 letters, digits, '_', '.' or '-', found '7'"],
    [{ tickRate: 0 }, 'tickRate 0: expected 1 to 128'],
    [{ tickRate: 129 }, 'tickRate 129: expected 1 to 128'],
    [{ tickRate: Number.NaN }, 'tickRate NaN: expected 1 to 128'],
    [
      { entities: Object.fromEntries(Array.from({ length: 63 }, (_, i) => [`e${i}`, tank])) },
      '63 entities: expected at most 62',
    ],
    ...['tick', 'state', 'hash', 'snapshot', 'tables', 'plan', 'viewer', 'seen', 'idOf'].map(
      (name): [object, string] => [
        { entities: { [name]: tank } },
        `world.${name} is taken: choose another name for this entity`,
      ]
    ),
    [{ entities: { ship: {} } }, 'entities.ship is not what entity(), command(), event() or request() returns'],
    [{ entities: { ship: entity({ to: ref('boat') }) } }, "ship.to: ref('boat'): this game has no such entity"],
    [
      { entities: { ship: entity({ to: list(ref('boat'), 4) }) } },
      "ship.to: ref('boat'): this game has no such entity",
    ],
    [{ state: { to: ref('boat') } }, "state.to: ref('boat'): this game has no such entity"],
    [{ command: command({ to: ref('boat') }) }, "command.to: ref('boat'): this game has no such entity"],
    [{ events: { boom: event({ to: ref('boat') }) } }, "boom.to: ref('boat'): this game has no such entity"],
    [
      { requests: { say: request({}, { to: ref('boat') }) } },
      "say answer.to: ref('boat'): this game has no such entity",
    ],
    [{ state: { id: int(0, 9) } }, "every row has 'id' already: choose another name"],
    [{ state: { x: int(0, 9).only('owner') } }, "state.x: .only('owner'): nobody owns the match state"],
    [{ options: { x: int(0, 9).only('server') } }, "options.x: .only('server') is for the fields of entities"],
    [{ move: { boat() {} } }, 'move.boat: this game has no such entity'],
  ])('%j', (change, message) => expect(refused(() => make(change))).toBe(`${message} (ERR_SCHEMA)`))

  it('a player has an id from 1 to 65,535', () => {
    expect([playerId(undefined), playerId({ id: 1 }), playerId({ id: 65535 })]).toEqual([0, 1, 65535])
    for (const id of [0, 65536, 1.5, Number.NaN])
      expect(refused(() => playerId({ id }))).toBe(`owner ${id}: expected a player, whose id is 1 to 65535 (ERR_USAGE)`)
  })
})
