// What lies behind the world: a nebula, a planet, three layers of stars and a faint grid, each moving at its own pace. It has a
// scene of its own, because the arena's camera zooms and the sky does not.

import * as Phaser from 'phaser'
import { prefersStill } from './match.ts'
import { fade, TINTS } from './palette.ts'
import { seeded } from './rock-art.ts'

interface Layer {
  readonly sprite: Phaser.GameObjects.TileSprite
  /** How much of the camera's movement it follows: 1 is the world itself. */
  readonly depth: number
  /** Texture pixels for one unit of the world. */
  readonly tile: number
}

/** Where the planet stands over the world, in units, and how much it follows the camera. */
const PLANET = { x: 1536, y: 1536, depth: 0.09, size: 560 }
const NEBULA = 256
const STARS = 1024
const GRID = 256

export class BackdropScene extends Phaser.Scene {
  #layers: Layer[] = []
  #planet!: Phaser.GameObjects.Image
  #pixels = 1
  #isLed = false

  constructor() {
    super('backdrop')
  }

  create(): void {
    if (!this.textures.exists('nebula')) {
      this.#canvas('nebula', NEBULA, paintNebula)
      this.#canvas('stars_0', STARS, (ink) => paintStars(ink, 1, 560, 0.5, 1.1))
      this.#canvas('stars_1', STARS, (ink) => paintStars(ink, 2, 190, 0.8, 1.7))
      this.#canvas('stars_2', STARS, (ink) => paintStars(ink, 3, 26, 1, 1.9))
      this.#canvas('grid', GRID, paintGrid)
      this.#canvas('planet', 2 * PLANET.size, paintPlanet)
    }
    this.#layers = [
      this.#layer('nebula', 0.05, 0.22),
      this.#layer('stars_0', 0.07, 1),
      this.#layer('stars_1', 0.28, 1),
      this.#layer('stars_2', 0.5, 1),
      this.#layer('grid', 1, 1),
    ]
    this.#planet = this.add.image(0, 0, 'planet').setDepth(0.5)
    for (const [at, { sprite }] of this.#layers.entries()) sprite.setDepth(at < 3 ? 0 : 1)
    this.#fit()
    this.scale.on(Phaser.Scale.Events.RESIZE, this.#fit, this)
    this.events.once(Phaser.Scenes.Events.SHUTDOWN, () => this.scale.off(Phaser.Scale.Events.RESIZE, this.#fit, this))
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
    const reach = PLANET.depth * zoom
    this.#planet.setPosition(width * 0.7 + (PLANET.x - x) * reach, height * 0.36 + (PLANET.y - y) * reach)
    this.#planet.setScale((0.38 * Math.min(width, height)) / PLANET.size)
    for (const { sprite, depth, tile } of this.#layers) {
      const size = depth === 1 ? zoom : this.#pixels / tile
      sprite.setTileScale(size)
      const move = (depth * zoom) / size
      sprite.setTilePosition(x * move - sprite.width / 2 / size, y * move - sprite.height / 2 / size)
    }
  }

  #canvas(key: string, size: number, draw: (ink: CanvasRenderingContext2D) => void): void {
    const texture = this.textures.createCanvas(key, size, size)
    if (!texture) return
    draw(texture.getContext())
    texture.refresh()
  }

  #layer(key: string, depth: number, tile: number): Layer {
    return { sprite: this.add.tileSprite(0, 0, 64, 64, key).setOrigin(0), depth, tile }
  }

  #fit(): void {
    const { width, height } = this.scale
    this.#pixels = Math.max(1, Math.min(width, height) / 800)
    for (const { sprite } of this.#layers) sprite.setSize(width, height)
  }
}

/** Tileable clouds: value noise in five octaves, a dark violet to blue with a breath of teal. */
function paintNebula(ink: CanvasRenderingContext2D): void {
  const image = ink.createImageData(NEBULA, NEBULA)
  const clouds = tileNoise(11, NEBULA)
  const hues = tileNoise(23, NEBULA)
  for (let y = 0; y < NEBULA; y++)
    for (let x = 0; x < NEBULA; x++) {
      const cloud = Math.max(0, clouds(x, y) - 0.36) * 1.9
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

function paintStars(ink: CanvasRenderingContext2D, seed: number, count: number, least: number, most: number): void {
  const random = seeded(seed)
  for (let i = 0; i < count; i++) {
    const size = least + (most - least) * random() ** 3
    const x = 8 + random() * (STARS - 16)
    const y = 8 + random() * (STARS - 16)
    const hue = random() < 0.25 ? TINTS[Math.floor(random() * TINTS.length)] : '#dfe8ff'
    const halo = ink.createRadialGradient(x, y, 0, x, y, size * 3)
    halo.addColorStop(0, fade(hue, 0.9))
    halo.addColorStop(0.3, fade(hue, 0.25))
    halo.addColorStop(1, fade(hue, 0))
    ink.fillStyle = halo
    ink.globalAlpha = 0.35 + 0.65 * random()
    ink.fillRect(x - size * 3, y - size * 3, size * 6, size * 6)
  }
}

function paintGrid(ink: CanvasRenderingContext2D): void {
  ink.strokeStyle = 'rgba(120, 150, 230, 0.07)'
  ink.lineWidth = 1
  ink.strokeRect(0.5, 0.5, GRID, GRID)
  ink.fillStyle = 'rgba(150, 180, 255, 0.28)'
  ink.fillRect(0, 0, 2, 2)
}
