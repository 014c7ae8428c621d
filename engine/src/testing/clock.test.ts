import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from './clock.ts'

describe('VirtualClock', () => {
  it('runs events in the order of their times, and equal times in the order they were made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 })), async (times) => {
        const clock = new VirtualClock()
        const seen: [number, number][] = []
        times.forEach((time, i) => {
          clock.at(time, () => {
            expect(clock.now).toBe(time)
            seen.push([time, i])
          })
        })
        await clock.run(20)
        expect(seen).toEqual(times.map((time, i): [number, number] => [time, i]).sort((a, b) => a[0] - b[0]))
      })
    )
  })

  it('runs what is due up to and at the time given, and stands there', async () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    clock.at(10, () => seen.push('at 10'))
    clock.at(10.001, () => seen.push('later'))
    await clock.run(10)
    expect(seen).toEqual(['at 10'])
    expect(clock.now).toBe(10)
    await clock.run(50)
    expect(seen).toEqual(['at 10', 'later'])
    expect(clock.now).toBe(50)
  })

  it('runs what an event plans for the same or a past time after what was planned before', async () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    clock.at(5, () => {
      clock.after(0, () => seen.push('now'))
      clock.at(1, () => seen.push(`past, at ${clock.now}`))
    })
    clock.at(5, () => seen.push('second'))
    await clock.run(5)
    expect(seen).toEqual(['second', 'now', 'past, at 5'])
  })

  it('repeats on an exact grid until ended, also from inside', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    await clock.run(1)
    const end = clock.every(1000 / 60, () => {
      times.push(clock.now)
      if (times.length === 600) end()
    })
    await clock.run(60_000)
    expect(times).toHaveLength(600)
    expect(times[599]).toBe(1 + 600 * (1000 / 60))
  })

  it('forgets what was cancelled', async () => {
    const clock = new VirtualClock()
    let ran = 0
    const cancel = clock.after(5, () => ran++)
    clock.after(3, cancel)
    await clock.run(10)
    expect(ran).toBe(0)
  })

  it('lets promises settle between two events of the same time', async () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    const deep = async (depth: number): Promise<void> => {
      if (depth > 0) await deep(depth - 1)
    }
    clock.at(1, () => {
      void deep(8).then(() => {
        seen.push('settled')
        clock.after(0, () => seen.push('planned by it'))
      })
    })
    clock.at(1, () => seen.push('second'))
    await clock.run(1)
    expect(seen).toEqual(['settled', 'second', 'planned by it'])
  })

  it('rejects with what an event throws', async () => {
    const clock = new VirtualClock()
    clock.at(1, () => {
      throw new Error('a rule')
    })
    await expect(clock.run(2)).rejects.toThrow('a rule')
  })
})
