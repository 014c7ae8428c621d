// A game out of the module that exports it, for commands; and what a person at the keyboard can put right.

import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyGame } from '@tickwire/engine'
import { planOf } from '@tickwire/engine/wire'

/** What the person at the keyboard can put right; everything else comes out with its stack. */
export class CommandError extends Error {}

export type Module = Readonly<Record<string, unknown>>

/** `command`: whose hint it is, where TypeScript can't be imported. @throws CommandError */
export async function importModule(file: string, command: string): Promise<Module> {
  try {
    return await import(pathToFileURL(path.resolve(file)).href)
  } catch (error) {
    const hint = file.endsWith('.ts') ? `: with tsx installed, NODE_OPTIONS=--import=tsx ${command} …` : ''
    throw new CommandError(`${file} can't be imported: ${(error as Error).message}${hint}`)
  }
}

/** The one game that a module exports, or the one of that name. @throws CommandError */
export function gameOf(module: Module, file: string, name: string | undefined): AnyGame {
  if (name !== undefined) {
    if (!(name in module)) throw new CommandError(`${file} has no export '${name}', but ${namesOf(module)}`)
    if (!isGame(module[name])) throw new CommandError(`${file}: '${name}' is no game that defineGame() returned`)
    return module[name]
  }
  const games = Object.entries(module).filter(([, value]) => isGame(value))
  if (games.length === 0)
    throw new CommandError(`${file} exports no game that defineGame() returned, but ${namesOf(module)}`)
  if (games.length > 1)
    throw new CommandError(
      `${file} exports several games, choose one: --export ${games.map(([key]) => key).join(' | ')}`
    )
  return games[0][1] as AnyGame
}

function isGame(value: unknown): value is AnyGame {
  try {
    planOf(value as AnyGame)
    return true
  } catch {
    return false
  }
}

function namesOf(module: Module): string {
  return Object.keys(module).join(', ') || 'nothing'
}
