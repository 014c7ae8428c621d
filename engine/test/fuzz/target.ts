// Something that reads what comes from the wire, with good examples to start from, and what must hold after each example that
// was tampered with: it is refused with an error that is meant for it, or read as something that is allowed; what was held
// before has not changed; and no more is allocated than `allowed`.

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { TickwireError } from '../../src/schema/errors.ts'

export interface Target {
  readonly about: string
  readonly frames: readonly Uint8Array[]
  /** Whether an error is a refusal; anything else that is thrown is a crash. */
  refuses(error: Error): boolean
  /** Bytes that a frame of this length may make its reader allocate. */
  allowed(length: number): number
  /** Something that reads frames; a new one, with nothing kept from others. */
  reader(): (frame: Uint8Array) => Read
  /** Throws if anything that was there before has changed. */
  check(): void
}
export interface Read {
  readonly outcome: string
  /** Throws unless what was read is what is allowed. */
  check(): void
}
/** A frame that was read or refused. */
export class Taken implements Read {
  readonly outcome: string
  readonly ms: number
  readonly bytes: number
  readonly #read: Read | Error

  constructor(read: Read | Error, ms: number, bytes: number) {
    this.outcome = 'outcome' in read ? read.outcome : read instanceof TickwireError ? read.code : read.message
    this.ms = ms
    this.bytes = bytes
    this.#read = read
  }

  /** The outcome and why, without what is particular to this frame: frames with another one took another way. */
  get way(): string {
    return general('outcome' in this.#read ? this.outcome : `${this.outcome} ${this.#read.message}`)
  }

  check(): void {
    if ('check' in this.#read) this.#read.check()
  }
}

/** Beyond what a good frame takes: this, and so much for each of its bytes (a packed value is two bytes and 3 kB of garbage). */
const SPARE = 65536
const PER_BYTE = 2048

/** A target whose readers may allocate what its good frames take, and then so much, `perByte` for each byte. */
export function bounded(target: Omit<Target, 'allowed'>, perByte: number = PER_BYTE): Target {
  const good = Math.max(...target.frames.map((frame) => measured(target, frame).bytes))
  return { ...target, allowed: (length) => good + SPARE + Math.max(PER_BYTE, perByte) * length }
}

/** Refuses with one of our own errors. */
export function typed(...codes: readonly string[]): (error: Error) => boolean {
  return (error) => error instanceof TickwireError && codes.includes(error.code)
}

/** Throws whatever is no refusal. */
export function taken(
  { refuses }: Pick<Target, 'refuses'>,
  reader: (frame: Uint8Array) => Read,
  frame: Uint8Array
): Taken {
  let read: Read | Error
  const before = allocated()
  const start = performance.now()
  try {
    read = reader(frame)
  } catch (error) {
    if (!(error instanceof Error) || !refuses(error)) throw error
    read = error
  }
  const ms = performance.now() - start
  return new Taken(read, ms, allocated() - before)
}

/** By readers that are new; the least of three, without what chance adds: a pause, or code that is compiled. */
export function measured(
  target: Pick<Target, 'refuses' | 'reader'>,
  frame: Uint8Array
): { readonly ms: number; readonly bytes: number } {
  const all = [0, 1, 2].map(() => taken(target, target.reader(), frame))
  // Less than nothing: garbage was collected in between.
  const bytes = all.map((one) => one.bytes).filter((of) => of > 0)
  return { ms: Math.min(...all.map(({ ms }) => ms)), bytes: Math.min(...bytes) }
}

function allocated(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

function general(text: string): string {
  return text
    .replace(/'[^']*'/g, "''")
    .replace(/(?<=schema )[\da-f]+/g, '#')
    .replace(/(?<=: )\S+(?=: expected)/g, '*')
    .replace(/[-+\d.e]*\d/g, '#')
}
