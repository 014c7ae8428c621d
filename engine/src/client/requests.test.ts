import { expect, it } from 'vitest'
import { defineGame, request } from '../index.ts'
import { TickwireError } from '../schema/errors.ts'
import { int } from '../schema/field.ts'
import { planOf } from '../schema/game.ts'
import { packAnswer, unpackAsk } from '../wire/messages.ts'
import { packRecord } from '../wire/record.ts'
import type { Line } from './line.ts'
import { Requests } from './requests.ts'

const game = defineGame({
  name: 'g',
  tickRate: 30,
  entities: {},
  requests: { add: request({ n: int(0, 99) }, { n: int(0, 99) }) },
})
const kind = planOf(game).requestByName.get('add')!

/** A server that answers when it is told to. */
function setUp() {
  const line = {
    isLost: false,
    asked: [] as { id: number; answer(tick: number): void; fail(code: 'ERR_DISCONNECTED' | 'ERR_TIMEOUT'): void }[],
    ask(message: Uint8Array) {
      const ask = unpackAsk(message) as { id: number }
      return new Promise<Uint8Array>((resolve, reject) => {
        const values = packRecord(kind.answer, { n: ask.id }, 'ERR_REQUEST')
        line.asked.push({
          id: ask.id,
          answer: (tick) => resolve(packAnswer({ ok: 'request', tick, values })),
          fail: (code) => reject(new TickwireError(code, 'so it is')),
        })
      })
    },
  }
  return { line, requests: new Requests(line as never as Line) }
}
const turns = async () => {
  for (let i = 0; i < 20; i++) await undefined
}

it('is done once the state of its tick is here', async () => {
  const { line, requests } = setUp()
  let done = false
  const asked = requests.ask(kind, { n: 1 }).then((answer) => {
    done = true
    return answer
  })
  line.asked[0].answer(7)
  requests.received(6)
  await turns()
  expect(done).toBe(false)
  requests.received(7)
  expect(await asked).toEqual({ n: 1 })
})

it('is asked again under its id where the connection was lost, a few at a time, in order, then what is new', async () => {
  const { line, requests } = setUp()
  requests.received(100)
  const asked = Array.from({ length: 20 }, () => requests.ask(kind, { n: 1 }))
  line.asked[1].answer(1)
  await turns()
  for (const one of line.asked.splice(0)) one.fail('ERR_DISCONNECTED')
  line.isLost = true
  asked.push(requests.ask(kind, { n: 1 }))
  await turns()
  expect(line.asked).toEqual([])
  line.isLost = false
  requests.resume()
  asked.push(requests.ask(kind, { n: 1 }))
  const ids: number[] = []
  for (let most = 0; line.asked.length > 0; ) {
    most = line.asked.length
    expect(most).toBeLessThanOrEqual(8)
    const one = line.asked.shift()!
    ids.push(one.id)
    one.answer(1)
    await turns()
  }
  expect(ids).toEqual([1, ...Array.from({ length: 20 }, (_, at) => at + 3)])
  expect((await Promise.all(asked)).map(({ n }) => n)).toEqual(Array.from({ length: 22 }, (_, at) => at + 1))
})

it('lost twice is asked a third time, and answered once', async () => {
  const { line, requests } = setUp()
  requests.received(9)
  const asked = Array.from({ length: 10 }, () => requests.ask(kind, { n: 1 }))
  for (let lost = 0; lost < 2; lost++) {
    for (const one of line.asked.splice(0)) one.fail('ERR_DISCONNECTED')
    await turns()
    requests.resume()
  }
  for (; line.asked.length > 0; await turns()) line.asked.shift()!.answer(1)
  expect(await Promise.all(asked)).toHaveLength(10)
})

it('fails where there is no answer, and where the match ends', async () => {
  const { line, requests } = setUp()
  const late = requests.ask(kind, { n: 1 })
  line.asked[0].fail('ERR_TIMEOUT')
  await expect(late).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
  const [answered, open] = [requests.ask(kind, { n: 1 }), requests.ask(kind, { n: 1 })]
  line.asked[1].answer(5)
  await turns()
  requests.end()
  await expect(answered).rejects.toMatchObject({ code: 'ERR_MATCH_ENDED' })
  await expect(open).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
})
