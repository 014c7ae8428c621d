// What lies behind the world: a nebula, a planet and stars at three depths, each moving at its own pace. It has a scene of
// its own, because the arena's camera zooms and the sky does not. Stars are small sprites rather than layers as large as
// the screen: those cost more than all the rest of the picture.

import * as Phaser from 'phaser'
import { WORLD } from '../game.ts'
import { prefersStill } from './match.ts'
import { fade, TINTS } from './palette.ts'
import { seeded } from './rock-art.ts'

interface Star {
  readonly image: Phaser.GameObjects.Image
  /** Where it stands, 0 to 1 of a field that is as large as the screen and wraps around. */
  readonly u: number
  readonly v: number
  readonly depth: number
  readonly size: number
}

/** How far a layer follows the camera (1 is the world itself), how many stars it has, and their sizes in pixels. */
const FIELDS = [
  { depth: 0.07, count: 190, least: 1.6, most: 3.4, layer: 1 },
  { depth: 0.25, count: 70, least: 2.6, most: 5.2, layer: 1 },
  { depth: 0.5, count: 20, least: 3.2, most: 6.4, layer: 3 },
]
const NEBULA = 256
const NEBULA_DEPTH = 0.05
/** How much the planet follows the camera, and how large it is drawn, in pixels. */
const PLANET = { depth: 0.09, size: 560 }
const STAR = 32
const HUES = ['#dfe8ff', '#dfe8ff', '#dfe8ff', ...TINTS.slice(0, 5)]

export class BackdropScene extends Phaser.Scene {
  #nebula!: Phaser.GameObjects.Image
  #planet!: Phaser.GameObjects.Image
  #stars: readonly Star[] = []
  #isLed = false

  constructor() {
    super('backdrop')
  }

  create(): void {
    this.#paint('nebula', NEBULA, NEBULA, paintNebula)
    this.#paint('planet', 2 * PLANET.size, 2 * PLANET.size, paintPlanet)
    this.#paint('stars', STAR * HUES.length, STAR, paintStars)
    for (const at of HUES.keys()) this.textures.get('stars').add(at, 0, at * STAR, 0, STAR, STAR)
    this.#nebula = this.add.image(0, 0, 'nebula').setOrigin(0).setDepth(0)
    this.#planet = this.add.image(0, 0, 'planet').setDepth(2)
    const random = seeded(3)
    this.#stars = FIELDS.flatMap(({ count, least, most, depth, layer }) =>
      Array.from({ length: count }, () => {
        const image = this.add.image(0, 0, 'stars', Math.floor(random() * HUES.length)).setDepth(layer)
        image.setAlpha(0.35 + 0.65 * random())
        return { image, u: random(), v: random(), depth, size: least + (most - least) * random() ** 3 }
      })
    )
  }

  /** Drifts by itself until the arena leads it. */
  override update(now: number): void {
    if (!this.#isLed) this.#show(900 + now * (prefersStill() ? 0 : 0.03), 1300, this.scale.height / 800)
  }

  /** Looks at a point of the world with the arena's zoom (device pixels a unit). */
  look(x: number, y: number, zoom: number): void {
    this.#isLed = true
    this.#show(x, y, zoom)
  }

  #show(x: number, y: number, zoom: number): void {
    const { width, height } = this.scale
    const shorter = Math.min(width, height)
    // Just large enough that its edges stay off the screen wherever in the world one looks.
    const [reach, drift] = [WORLD * NEBULA_DEPTH * zoom, NEBULA_DEPTH * zoom]
    this.#nebula.setPosition(-Math.min(x * drift, reach), -Math.min(y * drift, reach))
    this.#nebula.setDisplaySize(width + reach, height + reach)
    const shift = PLANET.depth * zoom
    this.#planet.setPosition(width * 0.7 + (WORLD / 2 - x) * shift, height * 0.36 + (WORLD / 2 - y) * shift)
    this.#planet.setScale((0.38 * shorter) / PLANET.size)
    const pixels = Math.max(1, shorter / 800)
    for (const { image, u, v, depth, size } of this.#stars) {
      const margin = 2 * STAR
      image.x = wrap(u * (width + margin) - x * depth * zoom, width + margin) - STAR
      image.y = wrap(v * (height + margin) - y * depth * zoom, height + margin) - STAR
      image.setScale((size * pixels * 3) / STAR)
    }
  }

  #paint(key: string, width: number, height: number, draw: (ink: CanvasRenderingContext2D) => void): void {
    const texture = this.textures.createCanvas(key, width, height)
    if (!texture) return
    draw(texture.getContext())
    texture.refresh()
  }
}

function wrap(value: number, size: number): number {
  return ((value % size) + size) % size
}

/** Tileable clouds: value noise in five octaves, a dark violet to blue with a breath of teal. */
function paintNebula(ink: CanvasRenderingContext2D): void {
  const image = ink.createImageData(NEBULA, NEBULA)
  const clouds = tileNoise(11, NEBULA)
  const hues = tileNoise(23, NEBULA)
  for (let y = 0; y < NEBULA; y++)
    for (let x = 0; x < NEBULA; x++) {
      const cloud = Math.max(0, clouds(x, y) - 0.31) * 1.8
      const hue = hues(x, y)
      const warm = Math.max(0, hue - 0.5) * 2.4
      const cool = Math.max(0, 0.5 - hue) * 2.4
      const at = (y * NEBULA + x) * 4
      image.data[at] = 6 + cloud * (26 + 62 * warm)
      image.data[at + 1] = 8 + cloud * (26 + 44 * cool)
      image.data[at + 2] = 20 + cloud * (72 + 34 * warm + 20 * cool)
      image.data[at + 3] = 255
    }
  ink.putImageData(image, 0, 0)
}

function tileNoise(seed: number, size: number): (x: number, y: number) => number {
  const random = seeded(seed)
  const lattice = Float32Array.from({ length: 64 * 64 }, random)
  const value = (x: number, y: number, cells: number) => {
    const [fx, fy] = [Math.floor(x), Math.floor(y)]
    const [u, v] = [ease(x - fx), ease(y - fy)]
    const at = (cx: number, cy: number) => lattice[(cy % cells) * 64 + (cx % cells)]
    const top = at(fx, fy) * (1 - u) + at(fx + 1, fy) * u
    const bottom = at(fx, fy + 1) * (1 - u) + at(fx + 1, fy + 1) * u
    return top * (1 - v) + bottom * v
  }
  return (x, y) => {
    let sum = 0
    for (let octave = 0, cells = 4, weight = 0.5; octave < 5; octave++, cells *= 2, weight /= 2)
      sum += weight * value((x / size) * cells, (y / size) * cells, cells)
    return sum
  }
}

function ease(t: number): number {
  return t * t * (3 - 2 * t)
}

/** A banded world, lit from the upper left like the rocks, in its own haze. */
function paintPlanet(ink: CanvasRenderingContext2D): void {
  const middle = PLANET.size
  const radius = PLANET.size * 0.56
  const random = seeded(5)
  const haze = ink.createRadialGradient(middle, middle, radius * 0.95, middle - 20, middle - 20, radius * 1.4)
  haze.addColorStop(0, 'rgba(92, 140, 255, 0.34)')
  haze.addColorStop(0.4, 'rgba(86, 110, 230, 0.1)')
  haze.addColorStop(1, 'rgba(80, 90, 210, 0)')
  ink.fillStyle = haze
  ink.fillRect(0, 0, 2 * middle, 2 * middle)
  ink.save()
  ink.beginPath()
  ink.arc(middle, middle, radius, 0, 2 * Math.PI)
  ink.clip()
  ink.fillStyle = '#1c2a5c'
  ink.fillRect(0, 0, 2 * middle, 2 * middle)
  ink.translate(middle, middle)
  ink.rotate(-0.42)
  for (let y = -radius; y < radius; ) {
    const band = radius * (0.03 + 0.11 * random())
    const hue = ['#2a3f80', '#22336d', '#3a4a92', '#2d3378', '#1d4070', '#493f88'][Math.floor(random() * 6)]
    ink.fillStyle = fade(hue, 0.75)
    ink.beginPath()
    ink.ellipse(0, y + band / 2, radius * 1.3, band * 0.8, 0, 0, 2 * Math.PI)
    ink.fill()
    y += band
  }
  ink.rotate(0.42)
  const dusk = ink.createRadialGradient(
    -radius * 0.5,
    -radius * 0.55,
    radius * 0.1,
    -radius * 0.2,
    -radius * 0.2,
    radius * 1.3
  )
  dusk.addColorStop(0, 'rgba(190, 210, 255, 0.3)')
  dusk.addColorStop(0.4, 'rgba(20, 26, 60, 0.15)')
  dusk.addColorStop(0.75, 'rgba(4, 6, 18, 0.82)')
  dusk.addColorStop(1, 'rgba(3, 4, 12, 0.97)')
  ink.fillStyle = dusk
  ink.fillRect(-radius, -radius, 2 * radius, 2 * radius)
  ink.restore()
}

/** A star in each hue, side by side. */
function paintStars(ink: CanvasRenderingContext2D): void {
  for (const [at, hue] of HUES.entries()) {
    const x = (at + 0.5) * STAR
    const glow = ink.createRadialGradient(x, STAR / 2, 0, x, STAR / 2, STAR / 2)
    glow.addColorStop(0, '#ffffff')
    glow.addColorStop(0.12, fade(hue, 0.85))
    glow.addColorStop(0.32, fade(hue, 0.2))
    glow.addColorStop(1, fade(hue, 0))
    ink.fillStyle = glow
    ink.fillRect(at * STAR, 0, STAR, STAR)
  }
}
