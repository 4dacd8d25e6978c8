import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TrackFilter } from '../../../gateway/edge/track/track-filter.ts'
import { TrackFilterConfig } from '../../../gateway/edge/track/track-filter-config.ts'
import { type Fix, QUALITIES, type Quality } from '../../../proto/domain.ts'
import { at, everySecond, START_MS } from '../../hub/patrol/made-track.ts'
import { ALL_OFF, filtered, notKept, type TrackConfig } from './filtered.ts'

const CONFIGS: Record<string, TrackConfig> = {
  default: {},
  'with sampling': { sampling: {} },
  'sampling alone': { ...ALL_OFF, sampling: {} },
  'all off': ALL_OFF,
}

const number = fc.oneof(
  fc.double({ min: 0, max: 30, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e300),
)
const wildFix = fc.record<Fix, 'timeMs' | 'lat' | 'lon'>(
  {
    timeMs: fc.oneof(
      fc.integer({ min: START_MS, max: START_MS + 120_000 }),
      fc.constantFrom(Number.NaN, -1e12, 1e15),
    ),
    lat: fc.oneof(
      fc.double({ min: 31.2, max: 31.21, noNaN: true }),
      fc.constantFrom(Number.NaN, 90, -90, 0, 1e9),
    ),
    lon: fc.oneof(
      fc.double({ min: 121.4, max: 121.41, noNaN: true }),
      fc.constantFrom(Number.NaN, 180, -180, 0),
    ),
    speedMps: number,
    hdop: number,
    satellites: number,
    accuracyM: number,
    quality: fc.constantFrom<Quality>(...(QUALITIES.slice(1) as Quality[])),
  },
  { requiredKeys: ['timeMs', 'lat', 'lon'] },
)

describe.each(Object.entries(CONFIGS))('%s', (_, config) => {
  test('property: fixes out are fixes in, unchanged and in order; each other one is counted', () => {
    fc.assert(
      fc.property(fc.array(wildFix, { maxLength: 100 }), (fixes) => {
        const copies = fixes.map((fix) => ({ ...fix }))
        const { kept, counts } = filtered(fixes, config)
        let from = 0
        for (const fix of kept) {
          const index = fixes.indexOf(fix, from)
          expect(index).toBeGreaterThanOrEqual(from)
          from = index + 1
        }
        expect(fixes).toEqual(copies)
        expect(counts.in).toBe(fixes.length)
        expect(counts.kept).toBe(kept.length)
        expect(counts.in).toBe(kept.length + notKept(counts))
      }),
    )
  })

  test('property: whatever came before, a plain ride is kept again', () => {
    fc.assert(
      fc.property(fc.array(wildFix, { maxLength: 60 }), (before) => {
        const ride = everySecond(3600, 60, (s) => ({ ...at(s * 5, 0), speedMps: 5 }))
        const { kept, counts } = filtered([...before, ...ride], config)
        if (!config.sampling) expect(kept.slice(-55)).toEqual(ride.slice(-55))
        else expect(kept.filter((fix) => ride.includes(fix)).length).toBeGreaterThanOrEqual(6)
        expect(counts.kept).toBe(kept.length)
      }),
    )
  })
})

test('all off, nothing is touched', () => {
  const fixes = everySecond(0, 100, (s) => at(s % 7, 0))
  expect(filtered(fixes, ALL_OFF).kept).toEqual(fixes)
})

test('a filter can be used on after a flush', () => {
  const kept: Fix[] = []
  const filter = new TrackFilter(TrackFilterConfig.parse({ sampling: {} }), (fix) => kept.push(fix))
  const ride = everySecond(0, 60, (s) => ({ ...at(s * 5, 0), speedMps: 5 }))
  for (const fix of ride.slice(0, 33)) filter.push(fix)
  filter.flush()
  expect(kept.at(-1)).toBe(ride[32])
  for (const fix of ride.slice(33)) filter.push(fix)
  filter.flush()
  expect(kept.at(-1)).toBe(ride[59])
  expect(new Set(kept).size).toBe(kept.length)
})

describe('configuration', () => {
  test('the defaults', () => {
    expect(TrackFilterConfig.parse({})).toEqual({
      quality: { enabled: true, maxHdop: 20, minSatellites: 4, maxAccuracyM: 100, allow: [] },
      plausibility: {
        enabled: true,
        maxSpeedMps: 40,
        maxAccelerationMps2: 10,
        jumpM: 15,
        agreeingFixes: 5,
        gapS: 30,
      },
      standing: { enabled: true, radiusM: 15, speedMps: 0.5, afterS: 5, keepAliveS: 10 },
    })
    expect(TrackFilterConfig.parse({ sampling: {} }).sampling).toEqual({
      errorM: 3,
      timeErrorM: 10,
      maxS: 10,
    })
  })

  test.each<[string, unknown]>([
    ['an unknown key', { standing: { radius: 3 } }],
    ['an unknown stage', { smoothing: {} }],
    ['a negative limit', { plausibility: { maxSpeedMps: -1 } }],
    ['a measured kind to allow', { quality: { allow: ['gps'] } }],
    ['a word for a number', { sampling: { errorM: 'small' } }],
  ])('%s is refused', (_, config) => {
    expect(TrackFilterConfig.safeParse(config).success).toBe(false)
  })
})
