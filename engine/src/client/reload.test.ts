import { afterEach, expect, it, vi } from 'vitest'
import { TickwireError } from '../schema/errors.ts'
import { reloadOnce } from './reload.ts'

afterEach(() => vi.unstubAllGlobals())

function page() {
  const stored = new Map<string, string>()
  const location = { reload: vi.fn() }
  vi.stubGlobal('location', location)
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  })
  return location
}

it.each(['ERR_PROTOCOL_VERSION', 'ERR_SCHEMA_MISMATCH'] as const)('%s loads the page anew, once', (code) => {
  const { reload } = page()
  const old = new TickwireError(code, 'the server is at 7')
  expect(reloadOnce(old)).toBe(true)
  expect(reloadOnce(old)).toBe(false)
  expect(reload).toHaveBeenCalledTimes(1)
  // The next version of the server is another reason.
  expect(reloadOnce(new TickwireError(code, 'the server is at 8'))).toBe(true)
})

it('nothing else does', () => {
  const { reload } = page()
  expect(reloadOnce(new TickwireError('ERR_MATCH_FULL', 'full'))).toBe(false)
  expect(reloadOnce(new Error('ERR_SCHEMA_MISMATCH'))).toBe(false)
  expect(reload).not.toHaveBeenCalled()
})

it('where there is no page, or nothing may be stored, nothing is loaded', () => {
  const old = new TickwireError('ERR_SCHEMA_MISMATCH', 'old')
  expect(reloadOnce(old)).toBe(false)
  const { reload } = page()
  vi.stubGlobal('sessionStorage', {
    getItem: () => {
      throw new Error('denied')
    },
  })
  expect(reloadOnce(old)).toBe(false)
  expect(reload).not.toHaveBeenCalled()
})
