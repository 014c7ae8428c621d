// Every picture of the game, drawn here: no image files. Textures are drawn in their colours rather than tinted,
// because Phaser's canvas renderer knows no tint. Crisp things are drawn at `scale` pixels a unit, soft ones at one.

import type * as Phaser from 'phaser'
import { DESIGNS } from '../game.ts'
import { fade, TINTS } from './palette.ts'
import { drawRock } from './rock-art.ts'
import { traceShip } from './ship-art.ts'

type Ink = CanvasRenderingContext2D
type Textures = Phaser.Textures.TextureManager

/** Draws a texture of `width` x `height` units with the origin in its middle, unless it is there at that scale. */
function paint(
  to: Textures,
  key: string,
  width: number,
  height: number,
  scale: number,
  draw: (ink: Ink) => void
): void {
  if (to.exists(key)) {
    if ((to.get(key).customData as { scale?: number }).scale === scale) return
    to.remove(key)
  }
  const texture = to.createCanvas(key, Math.ceil(width * scale), Math.ceil(height * scale))
  if (!texture) return
  Object.assign(texture.customData, { scale })
  const ink = texture.getContext()
  ink.translate(texture.width / 2, texture.height / 2)
  ink.scale(scale, scale)
  draw(ink)
  texture.refresh()
}

/** Draws everything but the rocks, whose shapes the match decides. */
export function paintAll(to: Textures, scale: number): void {
  for (let tint = 0; tint < TINTS.length; tint++) paintTint(to, tint, scale)
  for (let design = 0; design < DESIGNS; design++)
    paint(to, `flash_${design}`, 72, 72, scale, (ink) => {
      traceShip(ink, design)
      ink.fillStyle = '#fff'
      ink.fill()
    })
  paint(to, 'me', 128, 128, scale, drawReticle)
  paint(to, 'shield', 112, 112, scale, drawShield)
  paint(to, 'repair', 84, 84, scale, (ink) => drawPickup(ink, '#46e5b0', drawCross))
  paint(to, 'triple', 84, 84, scale, (ink) => drawPickup(ink, '#ffd166', drawFan))
  paint(to, 'ring', 256, 256, 1, (ink) => drawRing(ink, '#ffffff'))
  paint(to, 'blast', 256, 256, 1, (ink) => drawSoft(ink, 128, ['#ffffff', '#ffe9b8', '#ff9d5c', '#ff5a3c']))
  paint(to, 'smoke', 96, 96, 1, (ink) => drawSoft(ink, 48, ['#3a415c', '#272d45', '#1a1f33', '#101526']))
  paint(to, 'ember', 32, 32, 1, (ink) => drawSoft(ink, 16, ['#ffffff', '#ffd9a0', '#ff9d5c', '#ff5a3c']))
}

export function paintRock(to: Textures, radius: number, shape: number, scale: number): string {
  const key = `rock_${radius}_${shape}`
  paint(to, key, radius * 2.5, radius * 2.5, scale, (ink) => drawRock(ink, radius, shape))
  return key
}

function paintTint(to: Textures, tint: number, scale: number): void {
  const hex = TINTS[tint]
  for (let design = 0; design < DESIGNS; design++)
    for (const [key, draw] of [
      ['ship', drawShip],
      ['outline', drawOutline],
    ] as const)
      paint(to, `${key}_${design}_${tint}`, 72, 72, scale, (ink) => draw(ink, design, hex))
  paint(to, `shot_${tint}`, 64, 20, Math.min(scale, 2), (ink) => drawBolt(ink, hex))
  paint(to, `flame_${tint}`, 64, 28, Math.min(scale, 2), (ink) => drawFlame(ink, hex))
  paint(to, `glow_${tint}`, 64, 64, 1, (ink) => drawSoft(ink, 32, ['#ffffff', hex, hex, hex]))
  paint(to, `ring_${tint}`, 256, 256, 1, (ink) => drawRing(ink, hex))
  paint(to, `shard_${tint}`, 18, 18, scale, (ink) => drawShard(ink, hex))
}

function drawShip(ink: Ink, design: number, hex: string): void {
  ink.lineJoin = 'round'
  traceShip(ink, design)
  ink.shadowColor = fade(hex, 0.85)
  ink.shadowBlur = 12 * ink.getTransform().a
  const plate = ink.createLinearGradient(-22, 0, 28, 0)
  plate.addColorStop(0, '#1a2138')
  plate.addColorStop(1, '#7182b4')
  ink.fillStyle = plate
  ink.fill()
  ink.shadowBlur = 0
  ink.save()
  ink.clip()
  const stripe = ink.createLinearGradient(-24, 0, 26, 0)
  stripe.addColorStop(0, fade(hex, 0.9))
  stripe.addColorStop(0.5, fade(hex, 0.45))
  stripe.addColorStop(1, fade(hex, 0.25))
  ink.fillStyle = stripe
  ink.fillRect(-36, -36, 72, 72)
  ink.fillStyle = 'rgba(5, 8, 18, 0.45)'
  ink.fillRect(-36, 0.8, 72, 36) // the side in shade
  ink.restore()
  ink.strokeStyle = hex
  ink.lineWidth = 2
  ink.stroke()
  ink.beginPath()
  ink.ellipse(5, 0, 7, 3.1, 0, 0, 2 * Math.PI)
  const glass = ink.createLinearGradient(0, -3, 0, 3)
  glass.addColorStop(0, '#f6fbff')
  glass.addColorStop(1, fade(hex, 0.9))
  ink.fillStyle = glass
  ink.fill()
}

function drawOutline(ink: Ink, design: number, hex: string): void {
  traceShip(ink, design)
  ink.setLineDash([5, 3])
  ink.lineWidth = 1.5
  ink.strokeStyle = fade(hex, 0.85)
  ink.stroke()
}

function drawBolt(ink: Ink, hex: string): void {
  const halo = ink.createRadialGradient(0, 0, 0, 0, 0, 32)
  halo.addColorStop(0, fade(hex, 0.9))
  halo.addColorStop(0.4, fade(hex, 0.28))
  halo.addColorStop(1, fade(hex, 0))
  ink.save()
  ink.scale(1, 0.3)
  ink.fillStyle = halo
  ink.fillRect(-32, -33, 64, 66)
  ink.restore()
  ink.beginPath()
  ink.ellipse(6, 0, 15, 2.4, 0, 0, 2 * Math.PI)
  ink.fillStyle = '#ffffff'
  ink.fill()
}

/** Its root at the right edge, its tip at the left. */
function drawFlame(ink: Ink, hex: string): void {
  const heat = ink.createLinearGradient(32, 0, -32, 0)
  heat.addColorStop(0, '#ffffff')
  heat.addColorStop(0.18, fade(hex, 0.95))
  heat.addColorStop(0.6, fade(hex, 0.4))
  heat.addColorStop(1, fade(hex, 0))
  ink.fillStyle = heat
  for (const width of [12, 6]) {
    ink.beginPath()
    ink.moveTo(32, -width * 0.5)
    ink.quadraticCurveTo(10, -width, -30, 0)
    ink.quadraticCurveTo(10, width, 32, width * 0.5)
    ink.closePath()
    ink.fill()
  }
}

function drawSoft(ink: Ink, radius: number, [core, inner, outer, edge]: readonly string[]): void {
  const soft = ink.createRadialGradient(0, 0, 0, 0, 0, radius)
  soft.addColorStop(0, fade(core, 1))
  soft.addColorStop(0.18, fade(inner, 0.75))
  soft.addColorStop(0.5, fade(outer, 0.22))
  soft.addColorStop(1, fade(edge, 0))
  ink.fillStyle = soft
  ink.fillRect(-radius, -radius, 2 * radius, 2 * radius)
}

function drawRing(ink: Ink, hex: string): void {
  const band = ink.createRadialGradient(0, 0, 80, 0, 0, 126)
  band.addColorStop(0, fade(hex, 0))
  band.addColorStop(0.62, fade(hex, 0.18))
  band.addColorStop(0.86, fade(hex, 0.95))
  band.addColorStop(0.92, '#ffffff')
  band.addColorStop(1, fade(hex, 0))
  ink.fillStyle = band
  ink.fillRect(-128, -128, 256, 256)
}

function drawShard(ink: Ink, hex: string): void {
  ink.beginPath()
  ink.moveTo(8, 0)
  ink.lineTo(-6, 5)
  ink.lineTo(-3, -6)
  ink.closePath()
  ink.fillStyle = '#1d2540'
  ink.fill()
  ink.strokeStyle = hex
  ink.lineWidth = 1.5
  ink.stroke()
}

/** Four arcs around one's own ship. */
function drawReticle(ink: Ink): void {
  ink.strokeStyle = 'rgba(255, 255, 255, 0.8)'
  ink.lineWidth = 1.6
  ink.lineCap = 'round'
  for (let quarter = 0; quarter < 4; quarter++) {
    const middle = Math.PI / 4 + (quarter * Math.PI) / 2
    ink.beginPath()
    ink.arc(0, 0, 46, middle - 0.34, middle + 0.34)
    ink.stroke()
  }
  ink.beginPath()
  ink.moveTo(60, 0)
  ink.lineTo(52, -5)
  ink.lineTo(54.5, 0)
  ink.lineTo(52, 5)
  ink.closePath()
  ink.fillStyle = 'rgba(255, 255, 255, 0.9)'
  ink.fill()
}

function drawShield(ink: Ink): void {
  const bubble = ink.createRadialGradient(0, 0, 20, 0, 0, 46)
  bubble.addColorStop(0, 'rgba(150, 205, 255, 0)')
  bubble.addColorStop(0.75, 'rgba(150, 205, 255, 0.12)')
  bubble.addColorStop(1, 'rgba(190, 225, 255, 0.55)')
  ink.beginPath()
  ink.arc(0, 0, 44, 0, 2 * Math.PI)
  ink.fillStyle = bubble
  ink.fill()
  ink.setLineDash([10, 6])
  ink.strokeStyle = 'rgba(214, 236, 255, 0.85)'
  ink.lineWidth = 1.6
  ink.stroke()
}

function drawPickup(ink: Ink, hex: string, icon: (ink: Ink) => void): void {
  drawHalo(ink, hex)
  ink.beginPath()
  for (let corner = 0; corner < 6; corner++)
    ink.lineTo(22 * Math.cos((corner * Math.PI) / 3), 22 * Math.sin((corner * Math.PI) / 3))
  ink.closePath()
  ink.fillStyle = 'rgba(8, 12, 26, 0.82)'
  ink.fill()
  ink.strokeStyle = hex
  ink.lineWidth = 2.2
  ink.lineJoin = 'round'
  ink.stroke()
  ink.fillStyle = hex
  icon(ink)
}

function drawHalo(ink: Ink, hex: string): void {
  const halo = ink.createRadialGradient(0, 0, 12, 0, 0, 42)
  halo.addColorStop(0, fade(hex, 0.5))
  halo.addColorStop(1, fade(hex, 0))
  ink.fillStyle = halo
  ink.fillRect(-42, -42, 84, 84)
}

function drawCross(ink: Ink): void {
  ink.fillRect(-3.2, -11, 6.4, 22)
  ink.fillRect(-11, -3.2, 22, 6.4)
}

function drawFan(ink: Ink): void {
  for (const turn of [-0.6, 0, 0.6]) {
    ink.save()
    ink.translate(0, 9)
    ink.rotate(turn)
    ink.fillRect(-1.7, -20, 3.4, 15)
    ink.restore()
  }
}
