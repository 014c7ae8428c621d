// Both transports, by name.

import { connectRawBot } from './raw-bot.ts'
import { startRawHost } from './raw-host.ts'
import { connectTickwireBot } from './tickwire-bot.ts'
import { startTickwireHost } from './tickwire-host.ts'
import type { ConnectBot, StartHost } from './transport.ts'

export type TransportName = 'tickwire' | 'raw'
export const HOSTS: Readonly<Record<TransportName, StartHost>> = { tickwire: startTickwireHost, raw: startRawHost }
export const BOTS: Readonly<Record<TransportName, ConnectBot>> = { tickwire: connectTickwireBot, raw: connectRawBot }
