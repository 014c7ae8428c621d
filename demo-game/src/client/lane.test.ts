// The slowed line: in order, late by what was asked, and honest about what it still holds.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Conditions, Lane } from './lane.ts'

const CLEAN: Conditions = { latency: 0, jitter: 0, bandwidth: Number.POSITIVE_INFINITY }

describe('Lane', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('hands over at once when nothing hinders it', () => {
    const lane = new Lane({ ...CLEAN })
    const arrived: number[] = []
    lane.carry(100, () => arrived.push(1))
    expect(arrived).toEqual([1])
    expect(lane.waiting).toBe(0)
  })

  it('delays by the latency, and counts nothing as waiting that has left', () => {
    const lane = new Lane({ ...CLEAN, latency: 80 })
    let arrived = false
    lane.carry(100, () => {
      arrived = true
    })
    expect(lane.waiting).toBe(0)
    vi.advanceTimersByTime(78)
    expect(arrived).toBe(false)
    vi.advanceTimersByTime(2)
    expect(arrived).toBe(true)
  })

  it('keeps the order under jitter', () => {
    const lane = new Lane({ ...CLEAN, latency: 10, jitter: 200 })
    const arrived: number[] = []
    for (let i = 0; i < 50; i++) {
      lane.carry(10, () => arrived.push(i))
      vi.advanceTimersByTime(5)
    }
    vi.advanceTimersByTime(300)
    expect(arrived).toEqual([...Array(50).keys()])
  })

  it('holds back what the bandwidth does not carry, and says how much', () => {
    const lane = new Lane({ ...CLEAN, bandwidth: 1000 })
    const arrived: number[] = []
    for (let i = 0; i < 4; i++) lane.carry(500, () => arrived.push(i))
    expect(lane.waiting).toBe(2000)
    vi.advanceTimersByTime(1010)
    expect(arrived).toEqual([0, 1])
    expect(lane.waiting).toBe(1000)
  })

  it('counts what is under way from when it left, however often the conditions change meanwhile', () => {
    const conditions = { ...CLEAN, latency: 50 }
    const lane = new Lane(conditions)
    let arrived = false
    lane.carry(10, () => {
      arrived = true
    })
    for (; conditions.latency < 100; conditions.latency += 5) {
      vi.advanceTimersByTime(5)
      lane.recount()
    }
    // 50 ms ago, on a line that takes 95.
    expect(arrived).toBe(false)
    vi.advanceTimersByTime(46)
    expect(arrived).toBe(true)
  })

  it('lets everything go soon after the line is clean again', () => {
    const conditions = { ...CLEAN, latency: 5000 }
    const lane = new Lane(conditions)
    const arrived: number[] = []
    for (let i = 0; i < 3; i++) lane.carry(10, () => arrived.push(i))
    conditions.latency = 0
    lane.recount()
    expect(arrived).toEqual([0, 1, 2])
  })
})
