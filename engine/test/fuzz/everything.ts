// A game that has every kind of field, of event and of audience, and a command.

import { command, entity, event } from '../../src/schema/entity.ts'
import {
  angle,
  bool,
  data,
  int,
  list,
  oneOf,
  quat,
  ranged,
  ref,
  text,
  tick,
  vec2,
  vec3,
} from '../../src/schema/field.ts'
import { type AnyGame, defineGame } from '../../src/schema/game.ts'

export const everything: AnyGame = defineGame({
  name: 'everything',
  tickRate: 30,
  state: { phase: oneOf('waiting', 'playing', 'over'), round: int(0, 255).linear(), secret: int(0, 9).only('server') },
  entities: {
    ship: entity({
      x: ranged(0, 4096, 1 / 256).rate('vx'),
      vx: ranged(-512, 512, 1 / 64),
      pos: vec3(ranged(-100, 100, 0.5)).rate('vel'),
      vel: vec3(ranged(-64, 64, 0.25)),
      heading: angle(10).rate('spin'),
      spin: ranged(-8, 8, 1 / 64),
      fuel: int(0, 1000).linear(),
      turn: quat(9).linear(),
      on: bool,
      mode: oneOf('idle', 'busy', 'gone'),
      name: text(12),
      bag: list(ranged(0, 1, 0.25), 4),
      note: data<unknown>(64),
      target: ref('ship'),
      due: tick(),
      ammo: int(0, 50).default(50).only('owner'),
      log: text(8).default('-').only('owner'),
      aim: quat(7).only('owner'),
      fuse: int(0, 90).default(7).only('server'),
    }),
    shot: entity({ n: int(0, 9) }, { maxRows: 1000 }),
  },
  command: command({ turn: int(-1, 1), aim: vec2(ranged(-1, 1, 0.25)), said: text(4), note: data(8), at: ref('ship') }),
  events: { boom: event({ at: vec2(int(0, 63)) }), said: event({ text: text(20), to: ref('ship') }), rang: event({}) },
})
