// The first byte of every Tickwire frame, the version of all of them, and how large one may be.

import { fail } from '../schema/errors.ts'

/** Both ends must speak the same version: the handshake compares it. */
export const PROTOCOL_VERSION = 6

/** The size in bytes that no frame may exceed, either way. What a server takes is bounded further by its host. */
export const MAX_FRAME_BYTES: number = 1024 * 1024

export const FRAME_KIND = {
  /** Server to client: a private chunk, then the shared one. */
  state: 1,
  /** Client to server: a run of commands, or none: then it is an acknowledgement. */
  commands: 2,
  /** Client to server: what it holds is wrong or missing; it needs a keyframe. */
  resync: 3,
  /** Client to server: the prior that it was handed can be read now, or can't. */
  learned: 4,
} as const

/** Why a keyframe is needed: the second byte of a resync frame. */
export const RESYNC_REASON = {
  /** The frame broke a rule of the format. */
  unreadable: 1,
  /** The state has another hash than its frame says. */
  unsound: 2,
} as const

export type FrameKind = keyof typeof FRAME_KIND

const NAMES: readonly (FrameKind | undefined)[] = [undefined, 'state', 'commands', 'resync', 'learned']

/** @throws ERR_FRAME_TRUNCATED for an empty frame, ERR_FRAME_KIND for an unknown one */
export function kindOf(bytes: Uint8Array): FrameKind {
  if (bytes.length === 0) fail('ERR_FRAME_TRUNCATED', 'an empty frame')
  return (
    NAMES[bytes[0]] ??
    fail('ERR_FRAME_KIND', `frame kind ${bytes[0]}: expected ${Object.values(FRAME_KIND).join(', ')}`)
  )
}
