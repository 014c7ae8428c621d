// A connection without a client behind it: what is sent over it is up to whoever has it.

import type { AnyGame } from '@tickwire/engine'
import { type LinkTransport, linkTransport, type VirtualClock } from '@tickwire/engine/testing'
import {
  type Answer,
  type Ask,
  BitWriter,
  type CommandRun,
  PROTOCOL_VERSION,
  planOf,
  type Tell,
  writeCommands,
} from '@tickwire/engine/wire'
import { packAsk, unpackAnswer, unpackTell } from '../../../engine/src/wire/messages.ts'
import type { VirtualServer } from '../../src/testing/index.ts'
import type { Sea } from './world.ts'

export class Stranger {
  readonly transport: LinkTransport
  /** How the server ended it, or undefined. */
  end: string | undefined
  isClosed = false
  readonly #bits = new BitWriter()

  constructor(server: VirtualServer<Sea>, clock: VirtualClock) {
    this.transport = linkTransport(server.dial().client, clock)
    this.transport.listen({
      frame: () => {},
      tell: (message) => {
        const tell: Tell = unpackTell(message)
        if (tell.tell === 'end') this.end = tell.code
      },
      status: (connected) => {
        this.isClosed = !connected
      },
    })
  }

  /** Undefined: the server refused it, or it was cut off. */
  async ask(message: Ask): Promise<Answer | undefined> {
    try {
      return unpackAnswer(await this.transport.ask(packAsk(message)))
    } catch {
      return undefined
    }
  }

  join(game: AnyGame, match: string | Uint8Array, name: string): Promise<Answer | undefined> {
    return this.ask({ ask: 'join', version: PROTOCOL_VERSION, game: game.name, schema: game.hash, match, name })
  }

  resume(game: AnyGame, match: string, player: number, token: Uint8Array): Promise<Answer | undefined> {
    const { name, hash } = game
    return this.ask({ ask: 'resume', version: PROTOCOL_VERSION, game: name, schema: hash, match, player, token })
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.transport.send(frame)
  }

  /** Commands as a client would send them. */
  commands(game: AnyGame, run: CommandRun): Uint8Array<ArrayBuffer> {
    return writeCommands(this.#bits, planOf(game).command, run)
  }

  close(): void {
    this.transport.close()
  }
}
