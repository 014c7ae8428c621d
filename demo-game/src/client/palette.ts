// Colours that stay apart for colour-blind eyes (after Okabe and Ito, 2008, lightened for a dark ground), by tint.

export const TINTS: readonly string[] = [
  '#4cc2ff', // sky
  '#ffab2e', // orange
  '#1fd6a0', // bluish green
  '#f5e95c', // yellow
  '#f08bd0', // reddish purple
  '#ff6a42', // vermilion
  '#8094ff', // blue
  '#e4e9f5', // silver
]
export const INK = '#e8eefc'
export const DIM = '#8391b5'
export const GOOD = '#46e5b0'
export const WARN = '#ffb648'
export const BAD = '#ff6f61'

/** `#rrggbb` as the number that Phaser wants. */
export function colour(hex: string): number {
  return Number.parseInt(hex.slice(1), 16)
}

/** `#rrggbb` with an alpha of 0 to 1, as CSS. */
export function fade(hex: string, alpha: number): string {
  const value = colour(hex)
  return `rgba(${value >> 16}, ${(value >> 8) & 255}, ${value & 255}, ${alpha})`
}
