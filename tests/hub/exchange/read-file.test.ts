import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shiftInto, shiftOutOf } from '../../../gateway/hub/exchange/coordinate-systems.ts'
import { readTrackFile } from '../../../gateway/hub/exchange/read-file.ts'
import { checkedPoint, UnreadableFile } from '../../../gateway/hub/exchange/read-point.ts'
import type { Fix } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { importText } from './import-made.ts'

const T = '2026-05-01T00:00:00Z'
const MS = Date.parse(T)
const HERE: Fix = { timeMs: MS, lat: 31.2, lon: 121.4 }
const later = (s: number, more: Partial<Fix> = {}): Fix => ({ ...HERE, timeMs: MS + s * 1000, ...more })

const gpx = (body: string, version = '1.1') =>
  `<?xml version="1.0"?>\n<gpx version="${version}">${body}</gpx>`
const trkpt = (body: string, lat = '31.2', lon = '121.4') =>
  `<trkpt lat="${lat}" lon="${lon}">${body}</trkpt>`
const time = (s: number) => `<time>2026-05-01T00:00:${String(s).padStart(2, '0')}Z</time>`
const line = (coordinates: unknown, properties: unknown) =>
  JSON.stringify({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties })
const plt = (...lines: string[]) =>
  [
    'Geolife trajectory',
    'WGS 84',
    'Altitude is in Feet',
    'Reserved 3',
    '0,2,255,My Track,0,0,2,8421376',
    '0',
    ...lines,
  ].join('\r\n')

describe('what programs write is read', () => {
  test.each<[string, string, Fix[]]>([
    [
      'GPX with several tracks and segments, an empty one among them',
      gpx(
        `<trk><name>a &amp; b</name><trkseg>${trkpt(time(0))}</trkseg><trkseg/></trk><trk><trkseg>${trkpt(time(1))}</trkseg></trk>`,
      ),
      [HERE, later(1)],
    ],
    [
      'GPX 1.0 with speed and course in the point',
      gpx(
        `<trk><trkseg>${trkpt(`${time(0)}<course>90</course><speed>1.5</speed><fix>3d</fix>`)}</trkseg></trk>`,
        '1.0',
      ),
      [later(0, { courseDeg: 90, speedMps: 1.5, quality: 'gps' })],
    ],
    [
      'GPX with Garmin extensions under any prefix, and attributes on elements',
      gpx(
        `<trk><trkseg>${trkpt(`<ele unit="m">7</ele>${time(0)}<hdop>0.9</hdop><sat>12</sat><extensions><ns3:TrackPointExtension xmlns:ns3="x"><ns3:hr>120</ns3:hr><ns3:speed>4.2</ns3:speed></ns3:TrackPointExtension></extensions>`)}</trkseg></trk>`,
      ),
      [later(0, { altM: 7, hdop: 0.9, satellites: 12, speedMps: 4.2 })],
    ],
    [
      'GPX of a line ending with CR LF, behind a byte order mark',
      `\ufeff${gpx(`\r\n<trk>\r\n<trkseg>\r\n${trkpt(time(0))}\r\n</trkseg>\r\n</trk>\r\n`)}`,
      [HERE],
    ],
    [
      'GPX with an offset from UTC, and without one',
      gpx(
        `<trk><trkseg>${trkpt('<time>2026-05-01T08:00:00.000+08:00</time>')}${trkpt('<time>2026-05-01T00:00:01.25</time>')}</trkseg></trk>`,
      ),
      [HERE, later(1.25)],
    ],
    [
      'PLT of GeoLife, altitude in feet, -777 for none',
      plt(
        '31.2,121.4,0,492,46143.0,2026-05-01,00:00:00',
        '31.2,121.4,0,-777,46143.0000116,2026-05-01,00:00:01',
        '',
      ),
      [later(0, { altM: 149.96 }), later(1)],
    ],
    [
      'PLT of OziExplorer, whose date is in words of its own',
      plt('31.2,121.4,1,-777,46143.0000116,01-May-26,12:00:01 AM').replace(
        'Geolife trajectory',
        'OziExplorer Track Point File Version 2.1',
      ),
      [later(1)],
    ],
    [
      'CSV with other names, semicolons, km/h, and a blank line',
      '\ufeffTimestamp; Latitude; LNG; Speed (km/h); Note\r\n2026-05-01 00:00:00; 31.2; 121.4; 18; a "b"\r\n\r\n',
      [later(0, { speedMps: 5 })],
    ],
    ['CSV with date and time apart', 'date,time,lat,lon\n2026/5/1,0:00:01,31.2,121.4\n', [later(1)]],
    [
      'CSV with Unix time, s and ms',
      `time,lat,lon\n${MS / 1000},31.2,121.4\n${MS + 1000},31.2,121.4`,
      [HERE, later(1)],
    ],
    [
      'CSV in Chinese',
      '时间,纬度,经度,速度\n2026-05-01T08:00:00+0800,31.2,121.4,3',
      [later(0, { speedMps: 3 })],
    ],
    [
      'GeoJSON as togeojson writes it',
      line(
        [
          [121.4, 31.2, 5],
          [121.4, 31.2],
        ],
        { coordTimes: [T, '2026-05-01T00:00:01Z'] },
      ),
      [later(0, { altM: 5 }), later(1)],
    ],
    [
      'GeoJSON points with a time each',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          {
            type: 'Feature',
            geometry: { type: 'Point', coordinates: [121.4, 31.2] },
            properties: { time: MS, speedMps: 2 },
          },
        ],
      }),
      [later(0, { speedMps: 2 })],
    ],
    [
      'GeoJSON of several lines',
      JSON.stringify({
        type: 'Feature',
        geometry: { type: 'MultiLineString', coordinates: [[[121.4, 31.2]], [[121.4, 31.2]]] },
        properties: { coordTimes: [[T], ['2026-05-01T00:00:01Z']] },
      }),
      [HERE, later(1)],
    ],
  ])('%s', async (_, content, fixes) => {
    const imported = await importText(content)
    expect(imported.rejects).toEqual([])
    expect(imported.fixes).toEqual(fixes)
  })
})

describe('what is no fix is told with its place, and the rest is kept', () => {
  test.each<[string, string, string[]]>([
    [
      'GPX',
      gpx(
        `<trk><trkseg>${trkpt(time(0))}${trkpt('')}${trkpt(time(1), '91')}${trkpt(time(1), '31.2', 'east')}${trkpt(`${time(1)}<fix>none</fix>`)}<trkpt/></trkseg></trk>`,
      ),
      [
        'trk 1, trkseg 1, trkpt 2: no time',
        'trk 1, trkseg 1, trkpt 3: lat 91 is outside of ±90; are lat and lon swapped?',
        'trk 1, trkseg 1, trkpt 4: lon "east" is no number',
        'trk 1, trkseg 1, trkpt 5: fix none: the receiver had no position',
        'trk 1, trkseg 1, trkpt 6: no lat',
      ],
    ],
    [
      'CSV',
      [
        'time,lat,lon',
        `${T},31.2,121.4`,
        `${T},31.2`,
        `1980-01-06T00:00:00Z,31.2,121.4`,
        `2027-05-01T00:00:00Z,31.2,121.4`,
        `yesterday,31.2,121.4`,
        `2026-02-30T00:00:00Z,31.2,121.4`,
        `${T},0,0`,
        `${T},31.3,121.4`,
        `,31.2,121.4`,
        `2026-05-01T00:00:01Z,31.2,1e999`,
      ].join('\r\n'),
      [
        'line 3: 2 columns, expected 3',
        'line 4: time 1980-01-06T00:00:00.000Z: what a receiver tells that does not know the time',
        'line 5: time 2027-05-01T00:00:00.000Z lies in the future',
        'line 6: time "yesterday": expected ISO 8601 (2026-05-01T08:00:00+08:00) or Unix time',
        'line 7: time "2026-02-30T00:00:00Z": expected ISO 8601 (2026-05-01T08:00:00+08:00) or Unix time',
        'line 8: lat 0, lon 0: what a receiver without a fix tells',
        'line 9: another place at 2026-05-01T00:00:00.000Z, the first is kept',
        'line 10: no time',
        'line 11: lon Infinity is outside of ±180',
      ],
    ],
    [
      'PLT',
      plt('31.2,121.4,0,492,46143.0,2026-05-01,00:00:00', '31.2,121.4', '31.2,121.4,0,0,days,x,y'),
      [
        'line 8: expected lat,lon,code,altitude,days,date,time',
        'line 9: time "days": expected ISO 8601 (2026-05-01T08:00:00+08:00) or Unix time',
      ],
    ],
    [
      'GeoJSON',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          JSON.parse(line([[121.4, 31.2], [121.4], 'x'], { coordTimes: [T, T] })),
          { type: 'Feature', geometry: { type: 'Polygon', coordinates: [] }, properties: {} },
          null,
        ],
      }),
      [
        'features[0], point 2: no lat',
        'features[0], point 3: no lat',
        'features[1]: geometry Polygon: expected LineString or Point',
        'features[2]: geometry undefined: expected LineString or Point',
      ],
    ],
  ])('%s', async (_, content, rejects) => {
    const imported = await importText(content)
    expect(imported.rejects).toEqual(rejects)
    expect(imported.fixes.map(({ timeMs, lat, lon }) => ({ timeMs, lat, lon }))).toEqual([HERE])
    expect(imported.report).toMatchObject({ kept: 1, rejected: rejects.length })
  })

  test('a value that no fix can have is left out and counted; the same point again is counted too', async () => {
    const { report, fixes } = await importText(
      `time,lat,lon,altM,hdop,quality\n${T},31.2,121.4,1e9,-1,magic\n${T},31.2,121.4,1,1,gps\n`,
    )
    expect(fixes).toEqual([HERE])
    expect(report).toMatchObject({ kept: 1, rejected: 0, repeated: 1 })
    expect([...report.leftOut]).toEqual([
      ['altM', 1],
      ['hdop', 1],
      ['quality', 1],
    ])
  })

  test('a spike of 3,800 km/h is kept as it was recorded', async () => {
    const { fixes } = await importText(`time,lat,lon\n${T},31.2,121.4\n2026-05-01T00:00:01Z,31.21,121.4\n`)
    expect(fixes).toHaveLength(2)
  })
})

describe('a file that cannot be imported says why, and what to do', () => {
  test.each<[string, string | Uint8Array, string, RegExp]>([
    ['nothing', '', 'a.gpx', /the file is empty/],
    ['malformed XML', gpx('<trk>\n<trkseg>\n</trk>'), 'a.gpx', /^line 4, column 1: no XML: .*trkseg/],
    ['cut off XML', gpx('<trk>').slice(0, 40), 'a.gpx', /^line 2, column \d+: no XML/],
    ['KML', '<kml></kml>', 'a.kml', /expected the element gpx, found kml; export the track as GPX/],
    [
      'a route',
      gpx('<rte><rtept lat="1" lon="2"/></rte>'),
      'a.gpx',
      /no track \(trk\) in it, only 1 points of routes .*export the recorded track/,
    ],
    [
      'GPX without times',
      gpx(`<trk><trkseg>${trkpt('')}${trkpt('')}</trkseg></trk>`),
      'a.gpx',
      /none of its 2 points has a time.*export the recording itself/,
    ],
    [
      'CSV without a column of times',
      'lat,lon\n1,2\n',
      'a.csv',
      /line 1: no column time, found "lat", "lon".*export it with times/,
    ],
    ['CSV without names', '31.2,121.4,2026-05-01\n', 'a.csv', /no column time, lat, lon, found "31.2"/],
    [
      'CSV in GBK',
      Uint8Array.of(0xca, 0xb1, 0xbc, 0xe4, 0x2c, 0x61),
      'a.csv',
      /the file is not UTF-8: save it so/,
    ],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x74, 0), 'a.csv', /not UTF-8: save it as UTF-8/],
    [
      'a FIT file',
      Uint8Array.of(14, 16, 0, 0, 0x2e, 0x46, 0x49, 0x54),
      'a.fit',
      /no text; expected GPX, GeoJSON, CSV or PLT/,
    ],
    ['text under the name of GPX', 'hello', 'a.gpx', /no gpx: it begins with "hello"/],
    ['malformed JSON', '{"type":', 'a.json', /no JSON: /],
    ['other JSON', '{"a":1}', 'a.json', /expected a FeatureCollection/],
    [
      'GeoJSON in another system',
      '{"type":"FeatureCollection","features":[],"crs":{"properties":{"name":"EPSG:4490"}}}',
      'a.json',
      /crs EPSG:4490: expected WGS-84/,
    ],
    [
      'an unknown coordinateSystem',
      '{"type":"FeatureCollection","features":[],"coordinateSystem":"mars"}',
      'a.json',
      /coordinateSystem "mars": expected wgs84/,
    ],
    [
      'PLT of another datum',
      plt().replace('WGS 84', 'Tokyo'),
      'a.plt',
      /line 2: datum Tokyo, expected WGS 84/,
    ],
  ])('%s', async (_, content, name, words) => {
    await expect(importText(content, name)).rejects.toThrow(UnreadableFile)
    await expect(importText(content, name)).rejects.toThrow(words)
  })

  test('one system asked for, another in the file', async () => {
    const content = `time,lat_gcj02,lon_gcj02\n${T},31.2,121.4\n`
    await expect(importText(content, 'a.csv', 'bd09')).rejects.toThrow(
      /it is in GCJ-02; leave --crs bd09 out/,
    )
  })
})

test('--crs says the system of a file that does not', async () => {
  const [lon, lat] = shiftInto('bd09')(121.4, 31.2)
  const { fixes, report } = await importText(`time,lat,lon\n${T},${lat},${lon}\n`, 'a.csv', 'bd09')
  expect(fixes).toEqual([HERE])
  expect(report.crs).toBe('bd09')
})

test('a quote that nobody closes ends a CSV file; what stands before it is kept', async () => {
  const rest = `2026-05-01T00:00:02Z,31.2,121.4\n`.repeat(4000)
  const { fixes, rejects } = await importText(`time,lat,lon\n${T},31.2,121.4\n"2026,31.2,121.4\n${rest}`)
  expect(fixes[0]).toEqual(HERE)
  expect(rejects).toHaveLength(1)
  expect(rejects[0]).toMatch(/^after line 2: no CSV from here to the end: /)
})

test('whatever the bytes are, they are read or refused in words', async () => {
  const starts = [
    '',
    '<gpx>',
    '<gpx><trk><trkseg>',
    '{"type":"FeatureCollection","features":[',
    'time,lat,lon\n',
    plt(''),
  ]
  const path = join(testFolder(), 'any')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.string({ maxLength: 60, unit: 'binary' }),
      async (start, rest) => {
        writeFileSync(path, start + rest)
        try {
          const file = await readTrackFile(path)
          for await (const point of file.points)
            expect(checkedPoint(point, shiftOutOf('bd09'), MS)).toHaveProperty('reason', expect.any(String))
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableFile)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
