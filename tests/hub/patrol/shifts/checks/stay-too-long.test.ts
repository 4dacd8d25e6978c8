import { expect, test } from 'vitest'
import type { Fix } from '../../../../../proto/domain.ts'
import { at } from '../../made-track.ts'
import {
  apart,
  type Circumstances,
  foundKinds,
  honestRide,
  scatterM,
  seconds,
  theFinding,
} from '../made-shift.ts'

/** Stands at one place from 600 s on, the receiver scattering by some metres. */
const standing = (forS: number): Fix[] =>
  apart(honestRide(), 600, 600 + forS, (fix, s) => ({
    ...fix,
    ...at(500 + 4 * scatterM(s, 7), 300 + 4 * scatterM(s, 8)),
    speedMps: 0,
  }))

test.each<[string, Fix[], string[], Circumstances?]>([
  ['40 minutes', standing(2400), ['stay-too-long']],
  ['29 minutes', standing(29 * 60), []],
  ['a red light', standing(120), []],
  ['40 minutes of which 15 are a break', standing(2400), [], { shift: { breaks: [seconds(700, 1600)] } }],
  ['the lunch break itself', standing(2400), [], { shift: { breaks: [seconds(600, 3000)] } }],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(fixes, circumstances)).toEqual(kinds)
})

test('says how long, without breaks, and where', () => {
  const { evidence, text, lat } = theFinding(standing(2700), { shift: { breaks: [seconds(700, 1000)] } })
  expect(evidence.limitS).toBe(1800)
  expect(evidence.stayS).toBeGreaterThan(2390)
  expect(evidence.stayS).toBeLessThan(2420)
  expect(text.en).toBe('Stayed in one place for 40 min (at most 30 min, breaks left out)')
  expect(text.zh).toBe('在一处停留40分钟（上限30分钟，不含休息）')
  expect(lat).toBeCloseTo(at(500, 300).lat, 4)
})
