// Socket.IO's admin UI as a namespace of the server: off unless credentials are given.

import { instrument } from '@socket.io/admin-ui'
import { TickwireError } from '@tickwire/engine'
import bcrypt from 'bcryptjs'
import type { Server as Io } from 'socket.io'
import { Attempts } from './addresses.ts'
import { now } from './loop.ts'

export interface AdminOptions {
  readonly username: string
  /** At least 8 characters; a bcrypt hash (`$2…`) is used as it is. */
  readonly password: string
  /** Only looking: no emitting, joining, leaving, disconnecting. False by default. */
  readonly readonly?: boolean
  /** 'development' shows every socket, room and event, which costs time at each of them. 'production' by default. */
  readonly mode?: 'development' | 'production'
}

const SHORTEST_PASSWORD = 8
// The hash lives next to the password it was made from, in this process: it needs to be quick, not slow.
const QUICK_ROUNDS = 4
const ATTEMPTS_PER_SECOND = 1
const ATTEMPTS_AT_ONCE = 5

/** Opens the namespace `/admin`. @throws ERR_USAGE for credentials that can't protect it. */
export function administer(io: Io, { username, password, readonly = false, mode = 'production' }: AdminOptions): void {
  if (username === '' || password.length < SHORTEST_PASSWORD) {
    throw new TickwireError(
      'ERR_USAGE',
      `admin needs a username and a password of at least ${SHORTEST_PASSWORD} characters; ` +
        `the password has ${password.length}`
    )
  }
  checkAttempts(io)
  const hash = password.startsWith('$2') ? password : bcrypt.hashSync(password, QUICK_ROUNDS)
  instrument(io, { namespaceName: '/admin', auth: { type: 'basic', username, password: hash }, readonly, mode })
}

// Runs before the package's own check, which would reject unhandled (and so end the process) on a password that isn't
// text, and which hashes for as long as it is asked to, between two ticks.
function checkAttempts(io: Io): void {
  const attempts = new Attempts(ATTEMPTS_PER_SECOND, ATTEMPTS_AT_ONCE)
  io.of('/admin').use((socket, next) => {
    const { username, password, sessionId } = socket.handshake.auth
    const resumes = typeof sessionId === 'string' && password === undefined && username === undefined
    if (resumes) return next()
    if (typeof username !== 'string' || typeof password !== 'string') return next(new Error('invalid credentials'))
    const mayTry = attempts.take(socket.handshake.address, now())
    return next(mayTry ? undefined : new Error('too many attempts; wait a few seconds'))
  })
}
