import { generateDistrict } from '../../device-sim/city/district.ts'
import { streetGraph } from '../../device-sim/city/street-graph.ts'
import type { District } from '../../proto/district.ts'
import type { Fix } from '../../proto/domain.ts'
import { walker } from '../browser/fixture-rides.ts'

/**
 * A city as large as the largest that is written about: the simulator's district again and again, side by side, each
 * copy with streets and codes of its own.
 */

export const CITY_GRIDS = 945
export const CITY_EBIKES = 1100

const GRIDS_A_COPY = 16
const COPIES = Math.ceil(CITY_GRIDS / GRIDS_A_COPY)
const COLUMNS = 8
/** A little more than the district is wide and high, so that no two copies touch. */
const STEP_LON = 0.0225
const STEP_LAT = 0.0195
const SERIALS_A_COPY = 10_000
const SPEED_MPS = 4.2

export interface CityEbike {
  device: string
  /** The grid that it patrols. */
  grid: string
  /** A fix each `intervalMs`, as a receiver of 2.5 m gives them. */
  ride(fromMs: number, toMs: number, intervalMs: number): Fix[]
}

export interface City {
  grids: District['grids']
  streets: District['streets']
  components: District['components']
  ebikes: CityEbike[]
}

export function makeCity(seed: number): City {
  const district = generateDistrict(seed)
  const graph = streetGraph(district)
  const copies = Array.from({ length: COPIES }, (_, copy) => copyOf(district, copy))
  const grids = copies.flatMap(({ grids }) => grids.features).slice(0, CITY_GRIDS)
  const beats = district.grids.features.map(({ properties }) => properties.code)
  return {
    grids: { type: 'FeatureCollection', features: grids },
    streets: { type: 'FeatureCollection', features: copies.flatMap(({ streets }) => streets.features) },
    components: {
      type: 'FeatureCollection',
      features: copies.flatMap(({ components }) => components.features),
    },
    ebikes: Array.from({ length: CITY_EBIKES }, (_, place) => {
      const at = Math.floor((place / CITY_EBIKES) * CITY_GRIDS)
      const device = `ebike-${String(place + 1).padStart(4, '0')}`
      const home = beats[at % GRIDS_A_COPY]!
      const moved = moveBy(Math.floor(at / GRIDS_A_COPY))
      return {
        device,
        grid: grids[at]!.properties.code,
        ride: (fromMs, toMs, intervalMs) => {
          const walk = walker(graph, { device, beat: [home] })
          const fixes: Fix[] = []
          for (let timeMs = fromMs; timeMs < toMs; timeMs += intervalMs) {
            const { lat, lon, courseDeg } = walk((SPEED_MPS * intervalMs) / 1000)
            const [east, north] = moved([lon, lat])
            fixes.push({
              timeMs,
              lat: north!,
              lon: east!,
              speedMps: SPEED_MPS,
              courseDeg,
              hdop: 0.9,
              satellites: 14,
              accuracyM: 2.5,
            })
          }
          return fixes
        },
      }
    }),
  }
}

function copyOf(district: District, copy: number): Pick<City, 'grids' | 'streets' | 'components'> {
  const move = moveBy(copy)
  const named = (code: string) => gridOf(code, copy)
  return {
    grids: {
      type: 'FeatureCollection',
      features: district.grids.features.map((grid) => ({
        ...grid,
        geometry: moved(grid.geometry, move),
        properties: { ...grid.properties, code: named(grid.properties.code) },
      })),
    },
    streets: {
      type: 'FeatureCollection',
      features: district.streets.features.map((street) => ({
        ...street,
        geometry: moved(street.geometry, move),
        properties: { ...street.properties, id: `${street.properties.id}-${copy}` },
      })),
    },
    components: {
      type: 'FeatureCollection',
      features: district.components.features.map((component) => {
        const { properties } = component
        return {
          ...component,
          geometry: moved(component.geometry, move),
          properties: {
            ...properties,
            code: componentOf(properties.code, copy),
            ...(properties.grid === undefined ? {} : { grid: named(properties.grid) }),
          },
        }
      }),
    },
  }
}

/** Each copy has two street offices (街道) of its own: the seventh to ninth digit. */
const gridOf = (code: string, copy: number): string =>
  code.slice(0, 6) + String(copy * 2 + 100 + (code.slice(6, 9) === '002' ? 0 : 1)) + code.slice(9)

/** Its last six digits count the components of a kind. */
const componentOf = (code: string, copy: number): string =>
  code.slice(0, 10) + String(Number(code.slice(10)) + copy * SERIALS_A_COPY).padStart(6, '0')

type Move = (position: number[]) => number[]

const moveBy =
  (copy: number): Move =>
  ([lon, lat]) => [lon! + (copy % COLUMNS) * STEP_LON, lat! + Math.floor(copy / COLUMNS) * STEP_LAT]

function moved<Geometry extends { coordinates: unknown }>(geometry: Geometry, move: Move): Geometry {
  const each = (value: unknown): unknown =>
    Array.isArray(value) && typeof value[0] === 'number'
      ? move(value as number[])
      : (value as unknown[]).map(each)
  return { ...geometry, coordinates: each(geometry.coordinates) }
}
