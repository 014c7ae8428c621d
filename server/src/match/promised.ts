// Rules give nothing back; but an async function is one, too, as far as types can tell.

/** Calls `rejected` with what a promise rejects with, if `given` is one. */
export function heard(given: unknown, rejected: (error: unknown) => void): void {
  if (typeof (given as PromiseLike<unknown> | undefined)?.then === 'function')
    void Promise.resolve(given as PromiseLike<unknown>).catch(rejected)
}
