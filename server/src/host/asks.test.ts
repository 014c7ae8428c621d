import type { Ask } from '@tickwire/engine/wire'
import { describe, expect, it } from 'vitest'
import { Asks } from './asks.ts'
import { DEFAULT_LIMITS, tooMuch } from './guard.ts'

describe('control messages', () => {
  const ping: Ask = { ask: 'ping' }
  const request = (name: string): Ask => ({ ask: 'request', id: 1, name, values: new Uint8Array(0) })
  const fine = () => undefined
  const make = () => new Asks({ ...DEFAULT_LIMITS, requestsPerSecond: 2, requestBurst: 3 })

  it('are counted by kind', () => {
    const asks = make()
    for (const message of [ping, request('say'), request('buy')]) {
      for (let i = 0; i < 3; i++) expect(asks.count(message, 0, fine)).toBeUndefined()
      expect(asks.count(message, 0, fine)?.code).toBe('ERR_RATE_LIMIT')
      expect(asks.count(message, 500, fine)).toBeUndefined()
    }
    expect(asks.count(request('buy'), 500, fine)?.message).toContain("of the kind 'request buy'")
  })

  it('of more kinds than any game has are one kind', () => {
    const asks = make()
    for (let i = 0; i < 256; i++) expect(asks.count(request(`r${i}`), 0, fine)).toBeUndefined()
    for (let i = 256; i < 259; i++) expect(asks.count(request(`r${i}`), 0, fine)).toBeUndefined()
    expect(asks.count(request('r259'), 0, fine)?.code).toBe('ERR_RATE_LIMIT')
    expect(asks.count(request('r0'), 0, fine)).toBeUndefined()
  })

  it('whose names are longer than any are one kind, and not kept', () => {
    const asks = make()
    for (let i = 0; i < 3; i++) expect(asks.count(request(`${i}`.repeat(65)), 0, fine)).toBeUndefined()
    expect(asks.count(request('3'.repeat(2500)), 0, fine)?.message).toContain("of the kind 'others'")
  })

  it('that join ask for the address, and no others do', () => {
    const asks = make()
    const join: Ask = { ask: 'join', version: 2, game: 'g', schema: 1, match: 'quick', name: 'n' }
    const busy = tooMuch('joins', 1, 1)
    expect(asks.count(join, 0, () => busy)).toBe(busy)
    expect(asks.count(ping, 0, () => busy)).toBeUndefined()
  })
})
