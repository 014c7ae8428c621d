import { expect, test } from 'vitest'
import { TOKEN_BYTES, Token } from './token.ts'

function setUp() {
  let made = 0
  return new Token(() => new Uint8Array(TOKEN_BYTES).fill(++made))
}
const bytes = (fill: number, length = TOKEN_BYTES) => new Uint8Array(length).fill(fill)

test('is good once: each resume is answered with the next', () => {
  const token = setUp()
  for (let n = 1; n < 10; n++) {
    expect(token.current).toEqual(bytes(n))
    expect(token.accepts(bytes(n))).toBe(true)
    token.rotate(bytes(n))
    token.heard()
    expect(token.accepts(bytes(n))).toBe(false)
  }
})

test('stays good until the answer is known to have come, however often that is lost', () => {
  const token = setUp()
  for (let lost = 0; lost < 5; lost++) {
    expect(token.accepts(bytes(1))).toBe(true)
    token.rotate(bytes(1))
  }
  // Of those that were answered with in between only the last may have come.
  expect([2, 3, 4, 5].filter((n) => token.accepts(bytes(n)))).toEqual([])
  expect(token.accepts(bytes(6))).toBe(true)
  token.heard()
  expect(token.accepts(bytes(1))).toBe(false)
  expect(token.accepts(bytes(6))).toBe(true)
})

test('of another length is none', () => {
  const token = setUp()
  for (const length of [0, 1, 15, 17, 4096]) expect(token.accepts(bytes(1, length))).toBe(false)
})
