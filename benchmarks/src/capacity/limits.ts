// Where it ends: a step holds while ticks are made on time and states get to players young enough. Pure.

/** What was seen of one number of players. */
export interface Step {
  readonly players: number
  readonly holds: boolean
}

const GROWTH = 1.5

/** How many to try next; undefined: it is known well enough, or nothing is left to try. */
export function nextStep(steps: readonly Step[], first: number, most: number, unit: number): number | undefined {
  const held = Math.max(0, ...steps.filter(({ holds }) => holds).map(({ players }) => players))
  const failed = Math.min(...steps.filter(({ holds }) => !holds).map(({ players }) => players))
  const whole = (players: number) => Math.max(unit, Math.round(players / unit) * unit)
  if (failed === Number.POSITIVE_INFINITY) {
    const next = held === 0 ? whole(first) : Math.min(whole(held * GROWTH), most)
    return next > held ? next : undefined
  }
  const between = whole((held + failed) / 2)
  const isFine = failed - held <= Math.max(unit, failed / 8)
  return isFine || between <= held || between >= failed ? undefined : between
}

/** The share of the ticks due that may be missing, and the ticks that a state may be old, at the 99th percentile. */
export const MAY_SLIP = 0.02
export const MAY_AGE = 2
