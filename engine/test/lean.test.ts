import { expect, test } from 'vitest'
import { lean } from '../build/lean.ts'

test("texts of a developer's mistakes and of broken frames go, their codes stay", () => {
  expect(lean("if (at < 0) fail('ERR_FRAME_INVALID', `found less than 0`)")).toBe(
    "if (at < 0) fail('ERR_FRAME_INVALID')"
  )
  expect(lean("return known.get(game) ?? fail('ERR_SCHEMA', 'expected a game')")).toBe(
    "return known.get(game) ?? fail('ERR_SCHEMA')"
  )
  expect(lean('if (!isFinite(x)) fail(code, `expected a number`)')).toBe('if (!isFinite(x)) fail(code)')
})

test('texts that players read stay', () => {
  const code =
    "if (gone > grace) fail('ERR_SEAT_EXPIRED', 'seat expired')\nthrow new TickwireError('ERR_TIMEOUT', 'no answer')"
  expect(lean(code)).toBe(code)
})

test('what only refuses a wrong contract goes, and lines stay where they are', () => {
  const code = `function entity(options) {
  checkKnown(options, ['maxRows'], 'an entity', 'ERR_SCHEMA')
  if (!(options.maxRows > 0))
    fail('ERR_SCHEMA', 'expected a number')
  for (const name of names) {
    if (name === 'id') fail('ERR_SCHEMA', 'taken')
    if (name === '') fail('ERR_SCHEMA', 'empty')
  }
  return options
}`
  const made = lean(code)
  expect(made).not.toMatch(/ERR_|for|if/)
  expect(made.split('\n')[8]).toBe('  return options')
})

test('what has an effect stays, and what is not only a check', () => {
  for (const code of [
    "while (at) if (++depth > most) fail('ERR_SCHEMA')",
    "switch (kind) { default: fail('ERR_SCHEMA') }",
    "if ((found = find())) fail('ERR_SCHEMA')",
    "if (isList) fail('ERR_SCHEMA'); else add()",
    "const made = packed(value, 'ERR_SCHEMA')",
  ])
    expect(lean(code)).toBe(code)
})
