// The README's smallest game is these files, which the compiler checks with all others.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

test('the README shows the smallest game as it compiles, in at most 60 lines', () => {
  const readme = read('../../README.md')
  const files = ['game', 'server', 'client'].map((name) => ({ name, code: read(`./readme/${name}.ts`).trim() }))
  for (const { name, code } of files) expect(readme).toContain(`\`\`\`ts\n// ${name}.ts\n${code}\n\`\`\``)
  expect(readme).toContain(`\`\`\`ts\n// predictor.ts\n${read('./readme/predictor.ts').trim()}\n\`\`\``)
  expect(readme).toContain(`\`\`\`ts\n// ahead.ts\n${read('./readme/ahead.ts').trim()}\n\`\`\``)
  expect(files.flatMap(({ code }) => code.split('\n')).length).toBeLessThanOrEqual(60)
})

test('the README of the server shows the test of the smallest game, and a look at tokens, as they run', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n// auth.ts\n${read('./readme/auth.ts').trim()}\n\`\`\``)
  expect(read('../README.md')).toContain(`\`\`\`ts\n// dots.test.ts\n${read('./readme/dots.test.ts').trim()}\n\`\`\``)
})
