// Every parser that faces the wire, by name.

import { commandFrames } from './commands.ts'
import { everything } from './everything.ts'
import { packets, priors, recordings } from './files.ts'
import { answers, asks, tells } from './messages.ts'
import { type Chance, type DrawnGame, drawGame, drawPlay } from './plays.ts'
import { stateFrames } from './states.ts'
import type { Target } from './target.ts'

/** Of a game by chance, where the bytes depend on a game; or of the one given. */
export type MakeTarget = (chance: Chance, drawn?: DrawnGame) => Target

export const TARGETS: Readonly<Record<string, MakeTarget>> = {
  states: (chance, drawn = drawGame(chance)) => stateFrames(chance, drawPlay(chance, drawn)),
  commands: (chance) => commandFrames(chance),
  asks,
  answers,
  tells,
  packets,
  priors: (chance, drawn = drawGame(chance)) => priors(chance, drawn),
  recordings: (chance, drawn = drawGame(chance)) => recordings(chance, drawn),
}

/** The game that has everything; what is kept of it can be read again whatever chance does by then. */
export const EVERYTHING: DrawnGame = { game: everything, about: 'everything' }
