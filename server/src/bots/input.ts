// What a bot does: the game's own word, or chance. Keys are held for a while, as people hold them.

import type { AnyGame, CommandOf } from '@tickwire/engine'
import type { ClientMatch } from '@tickwire/engine/client'
import { planOf, type Random } from '@tickwire/engine/wire'
import { CommandError, type Module } from '../cli/load.ts'

/**
 * The function `bot` that a module gives to tickwire-bots: the command of one of its bots, asked once a drawn frame.
 * `tick`: the newest one that the bot holds, 0 before the first. `random` gives numbers in [0, 1), the same ones for the
 * same seed.
 */
export type BotInput<G extends AnyGame = AnyGame> = (
  tick: number,
  random: () => number,
  match: ClientMatch<G>
) => CommandOf<G>

/** A value is held for so many ticks, chosen anew each time. */
const LEAST_HELD = 5
const MOST_HELD = 45

/** What `export function bot` of a module says, or chance. @throws CommandError where that is no function */
export function inputOf(game: AnyGame, module: Module, file: string): () => BotInput {
  const { bot } = module
  if (bot === undefined) return () => chance(game)
  if (typeof bot !== 'function')
    throw new CommandError(`${file}: 'bot' is no function (tick, random, match) => command`)
  return () => bot as BotInput
}

type Fields = ReturnType<typeof planOf>['command']['fields']
type Shape = Fields[number]['shape']

/** Every field of the command anywhere within its bounds, each held for a while of its own. */
export function chance(game: AnyGame): BotInput {
  const { fields } = planOf(game).command
  const values: Record<string, unknown> = {}
  const until = fields.map(() => 0)
  return (tick, random) => {
    for (const [i, { name, shape }] of fields.entries()) {
      if (name in values && tick < until[i]) continue
      values[name] = anyOf(shape, random)
      until[i] = tick + LEAST_HELD + Math.floor((MOST_HELD - LEAST_HELD + 1) * random())
    }
    return { ...values }
  }
}

function anyOf(shape: Shape, random: () => number): unknown {
  switch (shape.kind) {
    case 'bool':
      return random() < 0.5
    case 'oneOf':
      return shape.names[Math.floor(random() * shape.names.length)]
    case 'text':
      return ''
    case 'list':
      return []
    case 'data':
      return null
    case 'ref':
      return undefined
    case 'quat': {
      // Uniform over rotations (Ken Shoemake, "Uniform random rotations", Graphics Gems III, 1992).
      const [u, a, b] = [random(), 2 * Math.PI * random(), 2 * Math.PI * random()]
      const [r, s] = [Math.sqrt(1 - u), Math.sqrt(u)]
      return { x: r * Math.sin(a), y: r * Math.cos(a), z: s * Math.sin(b), w: s * Math.cos(b) }
    }
    case 'vec2':
    case 'vec3': {
      const parts = shape.kind === 'vec2' ? ['x', 'y'] : ['x', 'y', 'z']
      return Object.fromEntries(parts.map((part) => [part, anyOf(shape.item!.shape, random)]))
    }
    default:
      return shape.min + Math.floor(random() * (shape.max + 1)) * shape.step
  }
}

/** As `random` is handed to bots. */
export function chanceOf(random: Random): () => number {
  return () => random.next()
}
