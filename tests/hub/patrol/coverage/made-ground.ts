import fc from 'fast-check'
import { PatrolGround } from '../../../../gateway/hub/patrol/ground/patrol-ground.ts'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import type { StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { Survey } from '../../../../gateway/hub/patrol/survey.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import { loadPatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import type { ComponentFeature, GridFeature, StreetFeature } from '../../../../proto/district.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { at, START_MS, trackOfFixes } from '../made-track.ts'

type Place = [eastM: number, northM: number]

const lonLat = ([eastM, northM]: Place): [number, number] => {
  const { lat, lon } = at(eastM, northM)
  return [lon, lat]
}

export const gridOf = (code: string, ...corners: Place[]): GridFeature => ({
  type: 'Feature',
  geometry: { type: 'Polygon', coordinates: [[...corners, corners[0]!].map(lonLat)] },
  properties: { code, name: `grid ${code}` },
})
export const squareGrid = (code: string, [west, south]: Place, sizeM: number): GridFeature =>
  gridOf(code, [west, south], [west + sizeM, south], [west + sizeM, south + sizeM], [west, south + sizeM])

export const street = (id: string, places: Place[], highway = 'residential'): StreetFeature => ({
  type: 'Feature',
  geometry: { type: 'LineString', coordinates: places.map(lonLat) },
  properties: { id, name: `street ${id}`, highway },
})

export const component = (code: string, place: Place, grid: string): ComponentFeature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: lonLat(place) },
  properties: { code, name: `component ${code}`, grid, status: 'intact' },
})

export const WEST_GRID = '310101001001001'
export const EAST_GRID = '310101001001002'

/**
 * Two grids of 400 m side by side, with streets every 100 m both ways, the outermost 50 m from the border: 8 by 4
 * streets from -100 m to 900 m east and to 500 m north.
 */
export function madeGround(): { grids: GridFeature[]; network: StreetNetwork } {
  const { grids, streets } = madeFeatures()
  return { grids, network: buildNetwork(streets) }
}

/** The same with a component every 37 m along the western streets, some of them off the way. */
export const madeDistrict = (): PatrolGround => new PatrolGround(madeRegisters(), loadPatrolRules())

export function madeRegisters() {
  const components = Array.from({ length: 40 }, (_, i) =>
    component(
      `310101010300${String(i).padStart(4, '0')}`,
      [(i * 37) % 400, 50 + 100 * Math.floor(i / 10) + (i % 3) * 12],
      WEST_GRID,
    ),
  )
  return { ...madeFeatures(), components }
}

function madeFeatures(): { grids: GridFeature[]; streets: StreetFeature[] } {
  const across = [50, 150, 250, 350].map((north) =>
    street(`ew${north}`, [
      [-100, north],
      [900, north],
    ]),
  )
  const up = [50, 150, 250, 350, 450, 550, 650, 750].map((east) =>
    street(
      `ns${east}`,
      [
        [east, -100],
        [east, 500],
      ],
      east === 150 ? 'primary' : 'residential',
    ),
  )
  return {
    grids: [squareGrid(WEST_GRID, [0, 0], 400), squareGrid(EAST_GRID, [400, 0], 400)],
    streets: [...across, ...up],
  }
}

/** Rides from place to place at 5 m/s, one fix a second, with the receiver's course and speed. */
export function rideThrough(places: Place[], startS = 0): Fix[] {
  const fixes: Fix[] = []
  let timeMs = START_MS + startS * 1000
  for (let i = 1; i < places.length; i++) {
    const [fromE, fromN] = places[i - 1]!
    const [toE, toN] = places[i]!
    const seconds = Math.max(1, Math.round(Math.hypot(toE - fromE, toN - fromN) / 5))
    const courseDeg = ((Math.atan2(toE - fromE, toN - fromN) * 180) / Math.PI + 360) % 360
    for (let s = i === 1 ? 0 : 1; s <= seconds; s++) {
      const share = s / seconds
      const place = at(fromE + share * (toE - fromE), fromN + share * (toN - fromN))
      fixes.push({ timeMs, ...place, speedMps: 5, courseDeg, accuracyM: 3, hdop: 0.9 })
      timeMs += 1000
    }
  }
  return fixes
}

/** Rides about on the streets of {@link madeGround}, with scatter, now and then poor fixes, gaps, and a jump. */
export const anyRide = (device: string): fc.Arbitrary<Track> =>
  fc
    .record({
      corners: fc.array(fc.tuple(fc.nat(7), fc.nat(3)), { minLength: 2, maxLength: 6 }),
      scatter: fc.infiniteStream(fc.tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: -8, max: 8 }))),
      whims: fc.infiniteStream(fc.integer({ min: 0, max: 99 })),
      startS: fc.nat(300),
    })
    .map(({ corners, scatter, whims, startS }) => {
      // From corner to corner along one street, then the other.
      const places = corners.flatMap(([column, row], i): Place[] => {
        const here: Place = [50 + 100 * column, 50 + 100 * row]
        const next = corners[i + 1]
        return next ? [here, [50 + 100 * next[0], here[1]]] : [here]
      })
      let lostMs = 0
      const fixes = rideThrough(places, startS).flatMap((fix): Fix[] => {
        const whim = whims.next().value as number
        const [east, north] = scatter.next().value as Place
        const moved = at(east, north)
        const origin = at(0, 0)
        const shifted = {
          ...fix,
          timeMs: fix.timeMs + lostMs,
          lat: fix.lat + (moved.lat - origin.lat),
          lon: fix.lon + (moved.lon - origin.lon),
        }
        if (whim < 2) lostMs += 40_000
        if (whim < 5) return []
        if (whim < 12) return [{ ...shifted, accuracyM: 40 }]
        if (whim < 13) return [{ ...shifted, lat: shifted.lat + 0.01 }]
        if (whim < 30) {
          const { speedMps: _, courseDeg: __, accuracyM: ___, ...bare } = shifted
          return [bare]
        }
        return [shifted]
      })
      return trackOfFixes(fixes, device)
    })

export function rowsOf(track: Track, from: number, to: number): Track {
  const column = (name: Exclude<keyof Track, 'device' | 'count'>) => track[name].slice(from, to)
  return {
    device: track.device,
    count: to - from,
    timeMs: column('timeMs'),
    lat: column('lat'),
    lon: column('lon'),
    altM: column('altM'),
    speedMps: column('speedMps'),
    courseDeg: column('courseDeg'),
    hdop: column('hdop'),
    satellites: column('satellites'),
    quality: column('quality'),
    accuracyM: column('accuracyM'),
  }
}

/** Gives tracks in small parts, the devices by turns as the sizes say, asking for results in between. */
export function addInParts(
  survey: Pick<Survey<unknown>, 'add' | 'result'>,
  tracks: readonly Track[],
  sizes: Iterator<number>,
): void {
  const rest = tracks.map((track) => ({ track, from: 0 }))
  while (rest.some(({ track, from }) => from < track.count))
    for (const one of rest) {
      const to = Math.min(one.track.count, one.from + (sizes.next().value as number))
      if (to > one.from) survey.add(rowsOf(one.track, one.from, to))
      one.from = to
      survey.result()
    }
}
export const anySizes = fc.infiniteStream(fc.integer({ min: 0, max: 25 }))
