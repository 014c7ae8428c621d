// What players ask for between ticks (to join, to leave, a request), done at the start of the next one, in order of
// asking. Each is answered once that tick's frames are written, so that an answer never comes before its state.

import { TickwireError } from '@tickwire/engine/wire'

export class Acts {
  #due: (() => void)[] = []
  #answers: (() => void)[] = []
  /** Why nothing is done any more, or undefined. */
  #closed: string | undefined

  /** Does `act` at the start of the next tick. Rejects with what it throws, or with ERR_MATCH_ENDED. */
  add<T>(act: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#due.push(() => {
        if (this.#closed !== undefined) {
          const over = new TickwireError('ERR_MATCH_ENDED', this.#closed)
          this.#answers.push(() => reject(over))
          return
        }
        try {
          const result = act()
          this.#answers.push(() => resolve(result))
        } catch (error) {
          this.#answers.push(() => reject(error))
        }
      })
      if (this.#closed !== undefined) this.close(this.#closed)
    })
  }

  /** Does `act` at the start of the next tick, if there is one. Nobody waits for it: it must not throw. */
  later(act: () => void): void {
    if (this.#closed === undefined) this.#due.push(() => this.#closed === undefined && act())
  }

  /** At the start of a tick. */
  run(): void {
    const due = this.#due
    if (due.length === 0) return
    this.#due = []
    for (const act of due) act()
  }

  /** Once its frames are written. */
  answer(): void {
    const answers = this.#answers
    if (answers.length === 0) return
    this.#answers = []
    for (const answer of answers) answer()
  }

  /** Refuses what waits and all that follows. */
  close(reason: string): void {
    this.#closed = reason
    this.run()
    this.answer()
  }
}
