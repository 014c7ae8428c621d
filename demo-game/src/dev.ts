// `npm run dev`: Vite serves the page and reloads it on every change; the game's server runs beside it, on the next
// port, and starts anew on every change. The page reaches it through Vite's own port: PORT, or 3000.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

const port = Number(process.env.PORT ?? 3000)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const tsx = fileURLToPath(import.meta.resolve('tsx/cli'))
const game = spawn(
  process.execPath,
  [tsx, 'watch', '--clear-screen=false', '-C', '@tickwire/source', here('./server.ts'), '--no-page'],
  { stdio: 'inherit', env: { ...process.env, PORT: String(port + 1) } }
)

const page = await createServer({
  configFile: here('../vite.config.ts'),
  server: { port, strictPort: true, proxy: { '/socket.io': { target: `http://localhost:${port + 1}`, ws: true } } },
})
await page.listen()
console.log(`Tickwire Arena, with hot reload: http://localhost:${port}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    game.kill(signal)
    void page.close().then(() => process.exit())
  })
