import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { angle, bool, data, type Fields, int, list, oneOf, quat, ranged, ref, text, tick, vec2, vec3 } from './field.ts'
import { fromSteps, Layout, maxBits, toSteps } from './layout.ts'

const columnsOf = (fields: Fields) => new Layout('ship', fields).columns

describe('a layout', () => {
  it('S20 is columns in the order written: components of vectors and rotations side by side', () => {
    const layout = new Layout('ship', {
      a: int(0, 9),
      pos: vec2(int(0, 99)),
      turn: quat(9),
      at: vec3(int(0, 9)),
      n: text(4),
    })
    const names = 'a pos.x pos.y turn.x turn.y turn.z turn.w at.x at.y at.z n'
    expect(layout.columns.map((column) => column.name).join(' ')).toBe(names)
    expect(layout.byName.get('at')).toMatchObject({ column: 7, width: 3, index: 3 })
  })

  it('S20 its kinds and bits are those of the fields', () => {
    const columns = columnsOf({
      i: int(-5, 10),
      r: ranged(0, 4096, 1 / 256),
      a: angle(12),
      b: bool,
      o: oneOf('a', 'b', 'c'),
      one: oneOf('a'),
      f: ref('ship'),
      t: tick(),
      q: quat(9),
      s: text(4),
      d: data(4),
      l: list(bool, 4),
    })
    const seen = columns.map(({ name, kind, bits, wraps }) => `${name} ${kind} ${bits}${wraps ? ' wraps' : ''}`)
    expect(seen).toEqual([
      'i number 4',
      'r number 21',
      'a number 12 wraps',
      'b number 1',
      'o number 2',
      'one number 0',
      'f ref 17',
      't tick 31',
      'q.x quat 2',
      'q.y quat 9',
      'q.z quat 9',
      'q.w quat 9',
      's value 0',
      'd value 0',
      'l value 0',
    ])
  })

  it('S21 columns without a rate come first, then what these move, and so on', () => {
    const layout = new Layout('ship', {
      x: ranged(0, 9, 1).rate('vx'),
      y: vec2(int(0, 9)).rate('vy'),
      vx: ranged(0, 9, 1).rate('ax'),
      vy: vec2(int(0, 9)),
      ax: ranged(0, 9, 1),
      z: int(0, 9),
    })
    expect(layout.order.map((at) => layout.columns[at].name).join(' ')).toBe('vy.x vy.y ax z y.x y.y vx x')
  })

  it('S41 a rate is known in the steps of what it moves', () => {
    const { columns } = new Layout('ship', { x: ranged(0, 4096, 1 / 256).rate('v'), v: ranged(-512, 512, 1 / 64) })
    expect(columns[0]).toMatchObject({ predictor: 'rate', rate: 1, rateMin: -512 * 256, rateStep: 4 })
  })

  it('S40 predictors: rate before linear before hold; a rotation has its own', () => {
    const fields = { a: int(0, 9).rate('b').linear(), b: int(0, 9).linear(), c: int(0, 9), q: quat(9).linear() }
    expect(columnsOf(fields).map((column) => column.predictor)).toEqual([
      'rate',
      'linear',
      'hold',
      'hold',
      'hold',
      'hold',
      'hold',
    ])
  })

  it('fresh values are defaults in wire steps', () => {
    const columns = columnsOf({
      a: int(-5, 5),
      b: ranged(0, 10, 0.5).default(2.5),
      v: vec2(int(-9, 9)).default({ x: 1, y: -1 }),
      h: angle(4).default(-Math.PI / 2),
      o: oneOf('a', 'b').default('b'),
      t: text(4).default('abc'),
      q: quat(9).default({ x: 1, y: 0, z: 0, w: 0 }),
    })
    expect(columns.map((column) => column.zero)).toEqual([5, 5, 10, 8, 12, 1, 0, 0, 256, 256, 256])
    expect(columns[6].zeroValue?.value).toBe('abc')
  })

  it('numbers become steps: rounded, clamped, or taken round the circle', () => {
    const [x, a] = columnsOf({ x: ranged(-1, 1, 0.25), a: angle(3) })
    expect([-9, -1, 0.12, 0.13, 1, 9].map((value) => toSteps(x, value))).toEqual([0, 0, 4, 5, 8, 8])
    expect(fromSteps(x, 5)).toBe(0.25)
    const turn = 2 * Math.PI
    expect([0, turn / 8, turn, -turn / 8, 3 * turn, 1e300, -1e308].map((value) => toSteps(a, value))).toEqual([
      0, 1, 0, 7, 0, 0, 0,
    ])
  })

  it('C4 says how large its values can get on the wire', () => {
    expect(maxBits(new Layout('c', { a: int(0, 8), b: bool }))).toBe(5)
    expect(maxBits(new Layout('c', { r: ref('ship'), t: text(4) }))).toBe(64 + 24 + 96)
  })
})

describe('a layout is refused', () => {
  const bad = (fields: Fields) => refused(() => new Layout('ship', fields))
  it.each<[string, Fields, string]>([
    ['a rate that is no field', { x: int(0, 9).rate('v') }, "ship.x: .rate('v') names no other field"],
    ['its own rate', { x: int(0, 9).rate('x') }, "ship.x: .rate('x') names no other field"],
    [
      'a rate that is no number',
      { x: int(0, 9).rate('n'), n: text(4) },
      "ship.x: .rate('n') is a text, expected a field of its kind",
    ],
    [
      'a number for a vector',
      { p: vec2(int(0, 9)).rate('v'), v: int(0, 9) },
      "ship.p.x: .rate('v') is a int, expected a field of its kind",
    ],
    [
      'a flag that moves',
      { b: (bool as never as { rate(of: string): typeof bool }).rate('v'), v: int(0, 9) },
      'ship.b: a bool has no rate',
    ],
    [
      'a rate for fewer viewers',
      { x: int(0, 9).rate('v'), v: int(0, 9).only('owner') },
      "ship.x: .rate('v') is hidden from viewers who see this field",
    ],
    ['rates in a ring', { x: int(0, 9).rate('y'), y: int(0, 9).rate('x') }, 'ship.x: its rates go round in a ring'],
    ['a default past its bounds', { x: int(0, 9).default(10) }, 'ship.x: default 10: expected 0 to 9'],
    ['half a vector', { p: vec2(int(0, 9)).default({ x: 1 } as never) }, 'ship.p.y: default undefined is not a number'],
    ['no vector', { p: vec2(int(0, 9)).default(null as never) }, 'ship.p.x: default undefined is not a number'],
    ['NaN', { x: ranged(0, 9, 1).default(Number.NaN) }, 'ship.x: default NaN is not a number'],
    ['text for a number', { x: int(0, 9).default('1' as never) }, 'ship.x: default 1 is not a number'],
    ['an unknown name', { o: oneOf('a', 'b').default('c' as never) }, "ship.o: default 'c' is not one of a, b"],
    ['a number for a flag', { b: bool.default(1 as never) }, 'ship.b: default 1: expected true or false'],
    [
      'text that is too long',
      { t: text(2).default('abc') },
      "ship.t: default 'abc': expected well-formed text of at most 2",
    ],
    [
      'no rotation',
      { q: quat(9).default({ x: Number.NaN, y: 0, z: 0, w: 1 }) },
      'ship.q.x: its default is not a rotation',
    ],
    [
      'data past its bound',
      { d: data(4).default('abcdef' as never) },
      'ship.d: its default takes 7 bytes packed: expected at most 4',
    ],
  ])('%s', (_, fields, message) => expect(bad(fields)).toBe(`${message} (ERR_SCHEMA)`))
})
