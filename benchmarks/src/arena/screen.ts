// A player's screen. It is a quick one, so that what is measured is not mostly its own waiting.

import { every } from '../clock.ts'

const FRAMES_A_SECOND = 144

/** Calls `draw` for each of its frames. Returns what ends it. */
export function onScreen(draw: () => void): () => void {
  return every(1000 / FRAMES_A_SECOND, draw)
}
