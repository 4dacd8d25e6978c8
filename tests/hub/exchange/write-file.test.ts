import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { thinnedTrack } from '../../../gateway/hub/exchange/thinned-track.ts'
import { dailySlices } from '../../../gateway/hub/exchange/track-slice.ts'
import { FILE_FORMATS, type FileFormat, writeFile } from '../../../gateway/hub/exchange/write-file.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { type Fix, QUALITIES, type Quality } from '../../../proto/domain.ts'
import { COORDINATE_SYSTEMS, type CoordinateSystem } from '../../../proto/http.ts'
import { testFolder } from '../../test-folder.ts'
import { ride, T0 } from '../gateway-messages.ts'
import { trackOfFixes } from '../patrol/made-track.ts'
import { importText } from './import-made.ts'

async function write(fixes: Fix[], format: FileFormat, crs: CoordinateSystem = 'wgs84'): Promise<string> {
  const slices = [thinnedTrack(trackOfFixes(fixes, 'ebike-01'), 0)]
  let text = ''
  for await (const piece of writeFile(slices, { device: 'ebike-01', format, crs })) text += piece
  return text
}

const FULL: Fix = { ...ride(1)[0]!, altM: 4.1, accuracyM: 2.5, quality: 'dgps' }
const BARE: Fix = { timeMs: T0 + 1000, lat: 31.2300001, lon: 121.4700002 }

test('csv', async () => {
  expect(await write([FULL, BARE], 'csv')).toBe(
    [
      'time,lat,lon,altM,speedMps,courseDeg,hdop,satellites,quality,accuracyM',
      '2026-05-01T00:00:00.000Z,31.23,121.47,4.1,4.2,33,0.8,14,dgps,2.5',
      '2026-05-01T00:00:01.000Z,31.2300001,121.4700002,,,,,,,',
      '',
    ].join('\n'),
  )
  expect(await write([FULL], 'csv', 'bd09')).toMatch(/^time,lat_bd09,lon_bd09,altM,/)
})

test('geojson: a line for each stretch without a gap, a point where one fix stands alone', async () => {
  const stretch = ride(3)
  const alone = { ...BARE, timeMs: T0 + 600_000 }
  expect(JSON.parse(await write([FULL, ...stretch.slice(1), alone], 'geojson'))).toEqual({
    type: 'FeatureCollection',
    coordinateSystem: 'wgs84',
    features: [
      {
        type: 'Feature',
        geometry: {
          type: 'LineString',
          coordinates: [[121.47, 31.23, 4.1], ...stretch.slice(1).map(({ lat, lon }) => [lon, lat])],
        },
        properties: {
          device: 'ebike-01',
          coordinateProperties: {
            times: stretch.map(({ timeMs }) => new Date(timeMs).toISOString()),
            speedMps: stretch.map(({ speedMps }) => speedMps),
            courseDeg: stretch.map(({ courseDeg }) => courseDeg),
            hdop: stretch.map(({ hdop }) => hdop),
            satellites: stretch.map(({ satellites }) => satellites),
            quality: ['dgps', 'gps', 'gps'],
            accuracyM: [2.5, null, null],
          },
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

test('gpx: the system in the metadata, a segment for each stretch, elements in the order of the schema', async () => {
  const text = await write([FULL, BARE, ...ride(4).slice(2), { ...BARE, timeMs: T0 + 600_000 }], 'gpx')
  expect(text).toMatch(
    /^<\?xml [^>]*>\n<gpx [^>]*>\n<metadata><desc>Coordinates in WGS-84<\/desc><keywords>crs:wgs84<\/keywords><\/metadata>\n<trk><name>/,
  )
  expect(text.match(/<trkseg>/g)).toHaveLength(2)
  expect(text).toContain(
    '<trkpt lat="31.23" lon="121.47"><ele>4.1</ele><time>2026-05-01T00:00:00.000Z</time><fix>dgps</fix>' +
      '<sat>14</sat><hdop>0.8</hdop><extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>4.2</gpxtpx:speed>' +
      '<gpxtpx:course>33</gpxtpx:course></gpxtpx:TrackPointExtension><gridpatrol:quality>dgps</gridpatrol:quality>' +
      '<gridpatrol:accuracyM>2.5</gridpatrol:accuracyM></extensions></trkpt>',
  )
  expect(text).toContain(
    '<trkpt lat="31.2300001" lon="121.4700002"><time>2026-05-01T00:00:01.000Z</time></trkpt>',
  )
  expect(await write([FULL], 'gpx', 'gcj02')).toContain(
    '<desc>Coordinates in GCJ-02</desc><keywords>crs:gcj02<',
  )
})

describe('any length comes out whole', () => {
  test.each([0, 1, 2, 1999, 2000, 2001, 4500])('%i fixes', async (count) => {
    const fixes = ride(count)
    expect((await write(fixes, 'csv')).trimEnd().split('\n')).toHaveLength(count + 1)
    expect((await write(fixes, 'gpx')).match(/<trkpt/g)?.length ?? 0).toBe(count)
    const { features } = JSON.parse(await write(fixes, 'geojson')) as {
      features: { geometry: { coordinates: unknown[] } }[]
    }
    expect(features).toHaveLength(count === 0 ? 0 : 1)
    if (count > 1) expect(features[0]!.geometry.coordinates).toHaveLength(count)
  })
})

const e7 = (min: number, max: number) =>
  fc.integer({ min: min * 1e7, max: max * 1e7 }).map((value) => value / 1e7)
const hundredths = (min: number, max: number) =>
  fc.option(
    fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100),
    { nil: undefined },
  )
const anyFix = fc.record({
  lat: e7(4, 53),
  lon: e7(74, 135),
  altM: hundredths(-500, 9000),
  speedMps: hundredths(0, 90),
  courseDeg: hundredths(0, 359),
  hdop: hundredths(0, 50),
  satellites: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
  quality: fc.option(fc.constantFrom(...(QUALITIES.slice(1) as Quality[])), { nil: undefined }),
  accuracyM: hundredths(0, 500),
})
/** Some a second apart, some hours or a year. */
const anyFixes = fc
  .array(fc.tuple(fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 3e10 })), anyFix), {
    minLength: 1,
    maxLength: 20,
  })
  .map((steps) => {
    let timeMs = Date.UTC(2001, 0, 1)
    return steps.map(([stepMs, values]): Fix => {
      timeMs += stepMs
      const present = Object.entries(values).filter(([, value]) => value !== undefined)
      return { timeMs, ...(Object.fromEntries(present) as Omit<Fix, 'timeMs'>) }
    })
  })

const PAIRS = FILE_FORMATS.flatMap((format) => COORDINATE_SYSTEMS.map((crs) => [format, crs] as const))
test.each(PAIRS)(
  'what is exported as %s in %s is imported as it was, every quantity of it',
  async (format, crs) => {
    await fc.assert(
      fc.asyncProperty(anyFixes, async (fixes) => {
        const { fixes: back, report, rejects } = await importText(await write(fixes, format, crs))
        expect(rejects).toEqual([])
        expect(report).toMatchObject({ format, kept: fixes.length, repeated: 0 })
        expect(back).toEqual(fixes)
      }),
      { numRuns: 25 },
    )
  },
)

test('ten years come in days, and gaps between days are gaps', async () => {
  const store = await openTrackStore({ kind: 'sqlite' }, testFolder())
  const years = Array.from({ length: 10 }, (_, year) => Date.UTC(2016 + year, 11, 31, 23, 59, 50))
  // Twenty seconds over midnight and the year.
  const fixes = years.flatMap((startMs) => ride(20).map((fix, s) => ({ ...fix, timeMs: startMs + s * 1000 })))
  await store.write({ fixes: [{ device: 'old', fixes }], readings: [] })
  const counts: number[] = []
  const gaps: number[][] = []
  for await (const slice of dailySlices(store, 'old', Date.UTC(2010, 0, 1), Date.UTC(9999, 0, 1))) {
    counts.push(slice.count)
    gaps.push([...Array.from(slice.gapRows)])
  }
  await store.close()
  expect(counts).toEqual(years.flatMap(() => [10, 10]))
  expect(gaps).toEqual(years.flatMap((_, year) => [year === 0 ? [] : [0], []]))
})
