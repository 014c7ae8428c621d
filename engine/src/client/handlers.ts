// What a page listens with. One given twice is called twice, and each is taken out by itself.

export class Handlers<T> {
  readonly #all = new Set<{ readonly handler: (value: T) => void }>()

  /** Returns what takes it out again. */
  add(handler: (value: T) => void): () => void {
    const entry = { handler }
    this.#all.add(entry)
    return () => {
      this.#all.delete(entry)
    }
  }

  /** Calls those that were there when it began. @throws what one of them throws */
  call(value: T): void {
    for (const { handler } of [...this.#all]) handler(value)
  }
}
