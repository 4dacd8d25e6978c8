import type { District } from '../../proto/district.ts'
import { Random } from '../random.ts'
import { placeComponents } from './components.ts'
import { COMMUNITIES, DISTRICT_NAME, STREET_OFFICES } from './names.ts'
import { type PlanePoint, planeAt } from './plane.ts'
import { CELLS, planStreets } from './street-plan.ts'

/**
 * The city. In: a seed. Out: a believable district of about 2 km × 2 km around 31.23° N 121.47° E as GeoJSON
 * (WGS-84): streets, 16 unit grids framed by the arteries, components along the streets. Nothing can fail.
 */

const CENTRE = { lat: 31.23, lon: 121.47 }

/**
 * Makes a district; the same seed gives the same one, byte for byte. The grids come in the order in which one
 * walks them row by row, there and back, so that grids next to each other in the list are neighbours.
 */
export function generateDistrict(seed: number): District {
  const plane = planeAt(CENTRE.lat, CENTRE.lon)
  const toPosition = (point: PlanePoint): [number, number] => {
    const { lat, lon } = plane.toWgs84(point)
    return [rounded(lon), rounded(lat)]
  }
  const plan = planStreets(new Random(seed, 'streets'))
  const grids = gridCells().map(({ column, row }, index) => {
    const ring = plan.rings[column]![row]!.map(toPosition)
    const serial = String((index % 2) + 1).padStart(3, '0')
    const community = Math.floor(index / 2)
    // Two streets (街道) of four neighbourhoods, 310101 being the admin division.
    const code = `310101${community < 4 ? '002' : '013'}${String((community % 4) + 1).padStart(3, '0')}${serial}`
    const properties = {
      code,
      name: `第${String(index + 1).padStart(2, '0')}网格 · ${COMMUNITIES[community]!}`,
      district: DISTRICT_NAME,
      street: STREET_OFFICES[Math.floor(community / 4)]!,
      community: COMMUNITIES[community]!,
    }
    return { properties, ring }
  })
  const areas = grids.map(({ properties, ring }) => ({
    code: properties.code,
    ring: ring.map(([lon, lat]) => plane.toPlane(lat, lon)),
  }))
  return {
    grids: {
      type: 'FeatureCollection',
      features: grids.map(({ properties, ring }) => ({
        type: 'Feature',
        geometry: { type: 'Polygon', coordinates: [ring] },
        properties,
      })),
    },
    streets: {
      type: 'FeatureCollection',
      features: plan.streets.map((street, index) => ({
        type: 'Feature',
        geometry: { type: 'LineString', coordinates: street.points.map(toPosition) },
        properties: {
          id: `street-${String(index + 1).padStart(3, '0')}`,
          name: street.name,
          highway: street.highway,
        },
      })),
    },
    components: {
      type: 'FeatureCollection',
      features: placeComponents(plan.streets, areas, plane, toPosition, new Random(seed, 'components')),
    },
  }
}

/** Seven decimals: a centimetre. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7
}

function gridCells(): { column: number; row: number }[] {
  return Array.from({ length: CELLS * CELLS }, (_, index) => {
    const row = Math.floor(index / CELLS)
    const column = row % 2 === 0 ? index % CELLS : CELLS - 1 - (index % CELLS)
    return { column, row }
  })
}
