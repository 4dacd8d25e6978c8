import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import { matchTrack } from '../../../../gateway/hub/patrol/streets/match-track.ts'
import { Matcher } from '../../../../gateway/hub/patrol/streets/matcher.ts'
import type { Ridden, StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { at, everySecond, START_MS, trackOfFixes } from '../made-track.ts'
import { type Metres, street } from './made-streets.ts'
import { truthRide } from './truth-rides.ts'

/** Two long streets 30 m apart, joined at both ends. */
const LADDER = buildNetwork([
  street('south', [
    [0, 0],
    [1000, 0],
  ]),
  street('north', [
    [0, 30],
    [1000, 30],
  ]),
  street('west', [
    [0, 0],
    [0, 30],
  ]),
  street('east', [
    [1000, 0],
    [1000, 30],
  ]),
])

/** A ride at 5 m/s through places, its receiver so far to the north. */
function ride(places: Metres[], offM: (s: number) => number = () => 0, told = true): Fix[] {
  const fixes: Fix[] = []
  for (let leg = 1; leg < places.length; leg++) {
    const [[x1, y1], [x2, y2]] = [places[leg - 1]!, places[leg]!]
    const lengthM = Math.hypot(x2 - x1, y2 - y1)
    const seconds = Math.round(lengthM / 5)
    const courseDeg = ((Math.atan2(x2 - x1, y2 - y1) * 180) / Math.PI + 360) % 360
    fixes.push(
      ...everySecond(fixes.length, seconds, (s) => ({
        ...at(x1 + ((x2 - x1) * s) / seconds, y1 + ((y2 - y1) * s) / seconds + offM(fixes.length + s)),
        ...(told ? { speedMps: 5, courseDeg } : {}),
      })),
    )
  }
  return fixes
}

const match = (fixes: Fix[], network: StreetNetwork = LADDER) => matchTrack(trackOfFixes(fixes), network)
const streetsOf = (ridden: Ridden[], network: StreetNetwork = LADDER) =>
  ridden.map(({ part }) => network.parts[part]!.street)

test('a ride along a street is that street, but for the last metres', () => {
  const { ridden, part, alongM } = match(
    ride([
      [100, 0],
      [600, 0],
    ]),
  )
  expect(streetsOf(ridden)).toEqual(['south'])
  expect(ridden[0]!.fromM).toBeCloseTo(100, 0)
  expect(ridden[0]!.toM).toBeCloseTo(590, -1)
  expect(ridden[0]!.startMs).toBe(START_MS)
  expect(ridden[0]!.endMs).toBeGreaterThanOrEqual(START_MS + 97_000)
  expect(ridden[0]!.confidence).toBeGreaterThan(0.9)
  expect(alongM[50]).toBeCloseTo(350, 0)
  expect(part[50]).toBe(ridden[0]!.part)
})

test('the same without speeds and courses', () => {
  const { ridden } = match(
    ride(
      [
        [100, 0],
        [600, 0],
      ],
      undefined,
      false,
    ),
  )
  expect(streetsOf(ridden)).toEqual(['south'])
})

test('the same where the receiver always tells a speed of 0', () => {
  const fixes = ride([
    [100, 0],
    [900, 0],
  ]).map((fix) => ({ ...fix, speedMps: 0 }))
  const { ridden } = match(fixes)
  expect(streetsOf(ridden)).toEqual(['south'])
  expect(ridden[0]!.toM - ridden[0]!.fromM).toBeGreaterThan(650)
})

test('two devices under one id, a kilometre apart by turns, ride nowhere', () => {
  const a = ride([
    [100, 0],
    [600, 0],
  ])
  const b = ride([
    [900, 0],
    [400, 0],
  ])
  const { ridden } = match(a.map((fix, s) => (s % 2 === 0 ? fix : b[s]!)))
  const riddenM = ridden.reduce((sum, { fromM, toM }) => sum + Math.abs(toM - fromM), 0)
  expect(riddenM).toBeLessThan(300)
})

test('ridden backwards, a piece leads backwards', () => {
  const { ridden } = match(
    ride([
      [600, 0],
      [100, 0],
    ]),
  )
  expect(streetsOf(ridden)).toEqual(['south'])
  expect(ridden[0]!.toM).toBeLessThan(ridden[0]!.fromM)
})

test('a minute of error does not put a ride on the parallel street', () => {
  const drift = (s: number) => (s >= 60 && s < 120 ? 22 * Math.sin(((s - 60) / 60) * Math.PI) : 0)
  const { ridden } = match(
    ride(
      [
        [100, 0],
        [900, 0],
      ],
      drift,
    ),
  )
  expect(streetsOf(ridden)).toEqual(['south'])
})

test('midway between two streets it cannot tell which', () => {
  const { ridden } = match(
    ride(
      [
        [300, 0],
        [700, 0],
      ],
      () => 15,
    ),
  )
  for (const { confidence } of ridden) expect(confidence).toBeLessThan(0.6)
})

test('round a corner both streets are ridden as far as it', () => {
  const { ridden } = match(
    ride([
      [800, 0],
      [1000, 0],
      [1000, 30],
      [800, 30],
    ]),
  )
  expect(streetsOf(ridden)).toEqual(['south', 'east', 'north'])
  expect(ridden[0]!.toM).toBe(LADDER.parts[ridden[0]!.part]!.lengthM)
})

test('a walk through a park is on no street', () => {
  const { ridden, part } = match(
    ride([
      [300, -400],
      [600, -150],
      [300, -120],
    ]),
  )
  expect(ridden).toEqual([])
  expect(new Set(part)).toEqual(new Set([-1]))
})

test('from a street into a park and back', () => {
  const { ridden } = match(
    ride([
      [100, 0],
      [400, 0],
      [400, -200],
      [600, -200],
      [600, 0],
      [900, 0],
    ]),
  )
  expect(streetsOf(ridden)).toEqual(['south', 'south'])
  const [first, second] = ridden
  expect(Math.abs(first!.toM - 400)).toBeLessThan(40)
  expect(Math.abs(second!.fromM - 600)).toBeLessThan(40)
})

test('a gap is not ridden', () => {
  const before = ride([
    [100, 0],
    [300, 0],
  ])
  const after = ride([
    [700, 0],
    [900, 0],
  ]).map((fix) => ({ ...fix, timeMs: fix.timeMs + 120_000 }))
  const { ridden } = match([...before, ...after])
  for (const [i, endM] of [295, 895].entries()) {
    expect(ridden[i]!.toM).toBeLessThan(endM + 1)
    expect(ridden[i]!.toM).toBeGreaterThan(endM - 11)
  }
  expect(ridden[1]!.fromM).toBeCloseTo(700, 0)
})

test('an hour of standing is nothing ridden, whatever the scatter', () => {
  const standing = everySecond(0, 3600, (s) => ({
    ...at(500 + 8 * Math.sin(s / 7), 6 * Math.cos(s / 11)),
    speedMps: 0.1,
  }))
  expect(match(standing).ridden).toEqual([])
})

test('a single wild fix does not break a ride', () => {
  const fixes = ride([
    [100, 0],
    [900, 0],
  ])
  fixes[80] = { ...fixes[80]!, ...at(500, 400) }
  const { ridden } = match(fixes)
  const riddenM = ridden.reduce((sum, { fromM, toM }) => sum + Math.abs(toM - fromM), 0)
  expect(new Set(streetsOf(ridden))).toEqual(new Set(['south']))
  expect(riddenM).toBeGreaterThan(740)
})

test('rows out of order are refused', () => {
  const fixes = ride([
    [100, 0],
    [200, 0],
  ])
  const matcher = new Matcher(LADDER)
  matcher.add(trackOfFixes(fixes))
  expect(() => matcher.add(trackOfFixes(fixes))).toThrow(RangeError)
})

describe('whenever it is asked, and however the fixes are parted', () => {
  const { track, network } = truthRide({ seed: 5, noise: 'urban', hours: 0.7 })

  test('settled and open together are what all fixes so far at once give', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: track.count }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(cuts, (cuts) => {
        const matcher = new Matcher(network)
        const settled: Ridden[] = []
        let start = 0
        for (const end of cuts.sort((a, b) => a - b)) {
          matcher.add(rowsOf(track, start, end))
          start = end
          settled.push(...matcher.takeSettled())
          expect([...settled, ...matcher.open()]).toEqual(matchTrack(rowsOf(track, 0, end), network).ridden)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('pieces settle while the ride goes on', () => {
    const matcher = new Matcher(network)
    const settled: Ridden[] = []
    let longestOpenMs = 0
    for (let row = 0; row < track.count; row++) {
      matcher.add(rowsOf(track, row, row + 1))
      settled.push(...matcher.takeSettled())
      const [oldest] = row % 60 === 0 ? matcher.open() : []
      if (oldest) longestOpenMs = Math.max(longestOpenMs, track.timeMs[row]! - oldest.endMs)
    }
    expect(settled.length).toBeGreaterThan(30)
    expect(longestOpenMs).toBeLessThan(20 * 60_000)
  })
})

function rowsOf(track: Track, start: number, end: number): Track {
  const part: Track = { ...track, count: end - start }
  for (const [name, column] of Object.entries(track))
    if (column instanceof Float64Array) Object.assign(part, { [name]: column.subarray(start, end) })
  return part
}
