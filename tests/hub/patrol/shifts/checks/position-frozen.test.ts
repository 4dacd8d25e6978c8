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

/** The first fix of the span again and again, with what of the sky still changes. */
const frozen = (forS: number, change: (fix: Fix, s: number) => Partial<Fix>): Fix[] => {
  const ride = honestRide()
  return apart(ride, 600, 600 + forS, (fix, s) => ({
    ...ride[600]!,
    timeMs: fix.timeMs,
    ...change(fix, s),
  }))
}
const skyOf = ({ hdop, satellites, altM }: Fix): Partial<Fix> => ({ hdop, satellites, altM }) as Partial<Fix>
const untold = ({ timeMs, lat, lon }: Fix): Fix => ({ timeMs, lat, lon })
const rounded = (fix: Fix): Fix => ({
  ...fix,
  lat: Math.round(fix.lat * 1e5) / 1e5,
  lon: Math.round(fix.lon * 1e5) / 1e5,
})

test.each<[string, Fix[], string[], Circumstances?]>([
  ['the same fix for 5 minutes at 4 m/s', frozen(300, () => ({})), ['position-frozen']],
  ['the same place for 5 minutes at 4 m/s under a changing sky', frozen(300, skyOf), ['position-frozen']],
  ['for one minute', frozen(60, () => ({})), []],
  [
    'standing at a red light, the receiver holding its position',
    frozen(120, (fix) => ({ ...skyOf(fix), speedMps: 0 })),
    [],
  ],
  [
    'standing for 20 minutes, the receiver holding its position',
    frozen(1200, (fix) => ({ ...skyOf(fix), speedMps: 0 })),
    [],
  ],
  [
    'nothing at all changes for 20 minutes, speed 0',
    frozen(1200, () => ({ speedMps: 0 })),
    ['position-frozen'],
  ],
  [
    'the same in a break',
    frozen(1200, () => ({ speedMps: 0 })),
    [],
    { shift: { breaks: [seconds(600, 1800)] } },
  ],
  [
    'a receiver that rounds to 1e-5 degrees and tells no more, standing 20 minutes',
    apart(honestRide(), 600, 1800, (fix, s) => ({ ...fix, ...at(500 + scatterM(s, 1) / 9, 300) }))
      .map(untold)
      .map(rounded),
    [],
  ],
  ['a receiver that rounds to 1e-5 degrees, on its way', honestRide().map(rounded), []],
  [
    'a shift of which nothing but one place is told',
    honestRide()
      .concat(honestRide(3600, 4500))
      .map((fix) => ({ ...untold(fix), ...at(500, 500) })),
    // The same hour is a stay as well.
    ['stay-too-long', 'position-frozen'],
    { shift: { toMs: seconds(0, 4500).toMs } },
  ],
])('%s', (_, fixes, kinds, circumstances) => {
  expect(foundKinds(fixes, circumstances)).toEqual(kinds)
})

test('freezes that follow each other are one finding', () => {
  const ride = honestRide()
  const again = apart(
    frozen(200, () => ({})),
    900,
    1100,
    (fix) => ({ ...ride[900]!, timeMs: fix.timeMs }),
  )
  const { evidence, text } = theFinding(again)
  expect(evidence).toEqual({ frozenS: 398, fixes: 400, sign: 'moving' })
  expect(text.zh).toBe('坐标7分钟完全不变，但速度不为零')
})
