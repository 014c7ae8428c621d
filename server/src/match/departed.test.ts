import { expect, test } from 'vitest'
import { Departed } from './departed.ts'
import { TOKEN_BYTES, Token } from './token.ts'

const token = (fill: number) => new Token(() => new Uint8Array(TOKEN_BYTES).fill(fill))

test('is told to who had the seat, and to nobody else', () => {
  const departed = new Departed()
  departed.add('m', 1, token(1), { code: 'KICKED', reason: 'why' })
  expect(departed.find('m', 1, token(1).current)).toMatchObject({ code: 'KICKED', reason: 'why' })
  expect(departed.find('m', 1, token(2).current)).toBeUndefined()
  expect(departed.find('m', 2, token(1).current)).toBeUndefined()
  expect(departed.find('n', 1, token(1).current)).toBeUndefined()
})

test('is not found under a name that is made of a match and a player', () => {
  const departed = new Departed()
  departed.add('m', 1, token(1), { code: 'KICKED', reason: 'why' })
  expect(departed.find('m 1', 0, token(0).current)).toBeUndefined()
})

test('is forgotten once thousands went after it', () => {
  const departed = new Departed()
  for (let player = 0; player < 10_000; player++)
    departed.add('m', player, token(1), { code: 'ERR_SEAT_EXPIRED', reason: 'seat expired' })
  expect(departed.find('m', 0, token(1).current)).toBeUndefined()
  expect(departed.find('m', 9999, token(1).current)).toBeDefined()
})
