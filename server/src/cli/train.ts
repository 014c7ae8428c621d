#!/usr/bin/env node
// tickwire-train: a prior from recordings of matches, as `server.host(game, { prior })` takes it.

import { TickwireError } from '@tickwire/engine'
import { trainCommand } from './command.ts'
import { CommandError } from './load.ts'

try {
  await trainCommand(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    progress: (line) => process.stderr.write(`${line}\n`),
  })
} catch (error) {
  if (!(error instanceof CommandError) && !(error instanceof TickwireError)) throw error
  process.stderr.write(`tickwire-train: ${error.message}\n`)
  process.exitCode = 1
}
