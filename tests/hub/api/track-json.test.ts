import { describe, expect, test } from 'vitest'
import { writeTrackJson } from '../../../gateway/hub/api/track-json.ts'
import type { Fix } from '../../../proto/domain.ts'
import { TrackColumns, TrackJson } from '../../../proto/http.ts'
import { ride, T0 } from '../gateway-messages.ts'
import { trackOfFixes } from '../patrol/made-track.ts'

const RANGE = { fromMs: T0, toMs: T0 + 3_600_000 }
const write = (fixes: Fix[], format: 'columns' | 'json'): string =>
  [...writeTrackJson(trackOfFixes(fixes, 'ebike-01'), RANGE, format)].join('')
const FULL: Fix = { ...ride(1)[0]!, altM: 4.1, accuracyM: 2.5, quality: 'dgps' }
const BARE: Fix = { timeMs: T0 + 1000, lat: 31.2300001, lon: 121.4700002 }

test('columns: null where a fix has no value, left out where none has', () => {
  const answer = TrackColumns.parse(JSON.parse(write([FULL, BARE], 'columns')))
  expect(answer).toEqual({
    device: 'ebike-01',
    from: '2026-05-01T00:00:00.000Z',
    to: '2026-05-01T01:00:00.000Z',
    count: 2,
    columns: {
      timeMs: [T0, T0 + 1000],
      lat: [31.23, 31.2300001],
      lon: [121.47, 121.4700002],
      altM: [4.1, null],
      speedMps: [4.2, null],
      courseDeg: [33, null],
      hdop: [0.8, null],
      satellites: [14, null],
      quality: [2, null],
      accuracyM: [2.5, null],
    },
  })
  expect(Object.keys(TrackColumns.parse(JSON.parse(write([BARE], 'columns'))).columns)).toEqual([
    'timeMs',
    'lat',
    'lon',
  ])
})

test('json: what is absent is left out', () => {
  const { fixes, count } = TrackJson.parse(JSON.parse(write([FULL, BARE], 'json')))
  expect(count).toBe(2)
  expect(fixes).toEqual([
    {
      time: '2026-05-01T00:00:00.000Z',
      lat: 31.23,
      lon: 121.47,
      altM: 4.1,
      speedMps: 4.2,
      courseDeg: 33,
      hdop: 0.8,
      satellites: 14,
      quality: 'dgps',
      accuracyM: 2.5,
    },
    { time: '2026-05-01T00:00:01.000Z', lat: 31.2300001, lon: 121.4700002 },
  ])
})

describe('any length comes out whole', () => {
  test.each([0, 1, 2, 1999, 2000, 2001, 4000, 4500])('%i fixes', (count) => {
    const fixes = ride(count)
    expect(TrackColumns.parse(JSON.parse(write(fixes, 'columns'))).columns.timeMs).toHaveLength(count)
    const json = TrackJson.parse(JSON.parse(write(fixes, 'json')))
    expect(json.fixes.map(({ time }) => Date.parse(time))).toEqual(fixes.map(({ timeMs }) => timeMs))
  })
})
