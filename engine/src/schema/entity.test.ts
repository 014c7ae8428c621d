import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { command, definitionOf, entity, event, request } from './entity.ts'
import { bool, data, int, list, ranged, ref, text, tick } from './field.ts'

const loose = entity as (fields: object, options?: object) => never

describe('entity, command, event, request', () => {
  it('what they return stands for their fields and options', () => {
    const made = entity({ x: int(0, 9) }, { predict: 'owner', maxRows: 3 })
    expect(definitionOf(made, 'it')).toMatchObject({ options: { predict: 'owner', maxRows: 3 }, answer: {} })
    expect(Object.keys(definitionOf(made, 'it').fields)).toEqual(['x'])
    const asked = definitionOf(request({ to: text(4) }, { heard: bool }), 'it')
    expect([Object.keys(asked.fields), Object.keys(asked.answer)]).toEqual([['to'], ['heard']])
    expect(Object.keys(definitionOf(event({ at: tick() }), 'it').fields)).toEqual(['at'])
  })

  it('a command holds up to 64 bytes', () => {
    const words = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`w${i}`, int(0, 2 ** 31 - 1)]))
    expect(() => command({ ...words(16), a: int(0, 2 ** 16 - 1) })).not.toThrow()
    expect(refused(() => command({ ...words(16), a: int(0, 2 ** 17 - 1) }))).toBe(
      'a command of up to 65 bytes: expected at most 64 (ERR_SCHEMA)'
    )
    // An id has 53 bits, 8 bytes in sevens; text up to 3 bytes a UTF-16 unit behind its length.
    expect(() => command({ target: ref('ship'), word: text(17) })).not.toThrow()
    expect(refused(() => command({ word: text(21) }))).toContain('a command of up to 66 bytes')
    expect(refused(() => command({ any: data(100) }))).toContain('ERR_SCHEMA')
  })

  it.each<[() => unknown, string]>([
    [() => loose({ id: int(0, 9) }), "every row has 'id' already: choose another name"],
    [() => loose({ owner: int(0, 9) }), "every row has 'owner' already: choose another name"],
    [() => loose({ 0: int(0, 9) }), "a field called '0': expected a name that starts with a letter"],
    [() => loose({ ' owner': int(0, 9) }), "a field called ' owner': expected a name that starts with a letter"],
    [() => loose({ '': bool }), "a field called '': expected a name that starts with a letter"],
    [() => loose({ x: 3 }), 'entity.x is not a field: use int(), ranged(), bool, text() and so on'],
    [() => loose({}, { maxRows: 0 }), 'maxRows: 0: expected 1 to 65,536'],
    [() => loose({}, { maxRows: 65537 }), 'maxRows: 65537: expected 1 to 65,536'],
    [() => loose({}, { maxRows: 1.5 }), 'maxRows: 1.5: expected 1 to 65,536'],
    [() => loose({}, { predict: 'all' }), "predict: 'all': expected 'owner', 'everyone' or 'none'"],
    [() => loose({ x: ranged(0, 1, 0.1).rate('v') }), "entity.x: .rate('v') names no other field"],
    [() => event({ x: int(0, 9).only('owner') }), "event.x: .only('owner') is for the fields of entities"],
    [() => command({ x: int(0, 9).only('server') }), "command.x: .only('server') is for the fields of entities"],
    [() => request({ x: bool.only('owner') }), "request.x: .only('owner') is for the fields of entities"],
    [() => request({}, { x: bool.only('owner') }), "answer.x: .only('owner') is for the fields of entities"],
    [
      () => event({ x: list(int(0, 9), 3).default([10, 'x'] as never) }),
      'event.x: its default[1] is "x": expected a finite number',
    ],
    [
      () => definitionOf({}, 'entities.ship'),
      'entities.ship is not what entity(), command(), event() or request() returns',
    ],
  ])('refuses %s', (act, message) => expect(refused(act)).toBe(`${message} (ERR_SCHEMA)`))
})
