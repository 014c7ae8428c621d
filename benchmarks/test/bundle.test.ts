import { expect, test } from 'vitest'
import { bundle, GAME, partOf, sharesOf } from '../src/bundle/measure.ts'

/**
 * KB, minified and gzipped, of a page with the whole client: what it takes today, and a little. The goal is 42; it may only go down.
 */
const MOST = 53

test(`a game's page loads at most ${MOST} KB for Tickwire, Socket.IO included`, async () => {
  const { gzipped, modules } = await bundle(GAME)
  const shares = sharesOf(modules, gzipped, partOf).map((one) => `${one.part} ${(one.gzipped / 1000).toFixed(1)}`)
  expect(gzipped / 1000, shares.join('\n')).toBeLessThan(MOST)
  // What only servers and tools need stays there.
  const names = modules.map(({ name }) => name)
  for (const file of ['training', 'trainer', 'explain', 'ledger', 'recording', 'fit', 'counts'])
    expect(names).not.toContain(`engine/src/wire/${file}.ts`)
  expect(names.filter((name) => name.startsWith('msgpackr'))).toEqual([])
  // A build that forbids eval, as game portals do.
  expect(modules.filter(({ code }) => /\beval\(|new Function\b/.test(code)).map(({ name }) => name)).toEqual([])
})

test('shares add up, and parts are rooms and packages', () => {
  const modules = [
    { name: 'engine/src/wire/bits.ts', code: 'the quick brown fox jumps over the lazy dog' },
    { name: 'engine/src/wire/delta.ts', code: 'sphinx of black quartz, judge my vow' },
    { name: '@socket.io/component-emitter/lib/index.js', code: 'pack my box with five dozen liquor jugs' },
  ]
  const shares = sharesOf(modules, 600, partOf)
  expect(shares.map(({ part }) => part)).toEqual(['engine: wire', '@socket.io/component-emitter'])
  expect(shares.reduce((sum, { gzipped }) => sum + gzipped, 0)).toBeCloseTo(600)
})
