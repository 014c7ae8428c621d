import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS, limitsOf, Meter, originRule, TokenBucket } from './guard.ts'

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

  it('slows down first, where that can be, and refuses who needs it for 5 s', () => {
    const meter = new Meter(DEFAULT_LIMITS, 0)
    for (let i = 0; i < 400; i++) meter.count(1, 0, true)
    expect(meter.pausedUntil).toBeLessThan(0)
    meter.count(1, 0, true)
    expect(meter.pausedUntil).toBe(5)
    for (let i = 0; i < 999; i++) expect(meter.count(1, 0, true)).toBeUndefined()
    expect(meter.pausedUntil).toBe(5000)
    expect(meter.count(1, 0, true)?.code).toBe('ERR_RATE_LIMIT')
  })

  it('refuses who is too fast all the time, the sooner the faster', () => {
    const refusedAfter = (perSecond: number): number => {
      const meter = new Meter(DEFAULT_LIMITS, 0)
      let now = 0
      while (now < 600_000 && !meter.count(1, now, true)) now = Math.max(now + 1000 / perSecond, meter.pausedUntil)
      return now / 1000
    }
    expect(refusedAfter(199)).toBeGreaterThan(599)
    expect(refusedAfter(210)).toBeGreaterThan(40)
    expect(refusedAfter(2000)).toBeLessThan(10)
  })

  it('refuses what waits to be read past 1 MiB', () => {
    const meter = new Meter(DEFAULT_LIMITS, 0)
    expect(meter.unread(1024 * 1024)).toBeUndefined()
    expect(meter.unread(1024 * 1024 + 1)?.message).toBe(
      '1048577 bytes wait to be read; at most 1048576 may (ERR_RATE_LIMIT)'
    )
  })
})
