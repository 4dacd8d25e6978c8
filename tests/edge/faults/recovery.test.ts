import { expect, test } from 'vitest'
import { Recovery } from '../../../gateway/edge/faults/recovery.ts'

const RULE = { settleMs: 500, sparseMs: 2000 }

/** Milliseconds at which a recovery was believed. */
function believed(readings: [atMs: number, back: boolean][], lastStands?: boolean): number[] {
  const recovery = new Recovery({ ...RULE, lastStands })
  return readings.filter(([atMs, back]) => recovery.observe(back, atMs)).map(([atMs]) => atMs)
}

test.each<{ name: string; readings: [number, boolean][]; lastStands?: boolean; at: number[] }>([
  { name: 'the first reading ever', readings: [[0, true]], at: [0] },
  {
    name: 'readings that come fast settle first',
    readings: [0, 1, 2, 3, 4, 5, 6].map((tenth): [number, boolean] => [tenth * 100, tenth > 0]),
    at: [600],
  },
  {
    name: 'one that disagrees begins it anew',
    readings: [0, 1, 2, 3, 4, 5, 6, 7, 8].map((tenth): [number, boolean] => [
      tenth * 100,
      tenth > 0 && tenth !== 2,
    ]),
    at: [800],
  },
  {
    name: 'those that do not come fast enough to show a swing take longer',
    readings: [0, 1, 2, 3, 4, 5].map((nth): [number, boolean] => [nth * 500, nth > 0]),
    at: [2500],
  },
  {
    name: 'once a second: the third one',
    readings: [
      [0, false],
      [1000, true],
      [2000, true],
      [3000, true],
    ],
    at: [3000],
  },
  {
    name: 'once in five seconds: each by itself',
    readings: [
      [0, false],
      [5000, true],
    ],
    at: [5000],
  },
  {
    name: 'a sensor that reports changes only is believed once it has stood',
    readings: [
      [0, false],
      [60_000, true],
      [61_000, true],
      [62_000, true],
    ],
    lastStands: true,
    at: [62_000],
  },
])('$name', ({ readings, lastStands, at }) => expect(believed(readings, lastStands)).toEqual(at))

test('where nothing more is said, it is over once the last value has stood for long enough', () => {
  const recovery = new Recovery({ ...RULE, lastStands: true })
  recovery.observe(false, 0)
  expect([recovery.pending, recovery.stands(9000)]).toEqual([false, false])
  recovery.observe(true, 10_000)
  expect([recovery.pending, recovery.stands(11_999), recovery.stands(12_000)]).toEqual([true, false, true])
})
