#!/usr/bin/env node
// tickwire-bots: players without screens, to see what a server of a game takes.

import { TickwireError } from '@tickwire/engine'
import { CommandError } from '../cli/load.ts'
import { botsCommand } from './command.ts'

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})
try {
  const isFine = await botsCommand(
    process.argv.slice(2),
    {
      out: (text) => process.stdout.write(text),
      progress: (line) => process.stderr.write(`${line}\n`),
    },
    stopped
  )
  if (!isFine) process.exitCode = 1
} catch (error) {
  if (!(error instanceof CommandError) && !(error instanceof TickwireError)) throw error
  process.stderr.write(`tickwire-bots: ${error.message}\n`)
  process.exitCode = 1
}
