import { expect, test } from 'vitest'
import { readRecording } from '../cubes.ts'
import { mean } from './frames.ts'
import { gafferNetSizes } from './gaffer-net.ts'

// Beside them: the same count by a program in C++ that followed the original's models, for the first 600 frames.
test.each([
  ['fast', 1, 175.1842],
  ['fast', 6, 304.9696],
  ['slow', 1, 136.1749],
  ['slow', 6, 258.3462],
])('cubes-%s at a lag of %i', (name, lag, bytes) => {
  const recording = readRecording(new URL(`../../data/cubes-${name}.i16.br`, import.meta.url))
  expect(mean(gafferNetSizes(recording, lag, 600))).toBeCloseTo(bytes, 4)
})
