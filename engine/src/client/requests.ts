// Requests on their way: each has an id, is asked again under it over another connection where its answer may have been
// lost, and is done once the state that its answer belongs to is here.

import { fail, TickwireError } from '../schema/errors.ts'
import type { Kind } from '../schema/game.ts'
import type { Layout } from '../schema/layout.ts'
import { packAsk, unpackAnswer } from '../wire/messages.ts'
import { packRecord, unpackRecord, type Values } from '../wire/record.ts'
import type { Line } from './line.ts'

/** So many are asked again at a time: a server runs few a tick. */
const AGAIN = 8

interface Pending<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}
interface Asked extends Pending<Uint8Array> {
  readonly message: Uint8Array<ArrayBuffer>
}
interface Answered extends Pending<void> {
  readonly tick: number
}

export class Requests {
  readonly #line: Line
  #lastId = 0
  /** Without an answer, by id. */
  readonly #asked = new Map<number, Asked>()
  /** To be asked, in order, and how many of them are on their way. */
  #queue: number[] = []
  #onTheirWay = 0
  /** Whose answer is here, and whose tick is not. */
  #answered: Answered[] = []
  /** The newest tick that is here. */
  #newest = -1
  #isOver = false

  constructor(line: Line) {
    this.#line = line
  }

  /** @throws ERR_REQUEST, and what the server answers; ERR_DISCONNECTED, ERR_MATCH_ENDED where the match ends before that */
  async ask(kind: Kind & { readonly answer: Layout }, values: Values): Promise<Values> {
    const { name, layout } = kind
    const packed = packRecord(layout, values, 'ERR_REQUEST')
    const id = ++this.#lastId
    const message = packAsk({ ask: 'request', id, name, values: packed })
    const bytes = await new Promise<Uint8Array>((resolve, reject) => {
      this.#asked.set(id, { message, resolve, reject })
      if (this.#queue.length > 0) this.#queue.push(id)
      else if (!this.#line.isLost) void this.#send(id)
    })
    const answer = unpackAnswer(bytes)
    if (answer.ok !== 'request') fail('ERR_MESSAGE', `an answer to '${answer.ok}': expected one to request '${name}'`)
    const answered = unpackRecord(kind.answer, answer.values, 'ERR_MESSAGE')
    await this.#holds(answer.tick)
    return answered
  }

  /** The state of `tick` is here. */
  received(tick: number): void {
    this.#newest = tick
    const due = this.#answered.filter((one) => one.tick <= tick)
    if (due.length === 0) return
    this.#answered = this.#answered.filter((one) => one.tick > tick)
    for (const { resolve } of due) resolve()
  }

  /** There is another connection: what is not answered is asked over it. */
  resume(): void {
    this.#queue = [...this.#asked.keys()]
    this.#onTheirWay = 0
    this.#sendMore()
  }

  /** Nothing comes any more. */
  end(): void {
    this.#isOver = true
    for (const { reject } of this.#asked.values())
      reject(new TickwireError('ERR_DISCONNECTED', 'the match ended before the answer came'))
    this.#asked.clear()
    this.#queue = []
    for (const { reject } of this.#answered) reject(over())
    this.#answered = []
  }

  #sendMore(): void {
    const queue = this.#queue
    while (this.#onTheirWay < AGAIN && queue.length > 0) {
      this.#onTheirWay++
      void this.#send(queue.shift()!).then(() => {
        if (queue !== this.#queue) return
        this.#onTheirWay--
        this.#sendMore()
      })
    }
  }

  async #send(id: number): Promise<void> {
    const { message, resolve, reject } = this.#asked.get(id)!
    const queue = this.#queue
    try {
      const answer = await this.#line.ask(message)
      this.#asked.delete(id)
      resolve(answer)
    } catch (error) {
      // Then the match ends, or there will be another connection.
      if (error instanceof TickwireError && error.code === 'ERR_DISCONNECTED') {
        if (queue === this.#queue) this.#queue = []
        return
      }
      this.#asked.delete(id)
      reject(error)
    }
  }

  #holds(tick: number): Promise<void> {
    if (this.#newest >= tick) return Promise.resolve()
    if (this.#isOver) return Promise.reject(over())
    return new Promise((resolve, reject) => this.#answered.push({ tick, resolve, reject }))
  }
}

function over(): TickwireError {
  return new TickwireError('ERR_MATCH_ENDED', 'the match ended before the answer took effect')
}
