import { describe, expect, it } from 'vitest'
import { TickwireError } from '../schema/errors.ts'
import { VirtualClock } from '../testing/clock.ts'
import { type Answer, packAnswer } from '../wire/messages.ts'
import { Line } from './line.ts'
import { reconnect } from './reconnect.ts'
import type { Transport } from './transport.ts'

const resumed: Answer = { ok: 'resume', token: new Uint8Array(16), tick: 9, players: [] }

/** A network in which each attempt goes as `attempt` says. */
function setUp(attempt: (at: number) => Answer | TickwireError, random = 0.5, grace = 30_000) {
  const clock = new VirtualClock()
  const attempts: number[] = []
  const open: Transport[] = []
  const transport = (answer?: Answer): Transport => {
    const made: Transport = {
      now: () => clock.now,
      bufferedAmount: 0,
      connected: true,
      send: () => {},
      ask: async () => packAnswer(answer!),
      listen: () => {},
      close: () => void open.splice(open.indexOf(made), 1),
    }
    open.push(made)
    return made
  }
  const line = new Line(transport())
  line.drop()
  const redial = {
    dial: async (delay: number) => {
      await new Promise<void>((resolve) => clock.after(delay, resolve))
      attempts.push(clock.now)
      const said = attempt(clock.now)
      if (said instanceof TickwireError) throw said
      return transport(said)
    },
    random: () => random,
  }
  const outcome = reconnect(line, redial, () => new Uint8Array(1), grace).then(
    ({ tick }) => tick,
    (error) => error.code
  )
  const run = async (ms: number) => {
    await clock.run(clock.now + ms)
    return Promise.race([outcome, undefined])
  }
  return { clock, line, attempts, open, outcome, run }
}
const gone = new TickwireError('ERR_DISCONNECTED', 'no network')

describe('from a lost connection to another', () => {
  it.each([0, 0.5, 0.999])(
    'is found within a second of the way back, up to five seconds later (chance %d)',
    async (chance) => {
      for (let back = 100; back <= 5000; back += 100) {
        const { outcome, attempts, run } = setUp((at) => (at < back ? gone : resumed), chance)
        await run(back + 1000)
        expect(await outcome).toBe(9)
        expect(attempts.at(-1)! - back).toBeLessThan(800)
      }
    }
  )

  it('is looked for ever less often, and no more once the seat is gone', async () => {
    const { outcome, attempts, run } = setUp(() => gone, 0.5, 120_000)
    await run(130_000)
    expect(await outcome).toBe('ERR_SEAT_EXPIRED')
    expect(attempts.length).toBeLessThan(70)
    expect(attempts.at(-2)! - attempts.at(-3)!).toBeGreaterThan(3000)
    expect(attempts.at(-1)).toBeLessThanOrEqual(120_000)
  })

  it('is looked for at other times by others', async () => {
    const first = await Promise.all(
      [0, 0.25, 0.5, 0.75].map(async (chance) => {
        const { attempts, run } = setUp(() => gone, chance)
        await run(1000)
        return attempts[0]
      })
    )
    expect(new Set(first).size).toBe(4)
  })

  it.each(['ERR_SEAT', 'ERR_SEAT_EXPIRED', 'ERR_SCHEMA_MISMATCH', 'ERR_PROTOCOL_VERSION', 'KICKED', 'ENDED'] as const)(
    'ends where the server says %s',
    async (error) => {
      const { outcome, attempts, open, run } = setUp(() => ({ error, message: 'no' }))
      await run(10_000)
      expect(await outcome).toBe(error)
      expect(attempts).toHaveLength(1)
      expect(open).toEqual([])
    }
  )

  it('goes on where there are too many who come back, or no answer', async () => {
    const codes = ['ERR_RATE_LIMIT', 'ERR_TIMEOUT', 'ERR_DISCONNECTED'] as const
    let tried = 0
    const { outcome, open, run } = setUp(() => {
      const error = codes[tried++]
      return error ? { error, message: 'later' } : resumed
    })
    await run(5000)
    expect(await outcome).toBe(9)
    expect(open).toHaveLength(1)
  })

  it('ends where the player has left', async () => {
    const { line, outcome, attempts, open, run } = setUp((at) => (at < 3000 ? gone : resumed))
    await run(1000)
    line.close()
    await run(10_000)
    expect(await outcome).toBe('ERR_DISCONNECTED')
    expect(attempts.at(-1)).toBeLessThan(2000)
    expect(open).toEqual([])
  })
})
