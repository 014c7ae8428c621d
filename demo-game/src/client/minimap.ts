// The whole world in a corner: ships, rocks, pickups, and the part that is on the screen.

import { WORLD } from '../game.ts'
import { element, freshInk } from './dom.ts'
import { pilotOf, type View } from './match.ts'
import { fade, TINTS } from './palette.ts'

const EVERY_MS = 50

export class Minimap {
  readonly #canvas: HTMLCanvasElement = element('canvas', 'minimap panel')
  #next = 0

  constructor(page: HTMLElement) {
    this.#canvas.setAttribute('role', 'img')
    this.#canvas.setAttribute('aria-label', 'Map of the arena')
    page.append(this.#canvas)
  }

  /** `width`, `height`: what is on the screen around (x, y), in units. */
  update(view: View, me: number, now: number, x: number, y: number, width: number, height: number): void {
    if (now < this.#next) return
    this.#next = now + EVERY_MS
    const ink = freshInk(this.#canvas)
    if (!ink) return
    const size = this.#canvas.clientWidth
    const unit = size / WORLD
    ink.fillStyle = 'rgba(130, 146, 190, 0.5)'
    for (const rock of view.rock) dot(ink, rock.x * unit, rock.y * unit, Math.max(1.2, rock.radius * unit))
    for (const pickup of view.pickup) {
      ink.fillStyle = pickup.kind === 'repair' ? '#46e5b0' : '#ffd166'
      ink.fillRect(pickup.x * unit - 1.5, pickup.y * unit - 1.5, 3, 3)
    }
    ink.strokeStyle = 'rgba(220, 232, 255, 0.4)'
    ink.lineWidth = 1
    ink.strokeRect((x - width / 2) * unit, (y - height / 2) * unit, width * unit, height * unit)
    for (const ship of view.ship) {
      const tone = TINTS[pilotOf(view, ship.owner)?.tint ?? 0]
      if (ship.owner === me) this.#drawMe(ink, ship.x * unit, ship.y * unit, ship.heading, size)
      else {
        ink.fillStyle = fade(tone, 0.3)
        dot(ink, ship.x * unit, ship.y * unit, size * 0.032)
        ink.fillStyle = tone
        dot(ink, ship.x * unit, ship.y * unit, size * 0.017)
      }
    }
  }

  #drawMe(ink: CanvasRenderingContext2D, x: number, y: number, heading: number, size: number): void {
    const reach = size * 0.042
    ink.save()
    ink.translate(x, y)
    ink.rotate(heading)
    ink.beginPath()
    ink.moveTo(reach, 0)
    ink.lineTo(-reach * 0.75, reach * 0.7)
    ink.lineTo(-reach * 0.35, 0)
    ink.lineTo(-reach * 0.75, -reach * 0.7)
    ink.closePath()
    ink.shadowColor = '#ffffff'
    ink.shadowBlur = 5
    ink.fillStyle = '#ffffff'
    ink.fill()
    ink.restore()
  }
}

function dot(ink: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ink.beginPath()
  ink.arc(x, y, radius, 0, 2 * Math.PI)
  ink.fill()
}
