// One seed from start to end, at least 300 ticks: people join, faults happen, then all is well, everybody is back within a
// bound, and whole worlds are compared.

import { roundTrip } from '@tickwire/engine/testing'
import { faults } from './faults.ts'
import { observe } from './observe.ts'
import { priors } from './priors.ts'
import { Simulation } from './simulation.ts'

const TICK_MS = 50
/** Faults happen from the first to the second; then all is well. */
const FIRST_FAULT_MS = 1000
const HEALED_MS = 14_600
/** A seed is at least so long. */
const LEAST_MS = 15_000
/** So many have their page in the background while faults happen: it takes all in, and draws nothing. */
const HIDDEN = 0.55
const LEAST_PEOPLE = 3
/** Some seeds have more of them. */
const CROWD = 6
const CROWDED = 0.04
/** They come within the first, but one of them late: into a match that is under way, where things go wrong already. */
const COMING_MS = 500
const LATE_MS = 5000
const LEAST_FAULTS = 3
const MOST_FAULTS = 9
/** A dead link is noticed in 6 s, by who is about to join in 10 s; then comes a pause of a second or two. */
const BACK_WITHIN_MS = 12_000

/** Frames are merged where the rules say so. */
const LAST_FRAME_MS = 3000

export interface Outcome {
  readonly ticks: number
  readonly people: number
  readonly faults: readonly string[]
  /** How long after all was well everybody was back, ms. */
  readonly backAfter: number
  /** Snapshots of clients that were compared with the server's. */
  readonly compared: number
}

/** Runs a seed. `write` gets a line for whatever happens. @throws Failure where something does not hold */
export async function simulate(seed: number, write?: (line: string) => void): Promise<Outcome> {
  const pool = await priors()
  const sim = new Simulation(seed, pool, write)
  // Where rules and strangers go wrong on purpose, nobody looks at the stack.
  const { stackTraceLimit } = Error
  if (!write) Error.stackTraceLimit = 0
  observe(sim)
  try {
    return await run(sim)
  } finally {
    observe(undefined)
    Error.stackTraceLimit = stackTraceLimit
  }
}

async function run(sim: Simulation): Promise<Outcome> {
  const { random, clock } = sim
  const happened: string[] = []
  const names = Object.keys(faults)
  const people = random.next() < CROWDED ? CROWD : LEAST_PEOPLE
  for (let at = 0; at < people; at++) {
    const person = sim.newPerson()
    clock.at(random.next() * (at === 0 ? LATE_MS : COMING_MS), () => sim.run(person.join()))
    if (random.next() < HIDDEN) clock.at(FIRST_FAULT_MS, () => person.hide(HEALED_MS - FIRST_FAULT_MS - 500))
  }
  const count = LEAST_FAULTS + Math.floor(random.next() * (MOST_FAULTS - LEAST_FAULTS + 1))
  for (let at = 0; at < count; at++)
    clock.at(FIRST_FAULT_MS + random.next() * (HEALED_MS - FIRST_FAULT_MS - 500), () => {
      for (let tries = 0; tries < 20; tries++) {
        const name = names[Math.floor(random.next() * names.length)]
        if (!faults[name](sim, HEALED_MS - clock.now)) continue
        happened.push(name)
        return
      }
    })
  await sim.until(HEALED_MS)
  if (happened.length < LEAST_FAULTS) sim.fail(`${happened.length} faults, expected at least ${LEAST_FAULTS}`)

  sim.trace('all is well from now on')
  for (const person of sim.people) person.shape(roundTrip(40, 0))
  const backAfter = await back(sim)
  sim.isOver = true
  await sim.until(Math.max(clock.now + 300, LEAST_MS))
  sim.keepsWorlds = true
  const latest = clock.now + LAST_FRAME_MS
  while (!sim.checkWorlds()) {
    if (clock.now > latest) sim.fail(`not everybody got a frame within ${LAST_FRAME_MS} ms`)
    await sim.until(clock.now + 2 * TICK_MS)
  }
  sim.checkPulls()
  for (const page of sim.pages) page.checkResyncs()
  // A person's older page may not have noticed yet that its connection is gone: it asks again once it has.
  for (const page of sim.pages) if (page.isCurrent) page.checkAnswers(clock.now - 1000)
  return { ticks: sim.match.tick, people: sim.people.length, faults: happened, backAfter, compared: sim.compared }
}

async function back(sim: Simulation): Promise<number> {
  const { clock } = sim
  for (;;) {
    if (sim.people.every(({ isBack }) => isBack)) return clock.now - HEALED_MS
    if (clock.now > HEALED_MS + BACK_WITHIN_MS) {
      const stuck = sim.people.filter(({ isBack }) => !isBack).map((person) => person.describe())
      sim.fail(`stuck ${BACK_WITHIN_MS} ms after all was well: ${stuck.join('; ')}`)
    }
    await sim.until(clock.now + 100)
  }
}
