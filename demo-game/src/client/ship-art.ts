// Four silhouettes, nose to the right, about 48 units long. The score board and the ships draw the same ones.

/** A path that a shape is traced on: a 2D context, or a Path2D. */
type Pen = Pick<CanvasPath, 'moveTo' | 'lineTo' | 'quadraticCurveTo' | 'closePath'>

const HALVES: readonly (readonly (readonly [number, number])[])[] = [
  // dart
  [
    [27, 0],
    [2, 7],
    [-20, 20],
    [-13, 6],
    [-16, 0],
  ],
  // fork
  [
    [13, 0],
    [15, 5],
    [27, 9],
    [8, 15],
    [-6, 14],
    [-20, 20],
    [-15, 8],
    [-19, 0],
  ],
  // manta
  [
    [27, 0],
    [15, 4],
    [5, 10],
    [-3, 25],
    [-13, 26],
    [-9, 13],
    [-18, 8],
    [-13, 0],
  ],
  // wasp
  [
    [28, 0],
    [14, 5],
    [4, 6],
    [2, 13],
    [16, 18],
    [-12, 19],
    [-18, 12],
    [-11, 6],
    [-22, 4],
    [-22, 0],
  ],
]

/** Begins a new path (on a context) and traces a design's outline. */
export function traceShip(pen: Pen & { beginPath?: () => void }, design: number): void {
  const half = HALVES[design % HALVES.length]
  pen.beginPath?.()
  pen.moveTo(half[0][0], half[0][1])
  for (const [x, y] of half.slice(1)) pen.lineTo(x, y)
  for (const [x, y] of half.slice(1).reverse()) pen.lineTo(x, -y)
  pen.closePath()
}

/** The outline as an SVG path, for what is drawn in the page. */
export function shipOutline(design: number): string {
  const half = HALVES[design % HALVES.length]
  const points = [
    ...half,
    ...half
      .slice(1)
      .reverse()
      .map(([x, y]) => [x, -y] as const),
  ]
  return `M${points.map(([x, y]) => `${x} ${y}`).join('L')}Z`
}
