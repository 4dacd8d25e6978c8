import fc from 'fast-check'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import type { GridFeature } from '../../../../proto/district.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { at, START_MS, trackOfFixes } from '../made-track.ts'
import { multiPolygon, polygon, ring } from './made-grid.ts'

/** Grids and tracks of any kind, within some 200 m of the origin. */

function coordinate(toM: number): fc.Arbitrary<number> {
  return fc.double({ min: -toM, max: toM, noNaN: true })
}
/** A star around the origin, so that its border does not cross itself, with or without a hole or a second part. */
export const anyGrid: fc.Arbitrary<GridFeature> = fc
  .record({
    radiiM: fc.array(fc.double({ min: 40.123, max: 160, noNaN: true }), { minLength: 5, maxLength: 9 }),
    kind: fc.constantFrom('plain', 'hole', 'two'),
  })
  .map(({ radiiM, kind }) => {
    const star = (scale: number, eastM: number) =>
      ring(
        ...radiiM.map((radiusM, i): [number, number] => {
          const angle = (2 * Math.PI * (i + 0.137)) / radiiM.length
          return [eastM + scale * radiusM * Math.cos(angle), scale * radiusM * Math.sin(angle)]
        }),
      )
    if (kind === 'plain') return polygon(star(1, 0))
    if (kind === 'hole') return polygon(star(1, 0), star(0.4, 0))
    return multiPolygon([star(0.6, -120)], [star(0.5, 110), star(0.2, 110)])
  })

const coordinateM = coordinate(220)
export const anyTrack: fc.Arbitrary<Track> = fc
  .array(
    fc.record({
      afterMs: fc.oneof(fc.constantFrom(1000, 2000, 9000), fc.integer({ min: 1, max: 40_000 })),
      eastM: coordinateM,
      northM: coordinateM,
      /** Most steps are short, some lead across the whole grid or far away. */
      share: fc.constantFrom(0.02, 0.1, 0.5, 1, 20),
      hdop: fc.constantFrom(undefined, 1, 1, 1, 8),
      quality: fc.constantFrom(undefined, 'gps' as const, 'estimated' as const),
    }),
    { maxLength: 25 },
  )
  .map((steps) => {
    let [eastM, northM, timeMs] = [0, 0, START_MS]
    const fixes = steps.map(({ afterMs, share, hdop, quality, ...to }): Fix => {
      eastM += (to.eastM - eastM) * share
      northM += (to.northM - northM) * share
      timeMs += afterMs
      return { timeMs, ...at(eastM, northM), ...(hdop ? { hdop } : {}), ...(quality ? { quality } : {}) }
    })
    return trackOfFixes(fixes)
  })

/** To and fro between a few corners at 4 m/s with some scatter, now and then with a pause: streets ridden often. */
export const anyRide: fc.Arbitrary<Track> = fc
  .record({
    corners: fc.array(fc.tuple(coordinate(180), coordinate(180)), { minLength: 2, maxLength: 3 }),
    scatter: fc.array(fc.tuple(coordinate(3), coordinate(3), fc.constantFrom(1, 1, 1, 1, 8, 40)), {
      minLength: 60,
      maxLength: 120,
    }),
  })
  .map(({ corners, scatter }) => {
    let [eastM, northM] = corners[0]!
    let [corner, timeMs] = [1, START_MS]
    const fixes = scatter.map(([east, north, odd]): Fix => {
      const to = corners[corner % corners.length]!
      const wayM = Math.hypot(to[0] - eastM, to[1] - northM)
      const share = wayM <= 4 ? 1 : 4 / wayM
      if (share === 1) corner++
      eastM += (to[0] - eastM) * share
      northM += (to[1] - northM) * share
      timeMs += odd === 40 ? 40_000 : 1000
      return { timeMs, ...at(eastM + east, northM + north), hdop: odd === 40 ? 1 : odd }
    })
    return trackOfFixes(fixes)
  })

export function ofSeveral(tracks: Track[]): Track[] {
  return tracks.map((track, i) => ({ ...track, device: `bike-${i}` }))
}

/** Rows `from` … `to` - 1. */
export function rows(track: Track, from: number, to: number): Track {
  const columns = Object.entries(track).map(([name, column]) => [
    name,
    column instanceof Float64Array ? column.slice(from, to) : column,
  ])
  return { ...Object.fromEntries(columns), count: to - from }
}
