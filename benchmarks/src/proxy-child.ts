// A proxy in a process of its own, so that nobody else's work makes it late: see proxy.ts for what each of these does.
// new Child<ProxyHandlers>(new URL('./proxy-child.ts', import.meta.url)), then ask('start', options) for its port.

import { answer } from './child.ts'
import { type ProxyOptions, ShapingProxy, type Way } from './proxy.ts'

let proxy: ShapingProxy

const handlers = {
  async start(options: ProxyOptions): Promise<number> {
    proxy = await ShapingProxy.start(options)
    return proxy.port
  },
  shape: (profile: Parameters<ShapingProxy['shape']>[0]): void => proxy.shape(profile),
  setRate: ({ rate, way }: { rate: number | undefined; way?: Way }): void => proxy.setRate(rate, way),
  pause: (way: Way = 'both'): void => proxy.pause(way),
  resume: (way: Way = 'both'): void => proxy.resume(way),
  cut: (): void => proxy.cut(),
  taken: (): ShapingProxy['taken'] => proxy.taken,
}
export type ProxyHandlers = typeof handlers

answer(handlers)
