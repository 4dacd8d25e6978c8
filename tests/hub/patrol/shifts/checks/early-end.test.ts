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

const goneAfter = (s: number): Fix[] => honestRide(0, s)

test.each<[string, Fix[], string[], Circumstances?]>([
  ['25 minutes early', goneAfter(2100), ['early-end']],
  ['9 minutes early', goneAfter(3060), []],
  [
    'rides home 20 minutes before the end, with the terminal on',
    apart(honestRide(), 2400, 3600, (fix, s) => ({
      ...fix,
      ...at(1300 + scatterM(s, 4), 500 + (s % 40)),
      speedMps: 1,
    })),
    ['early-end', 'out-of-area'],
  ],
  ['the shift goes on', goneAfter(2100), [], { nowMs: seconds(0, 2130).toMs }],
  ['a break at the end', goneAfter(2100), [], { shift: { breaks: [seconds(2100, 3600)] } }],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(fixes, circumstances)).toEqual(kinds)
})

test('says when, in China time', () => {
  const { from, to, text, evidence } = theFinding(goneAfter(2101))
  expect([from, to]).toEqual(['2026-05-01T00:35:00.000Z', '2026-05-01T01:00:00.000Z'])
  expect(evidence).toMatchObject({ earlyS: 1500, last: '2026-05-01T00:35:00.000Z' })
  expect(text.zh).toMatch(/^早退25分钟：计划09:00，离岗08:35/)
  expect(text.en).toMatch(/^Ended 25 min early: planned 09:00, last fix at the post 08:35/)
})
