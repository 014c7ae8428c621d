import { expect, test } from 'vitest'
import { Heartbeat, Pulse } from './heartbeat.ts'

function setUp() {
  const pulse = new Pulse()
  const heartbeat = new Heartbeat(pulse.memory)
  /** How many looks it takes to see that it stands still, and what is seen. */
  const looks = (most = 100): [number, string | undefined] => {
    for (let n = 1; n <= most; n++) {
      const seen = pulse.look()
      if (seen) return [n, seen]
    }
    return [most, undefined]
  }
  return { pulse, heartbeat, looks }
}

test('a tick may take 1.5 s', () => {
  const { heartbeat, looks } = setUp()
  heartbeat.begins({ tick: 1 })
  expect(looks()).toEqual([7, 'did not come back from a tick for 1.5 s'])
})

test('what loads a module, the first tick, and what is outside of ticks may take 10 s', () => {
  const { heartbeat, looks } = setUp()
  // Of nothing that beats yet the first look sees something new.
  expect(looks()).toEqual([41, 'stood still for 10 s'])
  heartbeat.begins({ tick: 0 })
  expect(looks()).toEqual([41, 'stood still for 10 s'])
  heartbeat.begins({ tick: 1 })
  heartbeat.ended()
  expect(looks()).toEqual([41, 'stood still for 10 s'])
})

test('what beats between two looks stands nowhere', () => {
  const { heartbeat, pulse, looks } = setUp()
  heartbeat.begins({ tick: 5 })
  for (let n = 0; n < 100; n++) {
    expect(pulse.look()).toBeUndefined()
    if (n % 6 === 5) heartbeat.alive()
  }
  heartbeat.ended()
  expect(looks(40)).toEqual([40, undefined])
})
