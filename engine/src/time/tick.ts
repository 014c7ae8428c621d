// Tick arithmetic. A tick is a whole number that counts a match's steps from 0. The wire carries its low 16 bits where
// the receiver knows roughly which tick is meant; 65,536 ticks are nine minutes at 128 Hz.

const WRAP = 0x1_0000

/** How long `ticks` (fractions allowed) last at `tickRate` a second, in ms. */
export function ticksToMs(ticks: number, tickRate: number): number {
  return (ticks * 1000) / tickRate
}

/** How many ticks, fractions included, `ms` are at `tickRate` a second. */
export function msToTicks(ms: number, tickRate: number): number {
  return (ms * tickRate) / 1000
}

/** The low 16 bits of a tick, 0 to 65,535. */
export function low16(tick: number): number {
  return tick & (WRAP - 1)
}

/**
 * The tick nearest to `near` whose low 16 bits are `low`; of two equally near, the earlier; never negative.
 * Right as long as the tick meant is within 32,767 of `near`.
 */
export function resolve16(low: number, near: number): number {
  const resolved = near + (((low - near) << 16) >> 16)
  return resolved < 0 ? resolved + WRAP : resolved
}
