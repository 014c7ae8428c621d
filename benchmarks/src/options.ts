// How option values are read.

import { InvalidArgumentError } from 'commander'

/** A whole number of at least 1. */
export function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of at least 1')
  return value
}

/** Whole numbers of at least 1 with commas between them. */
export function counts(text: string): number[] {
  return text.split(',').map(count)
}

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) throw new InvalidArgumentError('expected a number above 0')
  return value
}

/** Names with commas between them, each one of these. */
export function oneOfEach(names: readonly string[]): (text: string) => string[] {
  return (text) => {
    const found = text.split(',')
    const other = found.find((name) => !names.includes(name))
    if (other !== undefined) throw new InvalidArgumentError(`'${other}': expected one or more of ${names.join(', ')}`)
    return found
  }
}
