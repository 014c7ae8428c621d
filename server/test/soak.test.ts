// The long runs, each for a moment: that they run is what CI can tell of them.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const soak = fileURLToPath(new URL('soak.ts', import.meta.url))

it.each([
  ['simulation', '--seeds 1', '1 of 1 seeds'],
  ['fuzz', '--worlds 20 --frames 1000 --targets states', 'worlds: 20 of 20'],
  ['secrecy', '--pairs 5', '5 pairs'],
  ['cuts', '--cuts 2', 'cuts: 2 of 2'],
])('npm run soak -- %s %s', async (part, options, said) => {
  const args = ['--import', 'tsx', '-C', '@tickwire/source', soak, part, ...options.split(' ')]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.on('close', resolve))
  expect(await text(child.stdout)).toContain(said)
  expect(await ended).toBe(0)
})
