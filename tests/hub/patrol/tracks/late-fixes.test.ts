import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { summarise } from '../../../../gateway/hub/patrol/tracks/summary.ts'
import { SqliteTrackStore } from '../../../../gateway/hub/stores/sqlite-track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { testFolder } from '../../../test-folder.ts'
import { at, everySecond, ORIGIN, START_MS } from '../made-track.ts'

const DAY_MS = 86_400_000
const DAY: Fix[] = [
  ...everySecond(0, 900, (s) => at(4 * s, 0)),
  ...everySecond(900, 600, () => at(3600, 0)),
  ...everySecond(1700, 900, (s) => at(3600, 5 * s)),
  ...everySecond(4000, 300, () => ORIGIN),
]
const BATCH = 30
const batches = Array.from({ length: DAY.length / BATCH }, (_, i) => DAY.slice(i * BATCH, (i + 1) * BATCH))

function open() {
  const store = new SqliteTrackStore(testFolder())
  onTestFinished(() => store.close())
  const write = (fixes: Fix[]) => store.write({ fixes: [{ device: 'bike-1', fixes }], readings: [] })
  const summary = async () =>
    summarise(await store.readTrack('bike-1', START_MS, START_MS + DAY_MS), START_MS, START_MS + DAY_MS)
  return { write, summary }
}

test('fixes that come late, out of order and twice make the same summary', async () => {
  const inOrder = open()
  await inOrder.write(DAY)
  const expected = await inOrder.summary()
  expect(expected).toMatchObject({ fixes: DAY.length, trips: [{}, {}], stops: [{}, {}], gaps: [{}, {}] })
  for (const order of fc.sample(fc.shuffledSubarray([...batches.keys()], { minLength: batches.length }), 3)) {
    const { write, summary } = open()
    for (const i of [...order, ...order.slice(0, 5)]) await write(batches[i]!.toReversed())
    expect(await summary()).toEqual(expected)
  }
})

test('a batch that comes late closes the gap that was there without it', async () => {
  const { write, summary } = open()
  await write(batches.filter((_, i) => i !== 10).flat())
  const before = await summary()
  expect(before.gaps).toHaveLength(3)
  await write(batches[10]!)
  const after = await summary()
  expect(after.gaps).toHaveLength(2)
  expect(after.distanceM).toBeGreaterThan(before.distanceM + 100)
})
