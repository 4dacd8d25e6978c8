import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countImpossible, legsOf } from '../../../../gateway/hub/patrol/tracks/jumps.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { at, everySecond, trackOfFixes } from '../made-track.ts'

const judge = (fixes: Fix[]) => {
  const track = trackOfFixes(fixes)
  const rows = fixes.map((_, row) => row)
  return { ...legsOf(track, rows), impossible: countImpossible(track, rows) }
}
const away = (s: number, isAway: boolean) => at(4 * s, isAway ? 5000 : 0)

test.each([
  ['a ride', () => false, [[0, 99]], 0, 0],
  ['one spike', (s: number) => s === 50, [[0, 99]], 1, 2],
  ['a spike of four fixes', (s: number) => s >= 50 && s < 54, [[0, 99]], 4, 2],
  [
    'five fixes that agree are a place',
    (s: number) => s >= 50 && s < 55,
    [
      [0, 49],
      [50, 54],
      [55, 99],
    ],
    0,
    2,
  ],
  ['a spike at the beginning', (s: number) => s === 0, [[1, 99]], 1, 1],
  ['a spike at the end', (s: number) => s === 99, [[0, 98]], 1, 1],
  ['two devices by turns', (s: number) => s % 2 === 1, [[0, 98]], 50, 99],
])('%s', (_, isAway, legs, leftOut, impossible) => {
  const found = judge(everySecond(0, 100, (s) => away(s, isAway(s))))
  expect(found.legs.map((rows) => [rows[0], rows.at(-1)])).toEqual(legs)
  expect(found).toMatchObject({ leftOut, impossible })
})

test('scatter of 30 m in a street canyon is no jump, and at 10 Hz neither is one of 10 m', () => {
  expect(judge(everySecond(0, 100, (s) => at(4 * s, s % 2 === 0 ? 30 : 0)))).toMatchObject({
    leftOut: 0,
    impossible: 0,
  })
  const tenHz = everySecond(0, 100, (s) => at(0, s % 2 === 0 ? 10 : 0)).map((fix, i) => ({
    ...fix,
    timeMs: fix.timeMs - i * 900,
  }))
  expect(judge(tenHz)).toMatchObject({ leftOut: 0, impossible: 0 })
})

const places = fc.array(fc.tuple(fc.constantFrom(0, 0, 0, 700, 9000), fc.integer({ min: 0, max: 60 })), {
  maxLength: 60,
})

test('every row is in one leg or left out, in order, and no step of a leg is a jump', () => {
  fc.assert(
    fc.property(places, (list) => {
      const fixes = everySecond(0, list.length, (s) => at(list[s]![0] + list[s]![1], 0))
      const { legs, leftOut } = judge(fixes)
      const kept = legs.flat()
      expect(kept).toEqual(kept.toSorted((a, b) => a - b))
      expect(new Set(kept).size + leftOut).toBe(fixes.length)
      for (const leg of legs)
        expect(
          countImpossible(
            trackOfFixes(leg.map((row) => fixes[row]!)),
            leg.map((_, i) => i),
          ),
        ).toBe(0)
    }),
  )
})
