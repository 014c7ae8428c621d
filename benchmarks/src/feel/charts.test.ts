import { profiles } from '@tickwire/engine/testing'
import { expect, test } from 'vitest'
import { chartsOf } from './charts.ts'
import { Play } from './play.ts'

test('a stretch of play as columns: as many values as times, in order, where the drawn path is the true one', async () => {
  const play = new Play(30, 1)
  const { notes } = await play.join(profiles.cable)
  const from = play.now + 3000
  await play.run(8000)
  const charts = chartsOf(play, notes, from, from + 4000)
  for (const { time, series } of charts) {
    expect(time).toEqual([...time].sort((a, b) => a - b))
    for (const { values } of series) expect(values).toHaveLength(time.length)
  }
  const [path, speed] = charts
  expect(path.time).toHaveLength(240)
  const [now, truth, drawn] = path.series.map(({ values }) => values as number[])
  for (const [at, value] of drawn.entries()) expect(Math.abs(value - truth[at])).toBeLessThan(0.1)
  expect(now).not.toEqual(truth)
  expect(speed.series[0].values[0]).toBeNull()
})
