import { expect, it } from 'vitest'
import { fail, TickwireError } from './errors.ts'

it('an error has a code to switch on, a message that ends with it, and its cause', () => {
  const cause = new Error('why')
  const error = new TickwireError('ERR_USAGE', 'found 3, expected 4', { cause })
  expect(error).toMatchObject({
    code: 'ERR_USAGE',
    name: 'TickwireError',
    message: 'found 3, expected 4 (ERR_USAGE)',
    cause,
  })
  expect(error).toBeInstanceOf(Error)
  expect(() => fail('ERR_USAGE', 'found 3')).toThrow(new TickwireError('ERR_USAGE', 'found 3'))
})
