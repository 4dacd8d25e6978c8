import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dutyClock, missingTime, onDutyMs } from '../../../../gateway/hub/patrol/tracks/duty.ts'

const S = 1000
const shift = (fromS: number, toS: number, ...breaks: [number, number][]) => ({
  fromMs: fromS * S,
  toMs: toS * S,
  breaks: breaks.map(([from, to]) => ({ fromMs: from * S, toMs: to * S })),
})
const spans = (list: [number, number][]) => list.map(([from, to]) => ({ fromMs: from * S, toMs: to * S }))
const inS = (list: { fromMs: number; toMs: number }[]) =>
  list.map(({ fromMs, toMs }) => [fromMs / S, toMs / S])
const RANGE = { fromMs: 0, toMs: 10_000 * S }

test.each<
  [
    string,
    [number, number][],
    [number, number] | undefined,
    [number, number][],
    number | undefined,
    number[][],
  ]
>([
  ['without a shift only what lies between fixes', [[50, 90]], [10, 200], [], undefined, [[50, 90]]],
  ['a shift without any fix is missing', [], undefined, [[100, 900]], undefined, [[100, 900]]],
  [
    'its beginning and its end',
    [[300, 400]],
    [200, 700],
    [[100, 900]],
    undefined,
    [
      [100, 200],
      [300, 400],
      [700, 900],
    ],
  ],
  ['10 s at either end are none', [], [110, 890], [[100, 900]], undefined, []],
  ['what lies before the range or after it is not', [], [5, 9995], [[-500, 20_000]], undefined, []],
  ['the future is not missing', [], [100, 500], [[100, 900]], 700, [[500, 700]]],
  ['the last minute of a running shift is on its way', [], [100, 500], [[100, 900]], 560, []],
  ['a shift that is to come', [], undefined, [[100, 900]], 50, []],
  ['a shift that is just over has its last minute on its way too', [], [100, 500], [[100, 510]], 550, []],
  [
    'a lone fix parts two gaps',
    [
      [100, 200],
      [200, 300],
    ],
    [100, 300],
    [],
    undefined,
    [
      [100, 200],
      [200, 300],
    ],
  ],
  [
    'between two shifts a gap is one',
    [[400, 700]],
    [100, 900],
    [
      [100, 450],
      [600, 900],
    ],
    undefined,
    [[400, 700]],
  ],
])('%s', (_, gaps, fixes, shifts, nowS, expected) => {
  const nowMs = nowS === undefined ? undefined : nowS * S
  const found = missingTime(spans(gaps), fixes && spans([fixes])[0], spans(shifts), RANGE, nowMs)
  expect(inS(found)).toEqual(expected)
})

test('on duty: of the shift what is neither missing nor a break, counted once', () => {
  const shifts = [shift(100, 900, [300, 400])]
  expect(onDutyMs([], shifts, RANGE) / S).toBe(700)
  expect(onDutyMs(spans([[350, 500]]), shifts, RANGE) / S).toBe(600)
  expect(onDutyMs(spans([[0, 200]]), shifts, RANGE, 600 * S) / S).toBe(300)
  expect(onDutyMs([], [], RANGE)).toBe(0)
})

test('the duty clock finds the shift of any moment, forwards and backwards', () => {
  const shifts = [shift(100, 200), shift(200, 300, [250, 260]), shift(500, 600)]
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 30 }), (moments) => {
      const shiftAt = dutyClock(shifts)
      for (const s of moments) {
        const isBreak = s >= 250 && s < 260
        const expected = isBreak
          ? undefined
          : shifts.find(({ fromMs, toMs }) => s * S >= fromMs && s * S < toMs)
        expect(shiftAt(s * S)).toBe(expected)
      }
    }),
  )
})
