import { errorAnswer, packAnswer, packTell, TickwireError } from '@tickwire/engine/wire'
import { expect, it } from 'vitest'
import { refusalIn } from './refusals.ts'

it('the code of a refusal is read from its first bytes', () => {
  const refused = errorAnswer(new TickwireError('ERR_SCHEMA_MISMATCH', 'ERR_OTHER'))
  expect(refusalIn(packAnswer(refused))).toBe('ERR_SCHEMA_MISMATCH')
  expect(refusalIn(packTell({ tell: 'end', code: 'ERR_RATE_LIMIT', reason: 'x' }))).toBe('ERR_RATE_LIMIT')
  expect(refusalIn(packTell({ tell: 'refused', code: 'ERR_COMMAND_TICK', reason: 'x' }))).toBe('ERR_COMMAND_TICK')
})

it('what refuses nothing has none', () => {
  expect(refusalIn(packTell({ tell: 'end', code: 'ENDED', reason: 'ERR_TIMEOUT' }))).toBeUndefined()
  expect(refusalIn(packTell({ tell: 'left', id: 3 }))).toBeUndefined()
  expect(refusalIn(packTell({ tell: 'joined', player: { id: 1, name: 'ERR_NAME', bot: false } }))).toBeUndefined()
  expect(refusalIn(packAnswer({ ok: 'ping' }))).toBeUndefined()
  expect(refusalIn(new Uint8Array(0))).toBeUndefined()
})
