import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Segment, segmentsOf } from '../../../../gateway/hub/patrol/tracks/segments.ts'
import type { Stop } from '../../../../gateway/hub/patrol/tracks/stops.ts'
import { at, START_MS } from '../made-track.ts'

const ms = (minutes: number): number => START_MS + minutes * 60_000
const span = (from: number, to: number) => ({ fromMs: ms(from), toMs: ms(to) })
const stop = (from: number, to: number, eastM = 0): Stop => ({
  first: 0,
  last: 0,
  ...span(from, to),
  ...at(eastM, 0),
})
const inMinutes = (segments: Segment[]) =>
  segments.map(({ kind, fromMs, toMs }) => [kind, (fromMs - START_MS) / 60_000, (toMs - START_MS) / 60_000])

test.each<[string, Stop[], [number, number][], (string | number)[][]]>([
  ['a ride', [], [], [['trip', 0, 60]]],
  ['a stop of four minutes parts nothing', [stop(10, 14)], [], [['trip', 0, 60]]],
  [
    'one of five does',
    [stop(10, 15)],
    [],
    [
      ['trip', 0, 10],
      ['stop', 10, 15],
      ['trip', 15, 60],
    ],
  ],
  [
    'so does a gap of five',
    [],
    [[10, 15]],
    [
      ['trip', 0, 10],
      ['gap', 10, 15],
      ['trip', 15, 60],
    ],
  ],
  ['a gap of four does not', [], [[10, 14]], [['trip', 0, 60]]],
  [
    'two short stops at one place around a short gap are a long one',
    [stop(10, 13), stop(15, 18, 20)],
    [[13, 15]],
    [
      ['trip', 0, 10],
      ['stop', 10, 18],
      ['trip', 18, 60],
    ],
  ],
  ['at two places they are not', [stop(10, 13), stop(15, 18, 40)], [[13, 15]], [['trip', 0, 60]]],
  ['once around the block is a trip', [stop(10, 14), stop(17, 21)], [], [['trip', 0, 60]]],
  [
    'from the first fix to the last one at rest, with a long gap',
    [stop(0, 20), stop(40, 60)],
    [[20, 40]],
    [
      ['stop', 0, 20],
      ['gap', 20, 40],
      ['stop', 40, 60],
    ],
  ],
])('%s', (_, stops, gaps, expected) => {
  expect(
    inMinutes(
      segmentsOf(
        span(0, 60),
        stops,
        gaps.map(([from, to]) => span(from, to)),
      ),
    ),
  ).toEqual(expected)
})

/** Stops, gaps and riding by turns, in any order, from 0 to their end. */
const lives = fc.array(
  fc.record({
    kind: fc.constantFrom('stop', 'gap', 'ride'),
    minutes: fc.integer({ min: 1, max: 12 }),
    eastM: fc.constantFrom(0, 10, 400),
  }),
  { minLength: 1, maxLength: 30 },
)

test('segments lie end to end from the first fix to the last, and long stops and gaps are among them', () => {
  fc.assert(
    fc.property(lives, (life) => {
      const stops: Stop[] = []
      const gaps: { fromMs: number; toMs: number }[] = []
      let atMinute = 0
      for (const { kind, minutes, eastM } of life) {
        if (kind === 'stop') stops.push(stop(atMinute, atMinute + minutes, eastM))
        if (kind === 'gap') gaps.push(span(atMinute, atMinute + minutes))
        atMinute += minutes
      }
      const segments = segmentsOf(span(0, atMinute), stops, gaps)
      expect(segments[0]!.fromMs).toBe(ms(0))
      expect(segments.at(-1)!.toMs).toBe(ms(atMinute))
      segments.slice(1).forEach((segment, i) => {
        expect(segment.fromMs).toBe(segments[i]!.toMs)
      })
      const isLong = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => toMs - fromMs >= 300_000
      expect(
        segments.filter(({ kind }) => kind === 'gap').map(({ fromMs, toMs }) => ({ fromMs, toMs })),
      ).toEqual(gaps.filter(isLong))
      for (const { fromMs, toMs } of stops.filter(isLong))
        expect(
          segments.some((found) => found.kind === 'stop' && found.fromMs <= fromMs && found.toMs >= toMs),
        ).toBe(true)
    }),
  )
})
