import { expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { FRAME_KIND, kindOf, RESYNC_REASON } from './kinds.ts'

it('F1 the first byte is the kind; others are refused', () => {
  expect([1, 2, 3, 4].map((kind) => kindOf(Uint8Array.of(kind, 9)))).toEqual(['state', 'commands', 'resync', 'learned'])
  expect(Object.values(FRAME_KIND)).toEqual([1, 2, 3, 4])
  expect(refused(() => kindOf(Uint8Array.of(0)))).toBe('frame kind 0: expected 1, 2, 3, 4 (ERR_FRAME_KIND)')
  expect(refused(() => kindOf(Uint8Array.of(200)))).toBe('frame kind 200: expected 1, 2, 3, 4 (ERR_FRAME_KIND)')
  expect(refused(() => kindOf(new Uint8Array(0)))).toBe('an empty frame (ERR_FRAME_TRUNCATED)')
})

it('F13 the reasons of a resync frame', () => {
  expect(RESYNC_REASON).toEqual({ unreadable: 1, unsound: 2 })
})
