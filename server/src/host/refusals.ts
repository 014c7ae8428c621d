// The code in a packed answer or notice that refuses something, read from its first bytes: PROTOCOL.md, section Control.

// { error: code, … } and { tell: 'end' | 'refused', code, … }: MessagePack's maps, with texts of up to 31 bytes.
const ANSWER = /^\x82\xa5error.(ERR_[A-Z_]+)/s
const NOTICE = /^\x83\xa4tell(?:\xa3end|\xa7refused)\xa4code.(ERR_[A-Z_]+)/s
const ENOUGH = 64

/** Undefined where it refuses nothing. */
export function refusalIn(message: Uint8Array): string | undefined {
  const text = Buffer.from(message.buffer, message.byteOffset, Math.min(message.length, ENOUGH)).toString('latin1')
  return (ANSWER.exec(text) ?? NOTICE.exec(text))?.[1]
}
