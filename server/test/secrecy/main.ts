// The long run of pair.ts. A failure names its seed: --pairs 1 --seed N is that pair.
//   npm run soak -- secrecy --pairs 100000

import { parseArgs } from 'node:util'
import { pair } from './pair.ts'

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '0' } },
})
const [pairs, first] = [values.pairs, values.seed].map(Number)
const REPORT_MS = 10_000

let [differing, messages, next] = [0, 0, performance.now() + REPORT_MS]
for (let n = 0; n < pairs; n++) {
  const found = await pair(first + n)
  differing += Number(found.differs)
  messages += found.messages
  if (performance.now() < next) continue
  next = performance.now() + REPORT_MS
  console.log(`secrecy: ${n + 1} of ${pairs} pairs`)
}
console.log(`secrecy: ${pairs} pairs from seed ${first}, ${messages} messages to who may not know: all alike`)
console.log(`  in ${differing} those who may know were told of a difference: there was something to hide`)
