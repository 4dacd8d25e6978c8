import { describe, expect, test } from 'vitest'
import { qualityFault } from '../../../gateway/edge/track/quality-gate.ts'
import { TrackFilterConfig } from '../../../gateway/edge/track/track-filter-config.ts'
import type { Fix } from '../../../proto/domain.ts'
import { filtered, type TrackConfig } from './filtered.ts'

const FIX: Fix = { timeMs: Date.UTC(2026, 4, 1), lat: 31.23, lon: 121.47 }

const faultOf = (fix: Partial<Fix>, config: TrackConfig['quality'] = {}): string | undefined =>
  qualityFault({ ...FIX, ...fix }, TrackFilterConfig.parse({ quality: config }).quality)

describe('by default', () => {
  test.each<[what: string, fix: Partial<Fix>, fault: string | undefined]>([
    ['a bare position', {}, undefined],
    ['a good fix', { hdop: 0.9, satellites: 12, accuracyM: 2, quality: 'gps' }, undefined],
    ['rtk', { quality: 'rtk' }, undefined],
    ['the limit itself', { hdop: 20, satellites: 4, accuracyM: 100 }, undefined],
    ['HDOP over it', { hdop: 20.1 }, 'hdop'],
    ['three satellites', { satellites: 3 }, 'satellites'],
    ['satellites not counted', { satellites: 0 }, undefined],
    ['a wide error', { accuracyM: 100.5 }, 'accuracy'],
    ['dead reckoning', { quality: 'estimated' }, 'quality'],
    ['typed in', { quality: 'manual' }, 'quality'],
    ['simulated', { quality: 'simulated' }, 'quality'],
    ['the place that stands for none', { lat: 0, lon: 0 }, 'position'],
    ['on the equator', { lat: 0 }, undefined],
    ['no number', { lat: Number.NaN }, 'position'],
    ['no latitude', { lat: 91 }, 'position'],
    ['no longitude', { lon: -180.1 }, 'position'],
    ['no time', { timeMs: Number.NaN }, 'position'],
  ])('%s', (_, fix, fault) => {
    expect(faultOf(fix)).toBe(fault)
  })
})

test('limits are configurable', () => {
  expect(faultOf({ hdop: 6 }, { maxHdop: 5 })).toBe('hdop')
  expect(faultOf({ satellites: 3 }, { minSatellites: 3 })).toBeUndefined()
  expect(faultOf({ accuracyM: 20 }, { maxAccuracyM: 15 })).toBe('accuracy')
  expect(faultOf({ quality: 'estimated' }, { allow: ['estimated'] })).toBeUndefined()
  expect(faultOf({ quality: 'manual' }, { allow: ['estimated'] })).toBe('quality')
})

test('disabled, only what is no place is refused', () => {
  expect(faultOf({ hdop: 50, satellites: 1, quality: 'manual' }, { enabled: false })).toBeUndefined()
  expect(faultOf({ lat: Number.NaN }, { enabled: false })).toBe('position')
})

test('each refusal is counted by its reason', () => {
  const fixes = [
    { ...FIX, hdop: 50 },
    { ...FIX, timeMs: FIX.timeMs + 1000, satellites: 2 },
  ]
  expect(filtered(fixes).counts).toEqual({ in: 2, kept: 0, 'rejected-hdop': 1, 'rejected-satellites': 1 })
})
