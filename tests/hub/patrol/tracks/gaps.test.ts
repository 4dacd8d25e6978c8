import { expect, test } from 'vitest'
import { gapsOf, stretches } from '../../../../gateway/hub/patrol/tracks/gaps.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { ORIGIN, START_MS, trackOfFixes } from '../made-track.ts'

const atSeconds = (...seconds: number[]) =>
  trackOfFixes(seconds.map((s): Fix => ({ timeMs: START_MS + s * 1000, ...ORIGIN })))
const upTo = (count: number, everyS: number, fromS = 0) =>
  Array.from({ length: count }, (_, i) => fromS + i * everyS)

/** Until the interval of a device is known, more than 10 s is a gap. */
const FIRST_HALF_MINUTES = [
  [0, 30],
  [30, 60],
  [60, 90],
]

test.each([
  ['no fix', [], []],
  ['one fix', [0], []],
  ['1 Hz without a break', upTo(100, 1), []],
  ['1 Hz, 10 s missing', [...upTo(60, 1), ...upTo(60, 1, 69)], []],
  ['1 Hz, just over 10 s missing', [...upTo(60, 1), ...upTo(60, 1, 69.001)], [[59, 69.001]]],
  [
    'two gaps',
    [...upTo(60, 1), ...upTo(60, 1, 100), ...upTo(60, 1, 300)],
    [
      [59, 100],
      [159, 300],
    ],
  ],
  ['every 30 s, one epoch missing', [...upTo(20, 30), ...upTo(20, 30, 630)], FIRST_HALF_MINUTES],
  [
    'every 30 s, five epochs missing',
    [...upTo(20, 30), ...upTo(20, 30, 721)],
    [...FIRST_HALF_MINUTES, [570, 721]],
  ],
  ['10 Hz keeps the 10 s', [...upTo(100, 0.1), ...upTo(100, 0.1, 15)], []],
])('%s', (_, seconds, gaps) => {
  expect(gapsOf(atSeconds(...seconds))).toEqual(
    gaps.map(([from, to]) => ({ fromMs: START_MS + from! * 1000, toMs: START_MS + to! * 1000 })),
  )
})

test('stretches hold every row once', () => {
  const track = atSeconds(...upTo(30, 1), 100, ...upTo(30, 1, 200))
  expect(stretches(track)).toEqual([
    { start: 0, end: 30 },
    { start: 30, end: 31 },
    { start: 31, end: 61 },
  ])
  expect(stretches(atSeconds())).toEqual([])
})
