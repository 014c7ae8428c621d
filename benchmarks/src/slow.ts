// `bench slow`: what a player behind a slow link sees, how much of that link is used, and what it costs the server and
// everybody else; over real sockets and a shaping proxy, beside peers. Its parts are in slow/.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Option } from 'commander'
import type { Benchmark } from './benchmark.ts'
import { count, counts, oneOfEach, positive } from './options.ts'
import { capacityPart } from './slow/capacity.ts'
import { CONTENDERS, type ContenderName } from './slow/contenders.ts'
import { crowdPart } from './slow/crowd.ts'
import { pageOf, svgOf } from './slow/page.ts'
import type { Made, Options, Part } from './slow/part.ts'
import { pausesPart } from './slow/pauses.ts'
import { arePeersInstalled, installPeers } from './slow/peers.ts'
import { pollingPart } from './slow/polling.ts'
import { sharesPart } from './slow/shares.ts'
import { silentPart } from './slow/silent.ts'
import { uploadPart } from './slow/upload.ts'

const PARTS: readonly Part[] = [sharesPart, pausesPart, capacityPart, crowdPart, silentPart, uploadPart, pollingPart]
const NAMES = PARTS.map(({ name }) => name)
/** The plot of which a picture is made. */
const PICTURED = '60 %'
const ALL = Object.keys(CONTENDERS)

interface Words extends Omit<Options, 'contenders'> {
  readonly contenders: readonly ContenderName[]
  readonly only: readonly string[]
  readonly peers?: boolean
  readonly html?: string
  readonly svg?: string
}

export const slow: Benchmark = {
  name: 'slow',
  summary: 'state age behind slow links, narrowing ones and pauses; what others notice; beside Socket.IO and Colyseus',
  options: [
    new Option('--only <parts>', `these parts: ${NAMES.join(', ')}`).default(NAMES).argParser(oneOfEach(NAMES)),
    new Option('--contenders <names>', `these of ${ALL.join(', ')}`).default(ALL).argParser(oneOfEach(ALL)),
    new Option('--shares <list>', 'per cent of the stream that the link carries')
      .default([100, 80, 60, 30, 10], '100,80,60,30,10')
      .argParser(counts),
    new Option('--pauses <list>', 'seconds').default([1, 6, 30], '1,6,30').argParser(counts),
    new Option('--seconds <n>', 'measured seconds of each share').default(90).argParser(positive),
    new Option('--rows <n>', 'ships in the arena').default(200).argParser(count),
    new Option('--good <n>', 'players on good links beside').default(5).argParser(count),
    new Option('--peers', 'install what benchmarks/peers lists, if it is not there, so that Colyseus takes part'),
    new Option('--html <file>', 'draw state age over time on this page'),
    new Option('--svg <file>', 'the same as a picture: one share, 60 % or the first'),
  ],
  async run({ only, peers, html, svg, ...words }: Words, progress) {
    if (peers) installPeers()
    const contenders = words.contenders.filter((name) => name !== 'colyseus' || arePeersInstalled())
    const options: Options = { ...words, contenders }
    const parts = PARTS.filter(({ name }) => only.includes(name))
    progress.total(parts.reduce((steps, part) => steps + part.steps(options), 0))
    const made: Made[] = []
    for (const part of parts) made.push(await part.run(options, progress))
    const plots = made.flatMap(({ plots = [] }) => plots)
    const method = made.flatMap(({ method }) => method)
    if (html) save(html, pageOf(method.join(' '), plots))
    const pictured = plots.find(({ title }) => title.includes(PICTURED)) ?? plots[0]
    if (svg && pictured) save(svg, svgOf(pictured))
    const { seconds, rows, good, shares, pauses } = options
    return {
      parameters: { only: only.join(), contenders: contenders.join(), shares, pauses, seconds, rows, good },
      method,
      tables: made.flatMap(({ tables }) => tables),
    }
  },
}

/** npm runs scripts in their package's folder; a file is meant from where the user stands. */
function save(file: string, text: string): void {
  writeFileSync(path.resolve(process.env.INIT_CWD ?? '', file), text)
}
