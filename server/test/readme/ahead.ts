import { bool, command, defineGame, entity, event, int, ranged } from '@tickwire/engine'

const place = ranged(0, 800, 1 / 16)
const speed = ranged(-400, 400, 1 / 16)

export const volley = defineGame({
  name: 'volley',
  tickRate: 30,
  entities: {
    ship: entity({ x: place, reload: int(0, 10).default(0) }, { predict: 'owner' }),
    ball: entity({ x: place.rate('vx'), vx: speed }, { predict: 'everyone' }),
    shot: entity({ x: place.rate('vx'), vx: speed }),
  },
  events: { fired: event({ x: place }) },
  command: command({ go: int(-1, 1), fire: bool }),
  move: {
    ship(ship, { go, fire }, { dt, spawn, emit }) {
      ship.x += go * 240 * dt
      if (ship.reload > 0) ship.reload--
      if (!fire || ship.reload > 0) return
      ship.reload = 10
      spawn('shot', { x: ship.x, vx: 400 }) // on your screen in this very frame, as your row
      emit('fired', { x: ship.x }) // and heard: match.on('fired', …), once
    },
    ball(ball, _nobody, { dt, world }) {
      ball.x += ball.vx * dt
      if (ball.x < 0 || ball.x > 800) ball.vx = -ball.vx
      for (const ship of world.ship) if (Math.abs(ship.x - ball.x) < 16) ball.vx = ball.x < ship.x ? -200 : 200
    },
    shot(shot, _command, { dt }) {
      shot.x += shot.vx * dt
    },
  },
})
