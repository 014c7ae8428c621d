// `npm run build -w engine`, after `tsc -b`: writes dist/production, which is dist as pages of players get it (lean.ts).

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lean } from './lean.ts'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const production = join(dist, 'production')

rmSync(production, { recursive: true, force: true })
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.js')) continue
  const to = join(production, file)
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, lean(readFileSync(join(dist, file), 'utf8')))
  const map = JSON.parse(readFileSync(join(dist, `${file}.map`), 'utf8')) as { readonly sources: readonly string[] }
  writeFileSync(`${to}.map`, JSON.stringify({ ...map, sources: map.sources.map((source) => `../${source}`) }))
}
