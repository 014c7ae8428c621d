// JSON, bytes to bytes: what a text frame carries is UTF-8.

import { Integers, type Item } from './integers.ts'

export class Json extends Integers {
  protected override write(rows: readonly Item[]): Uint8Array {
    return Buffer.from(JSON.stringify(rows))
  }
  protected override parse(bytes: Uint8Array): Item[] {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as Item[]
  }
}
