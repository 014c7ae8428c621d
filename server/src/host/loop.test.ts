import { describe, expect, it } from 'vitest'
import { type Clock, Loop, settles, type Ticking } from './loop.ts'

// A clock that moves when it is told to, and wakes as late as a real timer might.
class FakeClock implements Clock {
  time = 1000
  late = 0
  #wakes = new Map<number, { at: number; run: () => void }>()
  #count = 0

  now(): number {
    return this.time
  }

  wake(ms: number, run: () => void): () => void {
    const id = this.#count++
    this.#wakes.set(id, { at: this.time + ms + this.late, run })
    return () => this.#wakes.delete(id)
  }

  get waiting(): number {
    return this.#wakes.size
  }

  /** How many wake-ups were asked for so far. */
  get asked(): number {
    return this.#count
  }

  advance(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const [id, first] = [...this.#wakes].sort(([, a], [, b]) => a.at - b.at)[0] ?? []
      if (first === undefined || first.at > end) break
      this.#wakes.delete(id!)
      this.time = Math.max(this.time, first.at)
      first.run()
    }
    this.time = Math.max(this.time, end)
  }
}

function match(tickRate: number, step: () => void = () => {}): Ticking & { steps: number } {
  return {
    steps: 0,
    game: { tickRate },
    step() {
      this.steps++
      step()
    },
  }
}

function drive<M extends Ticking>(matches: M[], idle?: (clock: FakeClock) => boolean) {
  const clock = new FakeClock()
  const failures: unknown[] = []
  const loop = new Loop(
    () => matches,
    (_, error) => failures.push(error),
    idle && (() => idle(clock)),
    clock
  )
  loop.start()
  clock.advance(0)
  return { clock, loop, failures }
}

describe('the loop', () => {
  it('drives each match at its own rate, without drift, however late its timer is', () => {
    const matches = [match(20), match(30), match(60)]
    const { clock, loop } = drive(matches)
    clock.late = 1.7
    clock.advance(60_000)
    const [a, b, c] = matches.map(({ steps }) => steps)
    expect(a).toBeGreaterThanOrEqual(1199)
    expect(a).toBeLessThanOrEqual(1200)
    expect(b).toBeGreaterThanOrEqual(1799)
    expect(b).toBeLessThanOrEqual(1800)
    expect(c).toBeGreaterThanOrEqual(3599)
    expect(c).toBeLessThanOrEqual(3600)
    expect(loop.skipped).toBe(0)
  })

  it('wakes once a tick', () => {
    const { clock } = drive([match(60)])
    const before = clock.asked
    clock.advance(10_000)
    expect(clock.asked - before).toBeLessThanOrEqual(601)
  })

  it('catches up 5 ticks after a stall, and skips and counts the rest', () => {
    const matches = [match(60)]
    const { clock, loop } = drive(matches)
    clock.advance(1000)
    const before = matches[0].steps
    clock.time += 1000
    clock.advance(0)
    expect(matches[0].steps - before).toBe(5)
    expect(loop.overruns).toBe(1)
    expect(loop.skipped).toBe(55)
    clock.advance(1000)
    expect(matches[0].steps - before).toBeGreaterThanOrEqual(64)
    expect(matches[0].steps - before).toBeLessThanOrEqual(65)
  })

  it('lets matches take turns: another is first each pass, and catching up waits for everybody', () => {
    const order: string[] = []
    const matches = ['a', 'b', 'c'].map((name) => match(50, () => order.push(name)))
    const { clock } = drive(matches)
    clock.advance(60)
    const firsts = [order[0], order[3], order[6]]
    expect(new Set(firsts)).toEqual(new Set(['a', 'b', 'c']))
    order.length = 0
    clock.time += 40
    clock.advance(0)
    expect(order).toHaveLength(6)
    expect(new Set(order.slice(0, 3))).toEqual(new Set(['a', 'b', 'c']))
  })

  it('tells of what a match throws, and the others miss no tick', () => {
    const bad = match(60, () => {
      throw new Error('a rule')
    })
    const good = match(60)
    const { clock, failures } = drive([bad, good])
    clock.advance(1001)
    expect(good.steps).toBe(60)
    expect(failures).toHaveLength(60)
  })

  it('goes on when telling of it throws as well', () => {
    const bad = match(60, () => {
      throw new Error('a rule')
    })
    const good = match(60)
    const clock = new FakeClock()
    const failed = () => {
      throw new Error('the log')
    }
    const loop = new Loop(() => [bad, good], failed, undefined, clock)
    loop.start()
    expect(() => clock.advance(1001)).not.toThrow()
    expect(good.steps).toBeGreaterThanOrEqual(59)
  })

  it('does what can wait while nothing is due, in pieces, and is never late for a tick because of it', () => {
    const late: number[] = []
    let pieces = 0
    const ticking = match(50, () => late.push((clock.time - 1000) % 20))
    const { clock } = drive([ticking], (at) => {
      pieces++
      at.time += 1
      return true
    })
    clock.advance(10_000)
    expect(ticking.steps).toBeGreaterThanOrEqual(499)
    expect(Math.max(...late)).toBeLessThanOrEqual(1)
    // A part of each pass at most, for sockets want their turn.
    expect(pieces / ticking.steps).toBeGreaterThanOrEqual(1)
    expect(pieces / ticking.steps).toBeLessThanOrEqual(3)
  })

  it('begins no piece that would not fit before the next tick, going by how long they took of late', () => {
    for (const [busy, pieces, most] of [
      [10, 500, 0],
      [14, 500, 1 / 20],
    ]) {
      const late: number[] = []
      let done = 0
      const ticking = match(50, () => {
        late.push((clock.time - 1000) % 20)
        clock.time += busy
      })
      const { clock } = drive([ticking], (at) => {
        done++
        at.time += 7
        return true
      })
      clock.advance(10_000)
      expect(ticking.steps).toBeGreaterThanOrEqual(499)
      expect(late.filter((ms) => ms > 0).length).toBeLessThanOrEqual(most * pieces)
      // Where there is room each pass has one; where there is none, one is tried now and then.
      expect(done).toBeGreaterThanOrEqual(most === 0 ? pieces - 1 : 1)
    }
  })

  it('goes on with short pieces soon after one that took long', () => {
    const took = [50]
    let done = 0
    const { clock } = drive([match(60)], (at) => {
      done++
      at.time += took.pop() ?? 1
      return true
    })
    clock.advance(3000)
    const before = done
    clock.advance(1000)
    expect(done - before).toBeGreaterThanOrEqual(60)
  })

  it('asks once a pass whether there is something to do, if there is not', () => {
    let asked = 0
    const { clock } = drive([match(50)], () => {
      asked++
      return false
    })
    clock.advance(1000)
    expect(asked).toBeGreaterThan(45)
    expect(asked).toBeLessThan(55)
  })

  it('does nothing that can wait where ticks take all the time there is', () => {
    let pieces = 0
    const slow = match(50, () => {
      clock.time += 19
    })
    const { clock } = drive([slow], (at) => {
      pieces++
      at.time += 1
      return true
    })
    clock.advance(20)
    const before = pieces
    clock.advance(1000)
    expect(slow.steps).toBeGreaterThan(45)
    expect(pieces).toBe(before)
  })

  it('notices matches that come and go', () => {
    const matches = [match(60)]
    const { clock } = drive(matches)
    const late = match(60)
    matches.push(late)
    clock.advance(1001)
    expect(late.steps).toBeGreaterThanOrEqual(58)
    const first = matches.shift()!
    const steps = first.steps
    clock.advance(1000)
    expect(first.steps).toBe(steps)
  })

  it('stops, from inside a tick too, and starts again', () => {
    const stopping = match(60, () => loop.stop())
    const { clock, loop } = drive([stopping])
    clock.advance(1000)
    expect(stopping.steps).toBe(1)
    expect(clock.waiting).toBe(0)
    loop.start()
    loop.start()
    expect(clock.waiting).toBe(1)
    clock.advance(1000)
    expect(stopping.steps).toBeGreaterThan(1)
  })

  it('stopped and started from inside a tick, goes on once', () => {
    const restarting = match(60, () => {
      loop.stop()
      loop.start()
    })
    const { clock, loop } = drive([restarting])
    clock.advance(1001)
    expect(restarting.steps).toBe(60)
    expect(clock.waiting).toBe(1)
  })
})

describe('who looks on', () => {
  it('is told how late each tick began and how long it took, those too that were caught up', () => {
    const clock = new FakeClock()
    const seen: [number, number][] = []
    const slow = match(10, () => {
      clock.time += slow.steps === 2 ? 250 : 1
    })
    const onlooker = { ended: (_: Ticking, late: number, took: number) => void seen.push([late, took]) }
    const loop = new Loop(
      () => [slow],
      () => {},
      undefined,
      clock,
      onlooker
    )
    loop.start()
    clock.advance(0)
    clock.advance(450)
    // Due at 100, 200, 300, 400 ms: the third and fourth wait for the second.
    expect(seen.map((pair) => pair.map(Math.round))).toEqual([
      [0, 1],
      [0, 250],
      [150, 1],
      [51, 1],
    ])
  })

  it('hears of every pass, and of a tick before it is over', () => {
    const clock = new FakeClock()
    const seen: string[] = []
    const failing = match(60, () => {
      seen.push('tick')
      throw new Error('oops')
    })
    const onlooker = {
      alive: () => seen.push('pass'),
      begins: () => seen.push('begins'),
      ended: () => seen.push('ended'),
    }
    const loop = new Loop<Ticking>(
      () => [failing],
      () => {},
      undefined,
      clock,
      onlooker as never
    )
    loop.start()
    clock.advance(17)
    expect(seen.join(' ')).toBe('pass pass begins tick ended')
  })
})

describe('settles()', () => {
  it('waits for what resolves or rejects, and leaves no timer', async () => {
    const clock = new FakeClock()
    await settles(Promise.resolve(), 1000, clock)
    await settles(Promise.reject(new Error('no')), 1000, clock)
    expect(clock.waiting).toBe(0)
  })

  it('gives up after its time', async () => {
    const clock = new FakeClock()
    const waiting = settles(new Promise(() => {}), 1000, clock)
    clock.advance(1000)
    await waiting
  })
})
