import { expect, test } from 'vitest'
import type { Fix } from '../../../../../proto/domain.ts'
import { at } from '../../made-track.ts'
import { apart, foundKinds, honestRide, scatterM, theFinding } from '../made-shift.ts'

/** Rides up and down at a speed from 600 s on, told or not. */
const fast = (mps: number, forS: number, toldMps: number | undefined): Fix[] =>
  apart(honestRide(), 600, 600 + forS, ({ speedMps: _, ...fix }, s) => {
    const along = (mps * (s - 600)) % 1600
    return {
      ...fix,
      ...at(500 + scatterM(s, 1), 100 + (along <= 800 ? along : 1600 - along) + scatterM(s, 2)),
      ...(toldMps === undefined ? {} : { speedMps: toldMps }),
    }
  })

test.each<[string, Fix[], string[]]>([
  ['12 m/s (43 km/h) for a minute', fast(12, 60, 12), ['speeding']],
  ['the same, of a receiver that tells no speed', fast(12, 60, undefined), ['speeding']],
  ['8 m/s (29 km/h)', fast(8, 60, 8), []],
  ['12 m/s for 8 s', fast(12, 8, 12), []],
  ['a receiver that tells nonsense while standing', fast(0.2, 60, 20), []],
  ['a receiver that tells 12 m/s at 4 m/s', fast(4, 60, 12), []],
])('%s', (_, fixes, kinds) => {
  expect(foundKinds(fixes)).toEqual(kinds)
})

test('says how fast and how long', () => {
  const { evidence, text } = theFinding(fast(12, 60, 12))
  expect(evidence).toEqual({ fastestKmh: 43.2, limitKmh: 30, fastS: 59, times: 1 })
  expect(text).toEqual({
    zh: '超速59秒，最高43.2公里/时（上限30）',
    en: 'Faster than 30 km/h for 59 s, up to 43.2 km/h',
  })
})
