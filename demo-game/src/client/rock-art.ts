// A rock: an outline and craters from a seed, lit from the upper left.

/** Numbers in [0, 1) from a seed (mulberry32, Tommy Ettinger). */
export function seeded(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function drawRock(ink: CanvasRenderingContext2D, radius: number, shape: number): void {
  const random = seeded(shape)
  traceOutline(ink, radius, random)
  const scale = ink.getTransform().a
  ink.shadowColor = 'rgba(86, 118, 190, 0.5)'
  ink.shadowBlur = 14 * scale
  const body = ink.createRadialGradient(-radius * 0.45, -radius * 0.5, radius * 0.1, 0, 0, radius * 1.25)
  body.addColorStop(0, '#6c7490')
  body.addColorStop(0.45, '#3d4560')
  body.addColorStop(0.8, '#1f2540')
  body.addColorStop(1, '#121730')
  ink.fillStyle = body
  ink.fill()
  ink.shadowBlur = 0
  ink.save()
  ink.clip()
  drawFacets(ink, radius, random)
  drawCraters(ink, radius, random)
  ink.restore()
  const rim = ink.createLinearGradient(-radius, -radius, radius, radius)
  rim.addColorStop(0, 'rgba(190, 208, 255, 0.85)')
  rim.addColorStop(0.5, 'rgba(110, 130, 190, 0.35)')
  rim.addColorStop(1, 'rgba(60, 76, 130, 0.25)')
  ink.strokeStyle = rim
  ink.lineWidth = Math.max(1.4, radius / 42)
  ink.stroke()
}

function traceOutline(ink: CanvasRenderingContext2D, radius: number, random: () => number): void {
  const corners = 13 + Math.floor(random() * 5)
  const phase = random() * 6
  ink.beginPath()
  for (let i = 0; i < corners; i++) {
    const turn = (i / corners) * 2 * Math.PI
    const wave = 0.06 * Math.sin(turn * 3 + phase) + 0.05 * Math.sin(turn * 2 - phase)
    const reach = radius * (0.97 + wave + (random() - 0.5) * 0.09)
    ink.lineTo(Math.cos(turn) * reach, Math.sin(turn) * reach)
  }
  ink.closePath()
  ink.lineJoin = 'round'
}

function drawFacets(ink: CanvasRenderingContext2D, radius: number, random: () => number): void {
  for (let i = 0; i < 9; i++) {
    const turn = random() * 2 * Math.PI
    const reach = radius * (0.3 + 0.6 * random())
    const [x, y] = [Math.cos(turn) * reach, Math.sin(turn) * reach]
    const light = -(x + y) / radius
    ink.fillStyle = light > 0 ? `rgba(170, 186, 230, ${0.03 + 0.06 * light})` : `rgba(6, 9, 22, ${0.06 - 0.12 * light})`
    ink.beginPath()
    for (let corner = 0; corner < 5; corner++) {
      const bend = (corner / 5) * 2 * Math.PI + random()
      const size = radius * (0.18 + 0.3 * random())
      ink.lineTo(x + Math.cos(bend) * size, y + Math.sin(bend) * size)
    }
    ink.closePath()
    ink.fill()
  }
}

function drawCraters(ink: CanvasRenderingContext2D, radius: number, random: () => number): void {
  for (let i = 0; i < 6; i++) {
    const turn = random() * 2 * Math.PI
    const reach = radius * 0.75 * Math.sqrt(random())
    const [x, y] = [Math.cos(turn) * reach, Math.sin(turn) * reach]
    const size = radius * (0.06 + 0.15 * random())
    ink.beginPath()
    ink.arc(x, y, size, 0, 2 * Math.PI)
    ink.fillStyle = 'rgba(8, 11, 26, 0.42)'
    ink.fill()
    ink.beginPath()
    ink.arc(x, y, size, 0.1 * Math.PI, 0.9 * Math.PI)
    ink.strokeStyle = 'rgba(160, 178, 226, 0.3)'
    ink.lineWidth = Math.max(1, size * 0.14)
    ink.stroke()
  }
}
