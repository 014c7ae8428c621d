// Both transports, by name.

import { connectRawBot } from './raw-bot.ts'
import { connectRawExtra } from './raw-extra.ts'
import { startRawHost } from './raw-host.ts'
import { connectTickwireBot } from './tickwire-bot.ts'
import { connectTickwireExtra } from './tickwire-extra.ts'
import { startTickwireHost } from './tickwire-host.ts'
import type { ConnectBot, ConnectExtra, StartHost } from './transport.ts'

export type TransportName = 'tickwire' | 'raw'
interface Transport {
  readonly title: string
  readonly host: StartHost
  readonly bot: ConnectBot
  readonly extra: ConnectExtra
}
export const TRANSPORTS: Readonly<Record<TransportName, Transport>> = {
  tickwire: { title: 'Tickwire', host: startTickwireHost, bot: connectTickwireBot, extra: connectTickwireExtra },
  raw: { title: 'raw ws', host: startRawHost, bot: connectRawBot, extra: connectRawExtra },
}
