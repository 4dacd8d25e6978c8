import { expect, test } from 'vitest'
import type { Fix } from '../../../../../proto/domain.ts'
import { at } from '../../made-track.ts'
import { changed, foundKinds, honestRide, scatterM, theFinding } from '../made-shift.ts'

/** Thrown aside at some seconds. */
const spikes = (farM: number, where: (s: number) => boolean, more: Partial<Fix> = {}): Fix[] =>
  changed(honestRide(), 0, 3600, (fix, s) =>
    where(s) ? { ...fix, lon: fix.lon + at(farM, 0).lon - at(0, 0).lon, ...more } : fix,
  )

test.each<[string, Fix[], string[]]>([
  ['one spike of 1 km within a second, 3,800 km/h', spikes(1055, (s) => s === 1000), ['impossible-jump']],
  [
    'five spikes in five minutes',
    spikes(1055, (s) => s > 1000 && s % 60 === 0 && s <= 1300),
    ['impossible-jump'],
  ],
  [
    'spikes an hour of minutes apart are two',
    spikes(1055, (s) => s === 600 || s === 1800),
    ['impossible-jump', 'impossible-jump'],
  ],
  ['a spike of 200 m, as reflections make', spikes(200, (s) => s === 1000), []],
  ['a poor fix far away', spikes(1055, (s) => s === 1000, { hdop: 20 }), []],
  ['10 minutes in a tunnel, then 1 km on', [...honestRide(0, 1000), ...honestRide(1500)], []],
])('%s', (_, fixes, kinds) => {
  expect(foundKinds(fixes)).toEqual(kinds)
})

test('two devices under one id are one finding, not a thousand', () => {
  const two = honestRide().map((fix, s) =>
    s % 2 === 0 ? fix : { ...fix, ...at(4000 + 2 * (s % 300), 3000 + scatterM(s, 9)) },
  )
  const finding = theFinding(two)
  expect(finding.kind).toBe('impossible-jump')
  expect(finding.evidence).toMatchObject({ jumps: 3599, places: 2 })
  expect(finding.text.zh).toMatch(
    /^位置在两处之间往返跳变3599次，相距[\d.]+公里：是否两台设备使用同一编号？$/,
  )
})

test('two devices under one id in the same street, too', () => {
  const two = honestRide().map((fix, s) =>
    s % 2 === 0 ? fix : { ...fix, ...at(700 + scatterM(s, 9), 300 + 2 * (s % 100)) },
  )
  expect(theFinding(two).evidence).toMatchObject({ places: 2 })
})

test('says how far and how fast', () => {
  const { evidence, text } = theFinding(spikes(1055, (s) => s === 1000))
  expect(evidence).toMatchObject({ jumps: 2 })
  expect(evidence.fastestKmh).toBeGreaterThan(3700)
  expect(text.zh).toMatch(/^位置跳变2次，最远1\.0\d公里，折合3[78]\d\d公里\/时$/)
})
