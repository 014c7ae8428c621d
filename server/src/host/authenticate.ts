// Who is on a connection: the game's own word, asked once, before the connection is heard.

import type { IncomingHttpHeaders } from 'node:http'
import { TickwireError } from '@tickwire/engine'
import type { Socket } from 'socket.io'
import { settleName } from '../match/names.ts'
import type { Identity } from '../match/rules.ts'

/** What is known of a connection before it is let in. */
export interface Handshake {
  /** What the client gave as `auth`, an empty object if nothing. Anybody may send anything. */
  readonly auth: Readonly<Record<string, unknown>>
  /** As `limits` count it: behind proxies what `trustProxy` lets one believe. */
  readonly address: string
  readonly headers: IncomingHttpHeaders
}

export type Authenticate = (handshake: Handshake) => Identity | Promise<Identity>

export interface Checkpoint {
  readonly authenticate: Authenticate
  readonly addressOf: (socket: Socket) => string
  readonly known: (socket: Socket, identity: Identity) => void
  readonly refused: (socket: Socket, refusal: TickwireError) => void
}

export type Middleware = (socket: Socket, next: (error?: Error) => void) => void

/** A middleware of the main namespace. */
export function checkpoint({ authenticate, addressOf, known, refused }: Checkpoint): Middleware {
  const identify = async (socket: Socket): Promise<Identity> => {
    const { auth, headers } = socket.handshake
    const identity = await authenticate({ auth, headers, address: addressOf(socket) })
    if (typeof identity?.id !== 'string' || identity.id === '')
      throw new TickwireError('ERR_REFUSED', 'authenticate() gave no id: expected { id: text }, or an error thrown')
    if (identity.name !== undefined) settleName(identity.name)
    return identity
  }
  return (socket, next) => {
    identify(socket).then(
      (identity) => {
        known(socket, identity)
        next()
      },
      (error: unknown) => {
        // What others throw may hold secrets.
        const isOurs = error instanceof TickwireError
        const said = isOurs ? error : new TickwireError('ERR_REFUSED', 'refused by the server')
        refused(socket, isOurs ? said : new TickwireError('ERR_REFUSED', `authenticate() threw ${String(error)}`))
        next(new Error(said.message))
      }
    )
  }
}
