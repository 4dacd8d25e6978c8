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

/** Has fixes from the beginning, but first comes into the beat at that second. */
const fromAfar = (untilS: number): Fix[] =>
  apart(honestRide(), 0, untilS, (fix, s) => ({
    ...fix,
    ...at(1300 + scatterM(s, 4), 100 + Math.abs(((s * 2) % 800) - 400)),
    speedMps: 1,
  }))

test.each<[string, Fix[], string[], Circumstances?]>([
  ['25 minutes late', honestRide(1500), ['late-start']],
  ['9 minutes late', honestRide(540), []],
  ['25 minutes, 20 of them a break', honestRide(1500), [], { shift: { breaks: [seconds(0, 1200)] } }],
  ['on the way to the beat for 25 minutes', fromAfar(1500), ['late-start', 'out-of-area']],
  ['never in the beat: that is another finding', fromAfar(3600), ['out-of-area']],
  [
    'a running shift that began late',
    honestRide(1500, 1800),
    ['late-start'],
    { nowMs: seconds(0, 1800).toMs },
  ],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(fixes, circumstances)).toEqual(kinds)
})

test('says when, in China time', () => {
  const { from, to, text, evidence } = theFinding(honestRide(1500))
  expect([from, to]).toEqual(['2026-05-01T00:00:00.000Z', '2026-05-01T00:25:00.000Z'])
  expect(evidence).toMatchObject({ lateS: 1500, first: '2026-05-01T00:25:00.000Z' })
  expect(text.zh).toMatch(/^迟到25分钟：计划08:00，到岗08:25/)
  expect(text.en).toMatch(/^Began 25 min late: planned 08:00, first fix at the post 08:25/)
})
