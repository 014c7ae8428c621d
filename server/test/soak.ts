// The long runs, each a program of its own: what the tests do for seconds, for hours. Ends with a status above 0 if one fails.
//   npm run soak                                   all of them, as long as they are meant to run
//   npm run soak -- simulation --seeds 1000        one of them, with its options
//   npm run soak -- --hour                         endurance

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Part {
  readonly file: string
  /** As a whole soak runs it. */
  readonly usual: readonly string[]
}

const PARTS: Readonly<Record<string, Part>> = {
  simulation: { file: 'simulation/main.ts', usual: ['--seeds', '100000'] },
  planted: { file: 'simulation/main.ts', usual: ['--planted', '--seeds', '10000'] },
  fuzz: { file: '../../engine/test/fuzz/main.ts', usual: ['--worlds', '1000000', '--frames', '10000000'] },
  secrecy: { file: 'secrecy/main.ts', usual: ['--pairs', '100000'] },
  cuts: { file: 'cuts.ts', usual: ['--cuts', '10000'] },
  endurance: { file: 'endurance/main.ts', usual: ['--minutes', '60'] },
}

const [name, ...options] = process.argv.slice(2)
if (name === undefined) {
  const failed = Object.keys(PARTS).filter((part) => run(part, PARTS[part].usual) !== 0)
  if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
  process.exitCode = failed.length > 0 ? 1 : 0
} else if (name in PARTS) process.exitCode = run(name, options.length > 0 ? options : PARTS[name].usual)
else if (name === '--help' || name === '-h') help()
else if (name === '--hour') process.exitCode = run('endurance', PARTS.endurance.usual)
else if (name === '--seed' || name === '--seeds') process.exitCode = run('simulation', [name, ...options])
else {
  console.error(`'${name}': expected one of ${Object.keys(PARTS).join(', ')}`)
  process.exitCode = 1
}

function help(): void {
  console.log('npm run soak                     every part, as long as it is meant to run: many hours')
  console.log('npm run soak -- PART [options]   one of them, as follows or with other options')
  for (const [part, { usual }] of Object.entries(PARTS)) console.log(`  ${part} ${usual.join(' ')}`)
}

function run(part: string, options: readonly string[]): number {
  console.log(`${part} ${options.join(' ')}`)
  const file = fileURLToPath(new URL(PARTS[part].file, import.meta.url))
  return spawnSync(process.execPath, [...process.execArgv, file, ...options], { stdio: 'inherit' }).status ?? 1
}
