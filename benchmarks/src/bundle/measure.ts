// What a game's page loads for Tickwire: a tiny game bundled as its developer would, minified, gzipped, and by whom.

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { lean } from '../../../engine/build/lean.ts'

/** A page that plays: what any game imports, and nothing else. */
export const GAME = `
import { angle, command, defineGame, entity, int, ranged } from '@tickwire/engine'
import { connect } from '@tickwire/engine/client'
const game = defineGame({
  name: 'dots',
  tickRate: 30,
  entities: { dot: entity({ x: ranged(0, 800, 1 / 16), y: ranged(0, 600, 1 / 16), a: angle(8) }, { predict: 'owner' }) },
  command: command({ x: int(-1, 1) }),
  move: { dot(dot, go, { dt }) { dot.x += go.x * 240 * dt } },
})
const match = await connect(game, '', { match: 'quick', input: () => ({ x: 0 }) })
requestAnimationFrame(function frame(now) {
  match.frame(now)
  for (const dot of match.view.dot) console.log(dot.x, dot.y)
  requestAnimationFrame(frame)
})
`
/** The library under it by itself. */
export const SOCKET_IO = `
import { io } from 'socket.io-client'
import { Decoder } from 'socket.io-parser'
console.log(io, Decoder)
`

export interface Module {
  /** From its package on: `engine/src/wire/bits.ts`, `engine.io-client/build/esm/socket.js`. */
  readonly name: string
  readonly code: string
}
export interface Bundle {
  /** Bytes. */
  readonly minified: number
  readonly gzipped: number
  readonly code: string
  readonly modules: readonly Module[]
}
export interface Share {
  readonly part: string
  /** Bytes of the gzipped whole. */
  readonly gzipped: number
  readonly modules: number
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const ENTRY = `${root}src/bundle/entry.ts`

/**
 * Bundles a page in memory, for a browser of today: Vite's defaults. Lean, the engine's modules are those of its
 * dist/production, made from its sources here.
 */
export async function bundle(source: string, texts: 'lean' | 'wordy' = 'lean'): Promise<Bundle> {
  const made = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: { conditions: ['@tickwire/source', 'module', 'browser', 'production'] },
    plugins: [
      {
        name: 'page',
        enforce: 'pre',
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) => (id === ENTRY ? source : undefined),
        transform: (code, id) => (texts === 'lean' && id.includes('/engine/src/') ? lean(code) : undefined),
      },
    ],
    build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: ENTRY } },
  })
  const chunks = [made]
    .flat()
    .flatMap((one) => ('output' in one ? one.output.filter((file) => file.type === 'chunk') : []))
  const code = chunks.map((chunk) => chunk.code).join('')
  return {
    minified: Buffer.byteLength(code),
    gzipped: gzipped(code),
    code,
    modules: chunks
      .flatMap((chunk) => Object.entries(chunk.modules))
      .map(([id, { code }]) => ({ name: nameOf(id), code: code ?? '' })),
  }
}

/**
 * Who takes how much of `whole` bytes, the largest first: a part takes what the rest, packed without it, has less. Parts
 * that resemble each other share what they have in common, so what they take is scaled to add up.
 */
export function sharesOf(modules: readonly Module[], whole: number, partOf: (name: string) => string): Share[] {
  const all = gzipped(modules.map(({ code }) => code).join(''))
  const parts = [...new Set(modules.map(({ name }) => partOf(name)))].map((part) => {
    const rest = modules.filter(({ name }) => partOf(name) !== part)
    const gzip = gzipped(rest.map(({ code }) => code).join(''))
    return { part, modules: modules.length - rest.length, gzipped: all - gzip }
  })
  const sum = parts.reduce((total, { gzipped }) => total + gzipped, 0)
  return parts
    .map((share) => ({ ...share, gzipped: (share.gzipped * whole) / sum }))
    .sort((a, b) => b.gzipped - a.gzipped)
}

/** The part that a module is counted for: a room of the engine, or a package. */
export function partOf(name: string): string {
  const room = /^engine\/src\/(\w+)\//.exec(name)
  if (room) return `engine: ${room[1]}`
  return /(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name
}

function nameOf(id: string): string {
  const path = id.replaceAll('\\', '/').split('?')[0]
  const at = path.lastIndexOf('/node_modules/')
  if (at >= 0) return path.slice(at + '/node_modules/'.length)
  if (path.startsWith('\0')) return 'the bundler'
  return path.startsWith(root) ? 'the page' : path.slice(Math.max(path.lastIndexOf('/engine/src/'), -1) + 1)
}

function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length
}
