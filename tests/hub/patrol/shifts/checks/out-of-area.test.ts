import { expect, test } from 'vitest'
import type { Fix } from '../../../../../proto/domain.ts'
import { at } from '../../made-track.ts'
import {
  apart,
  BEAT,
  type Circumstances,
  foundKinds,
  honestRide,
  scatterM,
  seconds,
  square,
  theFinding,
} from '../made-shift.ts'

/** The ride with the seconds from 600 on spent so far east of the border. */
const outside = (outM: number, forS: number, more: Partial<Fix> = {}): Fix[] =>
  apart(honestRide(), 600, 600 + forS, (fix, s) => ({
    ...fix,
    ...at(1000 + outM + scatterM(s, 4), 500 + 2 * (s % 60)),
    speedMps: 2,
    ...more,
  }))

// The margin is 56 m, and HDOP 0.9 stands for some 4.5 m.
test.each<[string, Fix[], string[], Circumstances?]>([
  ['inside all the time', honestRide(), []],
  ['20 minutes 200 m outside', outside(200, 1200), ['out-of-area']],
  ['20 minutes 70 m outside', outside(70, 1200), ['out-of-area']],
  ['20 minutes beyond the border, within the margin', outside(50, 1200), []],
  ['70 m outside with an accuracy of 20 m', outside(70, 1200, { accuracyM: 20 }), []],
  ['200 m outside with fixes that are poor', outside(200, 1200, { hdop: 9 }), []],
  ['half a minute outside', outside(200, 30), []],
  ['outside during the break', outside(200, 1200), [], { shift: { breaks: [seconds(600, 1800)] } }],
  ['outside where no grid is known', outside(200, 1200), [], { grids: [] }],
  [
    'over the border between two grids of the beat',
    outside(200, 1200),
    [],
    { grids: [BEAT, square('310101001001002', 1000, 0, 1000)] },
  ],
  [
    'the position thrown 80 m beyond the border by reflections, for 20 s at a time',
    apart(honestRide(), 600, 1800, (fix, s) => ({
      ...fix,
      ...at((s % 60 < 20 ? 1080 : 995) + scatterM(s, 5), 300 + Math.abs(((s * 2) % 800) - 400)),
    })),
    [],
  ],
  [
    'to and fro over the border every few seconds',
    apart(honestRide(), 600, 1800, (fix, s) => ({
      ...fix,
      ...at(1000 + 30 * Math.sin(s / 7), 500 + (s % 9)),
      speedMps: 4,
    })),
    [],
  ],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(fixes, circumstances)).toEqual(kinds)
})

test('begins with the first fix outside, ends with the first one back inside the border itself', () => {
  // 56 m are passed at 600 s; from 900 s on it stands just beyond the border, from 1000 s on it is back.
  const fixes = apart(honestRide(), 600, 1000, (fix, s) => ({
    ...fix,
    ...at(s < 900 ? 1100 + scatterM(s, 4) : 1010 + scatterM(s, 4), 500 + (s % 50)),
    speedMps: 1,
  }))
  const { from, to, evidence, text, lon } = theFinding(fixes)
  expect([from, to]).toEqual(['2026-05-01T00:10:00.000Z', '2026-05-01T00:16:39.000Z'])
  expect(evidence).toMatchObject({ outsideS: 399, marginM: 56, times: 1 })
  expect(evidence.farthestM).toBeCloseTo(100, -1)
  expect(text.zh).toMatch(/^越界7分钟，最远离开责任区10[01]米$/)
  expect(text.en).toMatch(/^Out of the beat for 7 min, at most 10[01] m beyond its border$/)
  expect(lon).toBeCloseTo(at(1100, 0).lon, 4)
})

test('two outings within five minutes are one finding', () => {
  const twice = apart(outside(200, 200), 950, 1150, (fix, s) => ({
    ...fix,
    ...at(1200 + scatterM(s, 4), 500 + (s % 50)),
  }))
  expect(theFinding(twice).evidence).toMatchObject({ times: 2, outsideS: 398 })
})
