// Control messages, both ways, as MessagePack: whatever is read packs to something that reads the same.

import { TickwireError } from '../../src/schema/errors.ts'
import {
  type Answer,
  packAnswer,
  packAsk,
  packTell,
  unpackAnswer,
  unpackAsk,
  unpackTell,
} from '../../src/wire/messages.ts'
import type { Chance } from './plays.ts'
import { bounded, type Target, typed } from './target.ts'

export function asks(chance: Chance): Target {
  const [name, values] = [chance.pick(['', 'Ada', 'é'.repeat(40)]), bytes(chance, 60)]
  const to = { version: 3, game: 'arena', schema: chance.below(2 ** 31), match: 'aB3-_xyz' }
  const frames = [
    packAsk({ ask: 'join', ...to, name }),
    packAsk({ ask: 'join', ...to, match: values, name }),
    packAsk({ ask: 'resume', ...to, player: 7, token: bytes(chance, 17), have: chance.below(99_999) }),
    packAsk({ ask: 'request', id: chance.below(1000), name: 'buy', values }),
    packAsk({ ask: 'leave' }),
    packAsk({ ask: 'ping' }),
  ]
  return messages('asks', frames, packAsk, unpackAsk)
}

export function answers(chance: Chance): Target {
  const [prior, token] = [bytes(chance, 300), bytes(chance, 17)]
  const players = Array.from({ length: chance.below(20) }, (_, id) => ({ id, name: `player ${id}`, bot: id % 3 === 0 }))
  const player = { id: 65_535, name: 'Ada', bot: false }
  const joined = { ok: 'join', match: 'aB3-_xyz', player, players, tick: 4711, options: bytes(chance, 20) } as const
  const frames = [
    packAnswer(joined),
    packAnswer({ ...joined, prior, token, grace: 30_000 }),
    packAnswer({ ok: 'resume', token, tick: 4711, players, prior }),
    packAnswer({ ok: 'request', tick: 4711, values: bytes(chance, 60) }),
    packAnswer({ ok: 'ping' }),
    packAnswer({ error: 'ERR_MATCH_FULL', message: 'match x has all its 16 seats taken' }),
  ]
  return messages<Answer>('answers', frames, packAnswer, readAnswer)
}

export function tells(chance: Chance): Target {
  const frames = [
    packTell({ tell: 'joined', player: { id: chance.below(65_536), name: 'Ada', bot: true } }),
    packTell({ tell: 'left', id: chance.below(65_536) }),
    packTell({ tell: 'prior', prior: bytes(chance, 300) }),
    packTell({ tell: 'refused', code: 'ERR_COMMAND_TICK', reason: 'too far' }),
    packTell({ tell: 'end', code: 'KICKED', reason: 'no reason' }),
  ]
  return messages('tells', frames, packTell, unpackTell)
}

/** An error that is read is thrown, with the code that the server says. */
function readAnswer(frame: Uint8Array): Answer {
  try {
    return unpackAnswer(frame)
  } catch (error) {
    if (!(error instanceof TickwireError) || error.code === 'ERR_MESSAGE') throw error
    return { error: error.code, message: error.reason }
  }
}

function messages<T>(
  about: string,
  frames: readonly Uint8Array[],
  pack: (message: T) => Uint8Array,
  unpack: (frame: Uint8Array) => T
): Target {
  const text = (message: T) => JSON.stringify(message)
  return bounded({
    about,
    frames,
    refuses: typed('ERR_MESSAGE'),
    reader: () => (frame) => {
      const message = unpack(frame)
      return {
        outcome: 'read',
        check: () => {
          const again = text(unpack(pack(message)))
          if (again !== text(message)) throw new Error(`${text(message)} was packed and read as ${again}`)
        },
      }
    },
    check: () => {},
  })
}

function bytes(chance: Chance, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => chance.below(256))
}
