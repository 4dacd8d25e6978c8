import { existsSync, readFileSync } from 'node:fs'
import length from '@turf/length'
import { expect, test } from 'vitest'
import { summarise } from '../../../../gateway/hub/patrol/tracks/summary.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { Summary } from '../../../../proto/http.ts'
import { at, everySecond, ORIGIN, START_MS, trackOfFixes } from '../made-track.ts'

const summaryOf = (fixes: Fix[]) => {
  const summary = summarise(trackOfFixes(fixes), START_MS, START_MS + 86_400_000)
  expect(Summary.parse(summary)).toEqual(summary)
  return summary
}
const time = (s: number) => new Date(START_MS + s * 1000).toISOString()
/** Scatter of a receiver at rest, the same in every run. */
const scatterM = (i: number, amplitudeM: number) => amplitudeM * Math.sin(i * 12.9898) * Math.cos(i * 4.1414)

test('nothing recorded', () => {
  expect(summaryOf([])).toEqual({
    device: 'bike-1',
    from: time(0),
    to: time(86_400),
    fixes: 0,
    distanceM: 0,
    effectiveM: 0,
    movingS: 0,
    jumps: 0,
    impossibleJumps: 0,
    trips: [],
    stops: [],
    gaps: [],
  })
})

test('a straight ride is as long as it is', () => {
  const summary = summaryOf(
    everySecond(0, 501, (s) => ({ ...at(4 * s, 0), speedMps: 4 + (s === 7 ? 1.5 : 0) })),
  )
  expect(Math.abs(summary.distanceM - 2000)).toBeLessThan(5)
  expect(summary).toMatchObject({
    fixes: 501,
    first: time(0),
    last: time(500),
    movingS: 500,
    maxSpeedMps: 5.5,
    stops: [],
    gaps: [],
  })
})

test('standing adds no distance, and is a stop from a minute on', () => {
  const standing = everySecond(0, 3600, (s) => at(scatterM(s, 6), scatterM(s + 7, 6)))
  const summary = summaryOf(standing)
  expect(summary).toMatchObject({ distanceM: 0, movingS: 0 })
  expect(summary.stops).toHaveLength(1)
  expect(summary.stops[0]).toMatchObject({ from: time(0), to: time(3599), durationS: 3599 })
  expect(summary.stops[0]!.lat).toBeCloseTo(ORIGIN.lat, 4)
  expect(summary.stops[0]!.lon).toBeCloseTo(ORIGIN.lon, 4)
  expect(summaryOf(standing.slice(0, 60)).stops).toEqual([])
  expect(summaryOf(standing.slice(0, 61)).stops).toHaveLength(1)
})

test('ride, stop, ride: the stop lies where it was and takes no way from the rides', () => {
  const summary = summaryOf([
    ...everySecond(0, 250, (s) => at(4 * s, 0)),
    ...everySecond(250, 300, (s) => at(1000 + scatterM(s, 4), scatterM(s + 3, 4))),
    ...everySecond(550, 251, (s) => at(1000, 4 * s)),
  ])
  expect(summary.stops).toHaveLength(1)
  const [stop] = summary.stops
  expect(stop!.lon).toBeCloseTo(at(1000, 0).lon, 4)
  expect(Math.abs(stop!.durationS - 306)).toBeLessThan(12)
  expect(Math.abs(summary.distanceM - 2000)).toBeLessThan(30)
  expect(Math.abs(summary.movingS - 494)).toBeLessThan(14)
})

test('one fix that jumps away does not end a stop', () => {
  const fixes = everySecond(0, 200, (s) => at(s === 90 ? 80 : 0, 0))
  expect(summaryOf(fixes).stops).toMatchObject([{ durationS: 199 }])
})

test('a slow walk is no stop', () => {
  const summary = summaryOf(everySecond(0, 601, (s) => at(0.9 * s, 0)))
  expect(summary.stops).toEqual([])
  expect(Math.abs(summary.distanceM - 540)).toBeLessThan(6)
})

test('a gap is told, and neither way nor time of it counts', () => {
  const summary = summaryOf([
    ...everySecond(0, 101, (s) => at(5 * s, 0)),
    ...everySecond(700, 101, (s) => at(3000 + 5 * s, 0)),
  ])
  expect(Math.abs(summary.distanceM - 1000)).toBeLessThan(6)
  expect(summary.movingS).toBe(200)
  expect(summary.gaps).toEqual([{ from: time(100), to: time(700), durationS: 600, cause: 'unknown' }])
})

test('poor fixes count for nothing', () => {
  const summary = summaryOf(
    everySecond(0, 100, (s) => ({
      ...at(6 * s, s % 3 === 1 ? 400 : 0),
      ...(s % 3 === 1 ? { hdop: 20, speedMps: 99 } : { hdop: 1, speedMps: 6 }),
    })),
  )
  expect(Math.abs(summary.distanceM - 594)).toBeLessThan(7)
  expect(summary.maxSpeedMps).toBe(6)
})

const RIDES = new URL('../../../../../shared/data/tracks/', import.meta.url)
const missing = !existsSync(RIDES)
if (missing) {
  const reason = 'recorded rides are not beside this checkout (../shared/data/tracks)'
  if (process.env.CI === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
}

test.skipIf(missing).each(['activity_6234161353.gpx', 'activity_7371775190.gpx', 'activity_7621813676.gpx'])(
  'a recorded ride, %s, is about as long as its points laid end to end',
  (file) => {
    const text = readFileSync(new URL(file, RIDES), 'utf8')
    const fixes: Fix[] = []
    for (const [, attributes, body] of text.matchAll(/<trkpt([^>]*)>(.*?)<\/trkpt>/gs)) {
      const value = (name: string) => Number(new RegExp(`${name}="([^"]+)"`).exec(attributes!)?.[1])
      const timeMs = Date.parse(/<time>([^<]+)/.exec(body!)![1]!)
      if (timeMs > (fixes.at(-1)?.timeMs ?? 0)) fixes.push({ timeMs, lat: value('lat'), lon: value('lon') })
    }
    const summary = summarise(trackOfFixes(fixes), 0, Date.now())
    const gaps = summary.gaps.map((gap) => Date.parse(gap.to))
    const lines = [0, ...gaps, Number.POSITIVE_INFINITY].slice(0, -1).map((fromMs, i) => {
      const toMs = gaps[i] ?? Number.POSITIVE_INFINITY
      return fixes
        .filter((fix) => fix.timeMs >= fromMs && fix.timeMs < toMs)
        .map(({ lon, lat }) => [lon, lat])
    })
    const coordinates = lines.filter((line) => line.length > 1)
    const geometry = { type: 'MultiLineString' as const, coordinates }
    const endToEndM = length({ type: 'Feature', properties: {}, geometry }, { units: 'meters' })
    expect(fixes.length).toBeGreaterThan(400)
    expect(summary.distanceM).toBeGreaterThan(endToEndM * 0.93)
    expect(summary.distanceM).toBeLessThan(endToEndM * 1.01)
    expect(summary).toMatchObject({ jumps: 0, impossibleJumps: 0 })
  },
)
