import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { Attempts, DEFAULT_LIMITS, limitsOf, Meter, originRule, TokenBucket } from './guard.ts'

function from(origin: string | undefined, host = 'game.example:3000'): IncomingMessage {
  return { headers: { origin, host } } as IncomingMessage
}

describe('the origin rule', () => {
  it.each([
    undefined,
    'http://game.example:3000',
    'https://game.example:3000',
    'http://localhost:5173',
    'http://app.localhost',
    'http://127.0.0.1:8080',
    'http://[::1]:4000',
  ])('lets %s in by default', (origin) => {
    expect(originRule()(from(origin))).toBeUndefined()
  })

  it.each([
    'http://evil.example',
    'http://game.example',
    'http://game.example:3000.evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://evil-localhost',
    'null',
    '',
    'not an origin',
  ])('refuses %j by default, and says what to set', (origin) => {
    const refusal = originRule()(from(origin))
    expect(refusal?.code).toBe('ERR_ORIGIN')
    expect(refusal?.message).toContain(`origins: [${JSON.stringify(origin)}]`)
  })

  it('with a list allows its entries and the server itself, and localhost no more', () => {
    const rule = originRule(['https://a.example'])
    expect(rule(from('https://a.example'))).toBeUndefined()
    expect(rule(from('https://game.example:3000'))).toBeUndefined()
    expect(rule(from('http://a.example'))?.code).toBe('ERR_ORIGIN')
    expect(rule(from('http://localhost:5173'))?.code).toBe('ERR_ORIGIN')
  })

  it('with "*" allows all', () => {
    expect(originRule('*')(from('http://evil.example'))).toBeUndefined()
  })

  it('with a function asks it', () => {
    const rule = originRule((origin) => origin.endsWith('.example'))
    expect(rule(from('http://any.example'))).toBeUndefined()
    expect(rule(from('http://any.test'))?.code).toBe('ERR_ORIGIN')
  })

  it.each(['example.com', 'https://example.com/', 'https://example.com/game', ''])('refuses to list %j', (entry) => {
    expect(() => originRule([entry])).toThrow('ERR_USAGE')
  })
})

describe('a token bucket', () => {
  it('gives its burst at once, and then its rate', () => {
    const bucket = new TokenBucket(10, 5, 0)
    const taken = (now: number) => Array.from({ length: 8 }, () => bucket.take(1, now)).filter(Boolean).length
    expect(taken(0)).toBe(5)
    expect(taken(99)).toBe(0)
    expect(taken(100)).toBe(1)
    expect(taken(400)).toBe(3)
    expect(taken(1e9)).toBe(5)
  })

  it('takes nothing when it refuses', () => {
    const bucket = new TokenBucket(0, 5, 0)
    expect(bucket.take(6, 0)).toBe(false)
    expect(bucket.take(5, 0)).toBe(true)
  })
})

describe('limits', () => {
  it('are the given ones, and defaults for what is left out or undefined', () => {
    expect(limitsOf()).toEqual(DEFAULT_LIMITS)
    expect(limitsOf({ messagesPerSecond: undefined, byteBurst: 5 })).toEqual({ ...DEFAULT_LIMITS, byteBurst: 5 })
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0, -1])('of %d are refused', (value) => {
    expect(() => limitsOf({ messageBurst: value })).toThrow(`limits.messageBurst is ${value}`)
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

describe('the meter of a connection', () => {
  it('lets a client at 60 Hz send for ever, and the backlog of a stall of 6 s at once', () => {
    const meter = new Meter(DEFAULT_LIMITS, 0)
    for (let i = 0; i < 6000; i++) expect(meter.count(120, (i * 1000) / 60)).toBeUndefined()
    for (let i = 0; i < 360; i++) expect(meter.count(120, 106_000)).toBeUndefined()
  })

  it('refuses what comes past the burst of messages', () => {
    const meter = new Meter(DEFAULT_LIMITS, 0)
    for (let i = 0; i < 400; i++) expect(meter.count(1, 0)).toBeUndefined()
    expect(meter.count(1, 0)?.message).toBe(
      'too many messages; at most 200 a second are taken, and 400 at once (ERR_RATE_LIMIT)'
    )
  })

  it('refuses what comes past the burst of bytes', () => {
    const meter = new Meter(DEFAULT_LIMITS, 0)
    for (let i = 0; i < 32; i++) expect(meter.count(16384, 0)).toBeUndefined()
    expect(meter.count(16384, 0)?.code).toBe('ERR_RATE_LIMIT')
  })

  it('refuses what waits to be read past 1 MiB', () => {
    const meter = new Meter(DEFAULT_LIMITS, 0)
    expect(meter.unread(1024 * 1024)).toBeUndefined()
    expect(meter.unread(1024 * 1024 + 1)?.message).toBe(
      '1048577 bytes wait to be read; at most 1048576 may (ERR_RATE_LIMIT)'
    )
  })
})
