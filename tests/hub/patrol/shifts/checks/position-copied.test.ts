import { expect, test } from 'vitest'
import { TrackPrints } from '../../../../../gateway/hub/patrol/shifts/track-prints.ts'
import type { Fix } from '../../../../../proto/domain.ts'
import { at, everySecond, trackOfFixes } from '../../made-track.ts'
import { apart, examined, HOUR_S, honestPlace, honestRide, scatterM } from '../made-shift.ts'

/** As the search for copies does it: fingerprints first, then the tracks themselves. */
function kindsBeside(fixes: Fix[], other: Fix[], device = 'bike-2') {
  const prints = new TrackPrints()
  const original = trackOfFixes(other, device)
  prints.add(original)
  const leads = prints.leads(trackOfFixes(fixes))
  return examined(fixes, {
    originals: leads.map(({ lagMs }) => ({ track: original, lagMs })),
  }).findings
}

const later = (fixes: Fix[], s: number): Fix[] =>
  fixes.map((fix) => ({ ...fix, timeMs: fix.timeMs + s * 1000 }))

/** Of the same rider, another receiver: some metres off, changing slowly. */
const secondReceiver = (): Fix[] =>
  everySecond(0, HOUR_S, (s) => {
    const { lat, lon, ...rest } = honestPlace(s)
    const off = at(2.5 * Math.sin(s / 40), 2.5 * Math.cos(s / 33))
    return { ...rest, lat: lat + off.lat - at(0, 0).lat, lon: lon + off.lon - at(0, 0).lon }
  })

const rounded = (fix: Fix): Fix => ({
  ...fix,
  lat: Math.round(fix.lat * 1e5) / 1e5,
  lon: Math.round(fix.lon * 1e5) / 1e5,
})

/** A ride of its own each time: no two hours have the same scatter. */
const rideOf = (seed: number): Fix[] =>
  everySecond(0, HOUR_S, (s) => {
    const along = (4 * s + 37 * seed) % 1600
    return {
      ...honestPlace(s),
      ...at(
        500 + 3 * scatterM(s, seed * 10),
        100 + (along <= 800 ? along : 1600 - along) + 3 * scatterM(s, seed * 10 + 1),
      ),
    }
  })

const yesterday = rideOf(1).map((fix) => ({ ...fix, timeMs: fix.timeMs - 86_400_000 }))
const copied = (from: Fix[], lagS: number, fromS = 0, toS = HOUR_S): Fix[] =>
  apart(rideOf(2), fromS, toS, (fix) => {
    const then = from.find(({ timeMs }) => timeMs === fix.timeMs - lagS * 1000)
    return then && { ...fix, lat: then.lat, lon: then.lon }
  })

test.each<[string, Fix[], Fix[], string, string[]]>([
  ["another device's hour", copied(rideOf(1), 0), rideOf(1), 'bike-2', ['position-copied']],
  [
    "another device's ten minutes, 5 minutes later",
    copied(rideOf(1), 300, 1200, 1800),
    rideOf(1),
    'bike-2',
    ['position-copied'],
  ],
  ['its own ride of yesterday', copied(yesterday, 86_400), yesterday, 'bike-1', ['position-copied']],
  [
    'a copy rounded to 1e-5 degrees',
    copied(rideOf(1), 0).map(rounded),
    rideOf(1),
    'bike-2',
    ['position-copied'],
  ],
  [
    'a copy of every tenth fix',
    copied(rideOf(1), 0).filter((_, i) => i % 10 === 0),
    rideOf(1),
    'bike-2',
    ['position-copied'],
  ],
  ['one that was copied later by the other', rideOf(1), later(rideOf(1), 900), 'bike-2', []],
  ['another ride in the same street', rideOf(2), rideOf(1), 'bike-2', []],
  [
    'the same street, both receivers round to 1e-5 degrees',
    rideOf(2).map(rounded),
    rideOf(1).map(rounded),
    'bike-2',
    [],
  ],
  ['two receivers on one e-bike', honestRide(), secondReceiver(), 'bike-2', []],
  [
    'two receivers on one e-bike that round to 1e-5 degrees',
    honestRide().map(rounded),
    secondReceiver().map(rounded),
    'bike-2',
    [],
  ],
  [
    'side by side at the depot for half an hour, positions held',
    apart(rideOf(2), 0, 1500, (fix) => ({ ...fix, ...at(500, 500), speedMps: 0 })),
    apart(rideOf(3), 0, 1500, (fix) => ({ ...fix, ...at(500, 500), speedMps: 0 })),
    'bike-2',
    [],
  ],
])('%s', (_, fixes, other, device, kinds) => {
  expect(kindsBeside(fixes, other, device).map(({ kind }) => kind)).toEqual(kinds)
})

test('names the original, the lag and the share', () => {
  const [finding] = kindsBeside(copied(rideOf(1), 300, 1200, 1800), rideOf(1))
  expect(finding!.evidence).toMatchObject({
    original: 'bike-2',
    lagS: 300,
    originalFrom: '2026-05-01T00:15:00.000Z',
    sameShare: 1,
  })
  expect(finding!.from).toBe('2026-05-01T00:20:00.000Z')
  expect(finding!.text.en).toBe(
    'The positions of 10 min are those of bike-2 from 2026-05-01 08:15 on, fix by fix',
  )
})

test('of a hundred tracks the one that was copied leads', () => {
  const prints = new TrackPrints()
  for (let device = 0; device < 100; device++) prints.add(trackOfFixes(rideOf(device + 10), `bike-${device}`))
  const [lead, ...others] = prints.leads(trackOfFixes(copied(rideOf(47), 0), 'copier'))
  expect(lead).toMatchObject({ device: 'bike-37', lagMs: 0 })
  expect(lead!.votes).toBeGreaterThan(10)
  for (const { votes } of others) expect(votes).toBeLessThan(lead!.votes)
})
