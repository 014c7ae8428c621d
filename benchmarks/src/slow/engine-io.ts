// What both users of engine.io need of it.

import { Agent } from 'node:http'

/** engine.io's server, as far as it is read here. */
export interface EngineServer {
  readonly clients: Readonly<
    Record<string, { readonly writeBuffer: readonly { readonly data?: string | Uint8Array }[] }>
  >
}

/** Bytes that engine.io keeps for connections whose transport does not take them. */
export function bytesIn({ clients }: EngineServer): number {
  let bytes = 0
  for (const { writeBuffer } of Object.values(clients)) for (const { data } of writeBuffer) bytes += data?.length ?? 0
  return bytes
}

/** Connections for long-polling: a page's requests share some; those of Node don't, unless they are told to. */
export function keepAlive(): string {
  return new Agent({ keepAlive: true }) as never // engine.io-client's types know names of agents only
}
