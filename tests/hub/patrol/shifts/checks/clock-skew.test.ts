import { expect, test } from 'vitest'
import type { Fix } from '../../../../../proto/domain.ts'
import { type Circumstances, foundKinds, honestRide, seconds, theFinding } from '../made-shift.ts'

const received = (fixes: Fix[], afterS: number): Float64Array =>
  Float64Array.from(fixes, ({ timeMs }) => timeMs + afterS * 1000)
const swapped = (fixes: Fix[]): Fix[] => [
  ...fixes.slice(0, 1000),
  fixes[1001]!,
  fixes[1000]!,
  ...fixes.slice(1002),
]

test.each<[string, Fix[], string[], Circumstances?]>([
  ['received as they were made', honestRide(), [], { receivedMs: received(honestRide(), 1) }],
  ['received an hour later, without uplink', honestRide(), [], { receivedMs: received(honestRide(), 3600) }],
  ['receipt is not known', honestRide(), [], { receivedMs: honestRide().map(() => Number.NaN) as never }],
  [
    'received an hour before they were made',
    honestRide(),
    ['clock-skew'],
    { receivedMs: received(honestRide(), -3600) },
  ],
  ['a minute ahead', honestRide(0, 1860), [], { nowMs: seconds(0, 1800).toMs }],
  ['half an hour ahead of now', honestRide(), ['clock-skew'], { nowMs: seconds(0, 1800).toMs }],
  ['time goes back once', swapped(honestRide()), ['clock-skew']],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(fixes, circumstances)).toEqual(kinds)
})

test('says by how much', () => {
  const { evidence, text } = theFinding(honestRide(), { receivedMs: received(honestRide(), -3600) })
  expect(evidence).toEqual({ offS: 3600, fixes: 3600, sign: 'after-receipt' })
  expect(text).toEqual({
    zh: '定位时间晚于接收时间，最多1小时',
    en: 'Fixes are later than their receipt by up to 1 h 00 min',
  })
})
