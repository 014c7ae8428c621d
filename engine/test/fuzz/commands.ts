// Command frames, as a server reads them.

import { planOf } from '../../src/schema/game.ts'
import { BitWriter } from '../../src/wire/bits.ts'
import { readCommands, writeCommands } from '../../src/wire/commands.ts'
import { settleRecord } from '../../src/wire/record.ts'
import { everything } from './everything.ts'
import type { Chance } from './plays.ts'
import { bounded, type Target, typed } from './target.ts'

export function commandFrames(chance: Chance): Target {
  const { command } = planOf(everything)
  const near = 70_000
  const commandOf = () =>
    settleRecord(
      command,
      {
        turn: chance.pick([-1, 0, 1]),
        aim: { x: chance.pick([-1, 0.5]), y: 0 },
        said: chance.pick(['', 'hé', 'abcd']),
        note: chance.pick([null, [1], { a: 1 }]),
        at: chance.pick([undefined, 1]),
      } as never,
      'ERR_FIELD_VALUE'
    )
  const frames = [0, 1, 3, 63].map((count) => {
    const commands = Array.from({ length: count }, commandOf)
    return writeCommands(new BitWriter(), command, {
      ack: near - 5,
      arrivedAt: 1234,
      drawn: near - 6,
      renderTick: near - 7.5,
      first: near + 1,
      commands,
    })
  })
  return bounded({
    about: 'commands',
    frames,
    refuses: typed('ERR_FRAME_TRUNCATED', 'ERR_FRAME_INVALID', 'ERR_FRAME_KIND'),
    reader: () => (frame) => {
      const { commands } = readCommands(frame, command, near)
      return {
        outcome: 'read',
        check: () => {
          for (const one of commands)
            if (JSON.stringify(settleRecord(command, one, 'ERR_FIELD_VALUE')) !== JSON.stringify(one))
              throw new Error(`${JSON.stringify(one)} is no command`)
        },
      }
    },
    check: () => {},
  })
}
