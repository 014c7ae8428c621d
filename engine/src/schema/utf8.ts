// UTF-8, writer and reader side by side. (TextEncoder belongs to hosts, not to the language.)

import { type ErrorCode, fail } from './errors.ts'

/** Units of text made at once: as many as a call takes for sure. */
const PIECE = 4096

/** UTF-8 of well-formed text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(utf8Length(text))
  writeUtf8(text, out, 0)
  return out
}

/** How many bytes well-formed text takes. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    // Each half of a pair stands for two bytes.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}

/** Writes well-formed text to `out` from `at` on, which has utf8Length() bytes there. */
export function writeUtf8(text: string, out: Uint8Array, at: number): void {
  let to = at
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!
    if (code < 0x80) {
      out[to++] = code
      continue
    }
    const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3
    out[to++] = (0xff << (7 - more)) | (code >> (6 * more))
    for (let left = more - 1; left >= 0; left--) out[to++] = 0x80 | ((code >> (6 * left)) & 63)
    if (more === 3) i++
  }
}

/** @throws the code given for anything but shortest-form UTF-8 of well-formed text */
export function fromUtf8(bytes: Uint8Array, code: ErrorCode, name: string): string {
  // Pieces that are joined one by one would stay pieces, each thirty times its size.
  const units = new Uint16Array(bytes.length)
  let count = 0
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at++]
    const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1
    if (more < 0 || at + more > bytes.length) fail(code, `${name} is not UTF-8`)
    let point = more === 0 ? first : first & (0x3f >> more)
    for (let i = 0; i < more; i++) {
      const next = bytes[at++]
      if ((next & 0xc0) !== 0x80) fail(code, `${name} is not UTF-8`)
      point = (point << 6) | (next & 63)
    }
    const shortest = more < 2 || point >= (more === 2 ? 0x800 : 0x10000)
    if (!shortest || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) fail(code, `${name} is not UTF-8`)
    if (point >= 0x10000) units[count++] = 0xd7c0 + (point >> 10)
    units[count++] = point < 0x10000 ? point : 0xdc00 | (point & 0x3ff)
  }
  let text = ''
  for (let at = 0; at < count; at += PIECE)
    text += String.fromCharCode.apply(undefined, units.subarray(at, Math.min(count, at + PIECE)) as never as number[])
  return text
}
