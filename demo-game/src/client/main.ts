// The page: asks for a name, joins a match, and puts stage, controls and panels around it.
// `?name=` skips the question, `?match=` joins that match, `?renderer=canvas` draws without WebGL.

/// <reference types="vite/client" />
import './slow-socket.ts' // first: the engine's socket keeps the WebSocket that is there when it loads

import { connect, reloadOnce } from '@tickwire/engine/client'
import { arena } from '../game.ts'
import { Chat } from './chat.ts'
import { element } from './dom.ts'
import { Hud } from './hud.ts'
import { Controls, watchForTouch } from './input.ts'
import { LagPanel } from './lag-panel.ts'
import type { ArenaMatch } from './match.ts'
import { Minimap } from './minimap.ts'
import { NetGraph } from './net-graph.ts'
import { Notice } from './notice.ts'
import { Stage } from './stage.ts'
import { askName } from './welcome.ts'

const RESTART_MS = 1500

const query = new URLSearchParams(location.search)
const page = document.getElementById('page') as HTMLElement
const stage = new Stage(document.getElementById('stage') as HTMLElement, query.get('renderer') === 'canvas')
const notice = new Notice(page)

function reload(): void {
  location.reload()
}

async function join(name: string, controls: Controls): Promise<ArenaMatch | undefined> {
  try {
    return await connect(arena, location.origin, {
      match: query.get('match') ?? 'quick',
      name,
      input: () => controls.read(),
    })
  } catch (error) {
    if (!reloadOnce(error)) notice.show(error instanceof Error ? error.message : String(error), 'Try again', reload)
    return undefined
  }
}

function play(match: ArenaMatch, controls: Controls): void {
  controls.heading = () => match.view.ship.mine?.heading
  const bar = element('div', 'bar')
  const hud = new Hud(page, match)
  const minimap = new Minimap(page)
  page.append(bar)
  const graph = new NetGraph(page, bar)
  const lag = new LagPanel(page, bar)
  new Chat(page, bar).join(match)
  stage.start({
    match,
    isOutlined: () => lag.isOutlined,
    afterFrame({ now, x, y, width, height }) {
      hud.update(now)
      minimap.update(match.view, match.me.id, now, x, y, width, height)
      graph.update(match.stats, now)
    },
  })
  match.onStatus((status) => {
    if (status === 'reconnecting') notice.show('Connection lost. Reconnecting…')
    else if (status === 'playing') notice.hide()
  })
  void match.ended.then((reason) => {
    notice.show(`The match ended: ${reason}`, 'Play again', reload)
    if (import.meta.env.DEV) setTimeout(reload, RESTART_MS) // the server starts anew with every change
  })
  addEventListener('pagehide', () => void match.leave())
}

watchForTouch()
const name = await askName(page, query)
const controls = new Controls(page)
notice.show('Joining…')
const match = await join(name, controls)
if (match) {
  notice.hide()
  globalThis.match = match
  play(match, controls)
}
