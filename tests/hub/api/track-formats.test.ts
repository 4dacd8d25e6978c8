import { describe, expect, test } from 'vitest'
import { type TrackFormat, writeTrack } from '../../../gateway/hub/api/track-formats.ts'
import type { Track } from '../../../gateway/hub/stores/track-store.ts'
import { type Fix, QUALITIES } from '../../../proto/domain.ts'
import { TrackColumns, TrackJson } from '../../../proto/http.ts'
import { ride, T0 } from '../gateway-messages.ts'

const column = (fixes: Fix[], read: (fix: Fix) => number | undefined): Float64Array =>
  Float64Array.from(fixes, (fix) => read(fix) ?? Number.NaN)

function track(fixes: Fix[]): Track {
  return {
    device: 'ebike-01',
    count: fixes.length,
    timeMs: column(fixes, (fix) => fix.timeMs),
    lat: column(fixes, (fix) => fix.lat),
    lon: column(fixes, (fix) => fix.lon),
    altM: column(fixes, (fix) => fix.altM),
    speedMps: column(fixes, (fix) => fix.speedMps),
    courseDeg: column(fixes, (fix) => fix.courseDeg),
    hdop: column(fixes, (fix) => fix.hdop),
    satellites: column(fixes, (fix) => fix.satellites),
    quality: column(fixes, (fix) => fix.quality && QUALITIES.indexOf(fix.quality)),
    accuracyM: column(fixes, (fix) => fix.accuracyM),
  }
}

const RANGE = { fromMs: T0, toMs: T0 + 3_600_000 }
const write = (fixes: Fix[], format: TrackFormat): string =>
  [...writeTrack(track(fixes), RANGE, format)].join('')
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

test('csv', () => {
  expect(write([FULL, BARE], 'csv')).toBe(
    [
      'time,lat,lon,altM,speedMps,courseDeg,hdop,satellites,quality,accuracyM',
      '2026-05-01T00:00:00.000Z,31.23,121.47,4.1,4.2,33,0.8,14,dgps,2.5',
      '2026-05-01T00:00:01.000Z,31.2300001,121.4700002,,,,,,,',
      '',
    ].join('\n'),
  )
})

test('geojson: a line for each stretch without a gap, a point where one fix stands alone', () => {
  const stretch = ride(3)
  const alone = { ...BARE, timeMs: T0 + 600_000 }
  expect(JSON.parse(write([FULL, ...stretch.slice(1), alone], 'geojson'))).toEqual({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        geometry: {
          type: 'LineString',
          coordinates: [[121.47, 31.23, 4.1], ...stretch.slice(1).map(({ lat, lon }) => [lon, lat])],
        },
        properties: {
          device: 'ebike-01',
          coordinateProperties: { times: stretch.map(({ timeMs }) => new Date(timeMs).toISOString()) },
        },
      },
      {
        type: 'Feature',
        geometry: { type: 'Point', coordinates: [121.4700002, 31.2300001] },
        properties: { device: 'ebike-01', coordinateProperties: { times: ['2026-05-01T00:10:00.000Z'] } },
      },
    ],
  })
})

test('gpx: a segment for each stretch, elements in the order of its schema', () => {
  const text = write([FULL, BARE, ...ride(4).slice(2), { ...BARE, timeMs: T0 + 600_000 }], 'gpx')
  expect(text.match(/<trkseg>/g)).toHaveLength(2)
  expect(text).toContain(
    '<trkpt lat="31.23" lon="121.47"><ele>4.1</ele><time>2026-05-01T00:00:00.000Z</time><fix>dgps</fix>' +
      '<sat>14</sat><hdop>0.8</hdop><extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>4.2</gpxtpx:speed>' +
      '<gpxtpx:course>33</gpxtpx:course></gpxtpx:TrackPointExtension></extensions></trkpt>',
  )
  expect(text).toContain(
    '<trkpt lat="31.2300001" lon="121.4700002"><time>2026-05-01T00:00:01.000Z</time></trkpt>',
  )
})

describe('any length comes out whole', () => {
  test.each([0, 1, 2, 1999, 2000, 2001, 4000, 4500])('%i fixes', (count) => {
    const fixes = ride(count)
    expect(TrackColumns.parse(JSON.parse(write(fixes, 'columns'))).columns.timeMs).toHaveLength(count)
    const json = TrackJson.parse(JSON.parse(write(fixes, 'json')))
    expect(json.fixes.map(({ time }) => Date.parse(time))).toEqual(fixes.map(({ timeMs }) => timeMs))
    expect(write(fixes, 'csv').trimEnd().split('\n')).toHaveLength(count + 1)
    expect(write(fixes, 'gpx').match(/<trkpt/g)?.length ?? 0).toBe(count)
    const { features } = JSON.parse(write(fixes, 'geojson')) as {
      features: { geometry: { coordinates: unknown[] } }[]
    }
    expect(features).toHaveLength(count === 0 ? 0 : 1)
    if (count > 1) expect(features[0]!.geometry.coordinates).toHaveLength(count)
  })
})
