import { connect } from '@tickwire/engine/client'
import { dots } from './game.ts'

const keys = new Set<string>()
addEventListener('keydown', (event) => keys.add(event.code))
addEventListener('keyup', (event) => keys.delete(event.code))
const axis = (less: string, more: string) => Number(keys.has(more)) - Number(keys.has(less))

const match = await connect(dots, 'http://localhost:3000', {
  match: 'quick',
  input: () => ({ x: axis('ArrowLeft', 'ArrowRight'), y: axis('ArrowUp', 'ArrowDown') }),
})

match.ended.then((reason) => alert(reason)) // a lost connection is no end: it comes back by itself
addEventListener('pagehide', () => void match.leave()) // or its dot stands there for `graceSeconds`

const canvas = document.querySelector('canvas')!
const draw = canvas.getContext('2d')!
requestAnimationFrame(function frame(now) {
  match.frame(now)
  draw.clearRect(0, 0, canvas.width, canvas.height)
  for (const dot of match.view.dot) {
    draw.fillStyle = dot === match.view.dot.mine ? 'tomato' : 'steelblue'
    draw.fillRect(dot.x - 8, dot.y - 8, 16, 16)
  }
  requestAnimationFrame(frame)
})
