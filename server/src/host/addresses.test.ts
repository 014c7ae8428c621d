import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Addresses, Attempts, addressOf, network } from './addresses.ts'
import { DEFAULT_LIMITS } from './guard.ts'

describe('whose request it is', () => {
  const request = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

  it('is its own address, whatever its headers say, without a proxy', () => {
    expect(addressOf(request('9.9.9.9', '1.1.1.1'), 0)).toBe('9.9.9.9')
    expect(addressOf(request('::ffff:9.9.9.9'), 0)).toBe('9.9.9.9')
  })

  it.each([
    [1, '1.1.1.1', '1.1.1.1'],
    [1, '6.6.6.6, 1.1.1.1', '1.1.1.1'],
    [2, '6.6.6.6, 1.1.1.1, 10.0.0.1', '1.1.1.1'],
    [2, '1.1.1.1', '1.1.1.1'],
    [1, '1.1.1.1:4711', '1.1.1.1'],
    [1, '[2001:db8::1]:4711', '2001:db8::1'],
    [1, 'junk', '9.9.9.9'],
    [1, undefined, '9.9.9.9'],
    [1, '', '9.9.9.9'],
  ])('is what %i proxies say, read from the right: %s', (hops, forwarded, address) => {
    expect(addressOf(request('9.9.9.9', forwarded), hops)).toBe(address)
  })

  it('is a /64 of IPv6, however it is written', () => {
    expect(network('2001:0DB8:0000:0001::1')).toBe('2001:db8:0:1')
    expect(network('2001:db8:0:1:a:b:c:d')).toBe('2001:db8:0:1')
    expect(network('::1')).toBe('0:0:0:0')
    expect(network('1.2.3.4')).toBe('1.2.3.4')
  })
})

describe('the connections of an address', () => {
  const limits = {
    ...DEFAULT_LIMITS,
    socketsPerAddress: 3,
    connectionsPerSecond: 1,
    connectionBurst: 10,
    penaltySeconds: 5,
  }
  const one = '9.9.9.9'

  it('are still refused after ten thousand others came', () => {
    const addresses = new Addresses(limits)
    addresses.penalise(one, 0)
    for (let i = 0; i < 10_010; i++) addresses.connects(`10.0.${i >> 8}.${i & 255}`, 0)
    expect(addresses.connects(one, 0)?.code).toBe('ERR_RATE_LIMIT')
    expect(addresses.refused(0)).toBe(1)
  })

  it('are so many at once', () => {
    const addresses = new Addresses(limits)
    for (let i = 0; i < 3; i++) {
      expect(addresses.connects(one, 0)).toBeUndefined()
      addresses.opened(one, 0)
    }
    expect(addresses.connects(one, 0)?.message).toBe(
      'this address has 3 connections; at most 3 are taken (ERR_RATE_LIMIT)'
    )
    expect(addresses.connects('9.9.9.8', 0)).toBeUndefined()
    addresses.closed(one, 0)
    expect(addresses.connects(one, 0)).toBeUndefined()
  })

  it('come so fast; who goes on is refused for a while, then dropped unread', () => {
    const addresses = new Addresses(limits)
    for (let i = 0; i < 10; i++) expect(addresses.connects(one, 0)).toBeUndefined()
    expect(addresses.connects(one, 0)?.message).toContain('at most 1 a second are taken, and 10 at once')
    for (let i = 0; i < 8; i++) addresses.connects(one, 0)
    expect(addresses.connects(one, 0)?.message).toContain('it is refused for 5 s')
    expect(addresses.calls(one, 0)).toBe(false)
    expect(addresses.calls(one, 5001)).toBe(true)
    expect(addresses.connects(one, 5001)).toBeUndefined()
  })

  it('are counted before they say anything, too', () => {
    const addresses = new Addresses(limits)
    for (let i = 0; i < 12; i++) expect(addresses.calls(one, 0)).toBe(true)
    expect(addresses.calls(one, 0)).toBe(false)
    addresses.hungUp(one, 0)
    expect(addresses.calls(one, 0)).toBe(true)
  })

  it('are refused for twice as long each time, up to a bound, and forgiven in the end', () => {
    const addresses = new Addresses({ ...limits, longestPenaltySeconds: 15 })
    const penalty = (now: number) => {
      addresses.penalise(one, now)
      return /refused for (\d+) s/.exec(addresses.connects(one, now)!.message)![1]
    }
    expect(['5', '10', '15', '15']).toEqual([0, 6000, 20_000, 40_000].map(penalty))
    expect(addresses.refused(40_000)).toBe(1)
    expect(addresses.penalties).toBe(4)
    expect(addresses.connects(one, 55_001)).toBeUndefined()
    expect(penalty(300_000)).toBe('5')
  })

  it('join so fast', () => {
    const addresses = new Addresses({ ...limits, joinsPerSecond: 2, joinBurst: 4 })
    for (let i = 0; i < 4; i++) expect(addresses.joins(one, 0)).toBeUndefined()
    expect(addresses.joins(one, 0)?.code).toBe('ERR_RATE_LIMIT')
    expect(addresses.joins(one, 500)).toBeUndefined()
  })

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('of the machine itself (%s) have no limits', (local) => {
    const addresses = new Addresses(limits)
    addresses.penalise(local, 0)
    for (let i = 0; i < 100; i++) {
      expect(addresses.calls(local, 0)).toBe(true)
      expect(addresses.connects(local, 0)).toBeUndefined()
      addresses.opened(local, 0)
      expect(addresses.joins(local, 0)).toBeUndefined()
    }
  })

  it('of ten thousand other addresses do not make it forget those that are open', () => {
    const addresses = new Addresses(limits)
    for (let i = 0; i < 3; i++) addresses.opened(one, 0)
    for (let i = 0; i < 30_000; i++) addresses.connects(`1.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0)
    expect(addresses.connects(one, 0)?.message).toContain('has 3 connections')
  })
})

describe('attempts', () => {
  const taken = (attempts: Attempts, address: string) =>
    Array.from({ length: 5 }, () => attempts.take(address, 0)).filter(Boolean).length

  it('of one address leave those of others alone', () => {
    const attempts = new Attempts(1, 3)
    expect(taken(attempts, '10.0.0.1')).toBe(3)
    expect(taken(attempts, '10.0.0.2')).toBe(3)
    expect(taken(attempts, '::ffff:10.0.0.3')).toBe(3)
    expect(taken(attempts, '::ffff:10.0.0.4')).toBe(3)
    expect(attempts.take('10.0.0.1', 999)).toBe(false)
    expect(attempts.take('10.0.0.1', 1000)).toBe(true)
  })

  it('count the whole network that a holder of an IPv6 address has as one', () => {
    const attempts = new Attempts(1, 3)
    expect(taken(attempts, '2001:db8::1')).toBe(3)
    expect(taken(attempts, '2001:db8:0:0:a:b:c:d')).toBe(0)
    expect(taken(attempts, '2001:db8:0:1::1')).toBe(3)
    expect(taken(attempts, '::1')).toBe(3)
  })

  it('are remembered for as many addresses as fit, those that tried last', () => {
    const attempts = new Attempts(1, 1)
    for (let i = 0; i < 10_001; i++) attempts.take(`address ${i}`, 0)
    expect(attempts.take('address 1', 0)).toBe(false)
    expect(attempts.take('address 0', 0)).toBe(true)
  })
})
