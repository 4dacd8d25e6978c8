import type { ComponentFeature } from '../../proto/district.ts'
import type { Random } from '../random.ts'
import { COVERS, LAMP } from './names.ts'
import { distanceM, insideRing, type Plane, type PlanePoint } from './plane.ts'
import type { PlannedStreet } from './street-plan.ts'

/** Places components (部件) along streets: covers in the carriageway, lamps at its edge. */

export interface GridArea {
  code: string
  ring: readonly PlanePoint[]
}

/**
 * One component about each 110 m of street, lamps and covers in turn, each with the grid it stands in.
 * @param toPosition gives the GeoJSON position of a point.
 */
export function placeComponents(
  streets: readonly PlannedStreet[],
  areas: readonly GridArea[],
  plane: Plane,
  toPosition: (point: PlanePoint) => [number, number],
  random: Random,
): ComponentFeature[] {
  const serials = new Map<string, number>()
  const components: ComponentFeature[] = []
  for (const street of streets) {
    let houseNumber = random.integer(1, 9)
    for (const stop of stopsAlong(street.points, random)) {
      const kind = random.chance(0.45) ? LAMP : random.pick(COVERS)
      const offsetM = kind === LAMP ? lampOffsetM(street.highway) : random.between(1.5, 3)
      const side = random.chance(0.5) ? 1 : -1
      houseNumber += random.integer(4, 14)
      // At the rim of the district only one side of the street lies in a grid.
      for (const sideways of [side * offsetM, -side * offsetM]) {
        const coordinates = toPosition({
          xM: stop.point.xM + stop.normal.xM * sideways,
          yM: stop.point.yM + stop.normal.yM * sideways,
        })
        const placed = plane.toPlane(coordinates[1], coordinates[0])
        const area = areas.find(({ ring }) => insideRing(placed, ring))
        if (!area) continue
        const serial = (serials.get(kind.digits) ?? 0) + 1
        serials.set(kind.digits, serial)
        components.push({
          type: 'Feature',
          geometry: { type: 'Point', coordinates },
          properties: {
            code: `310101${kind.digits}${String(serial).padStart(6, '0')}`,
            name: `${kind.zh} ${street.name}${houseNumber}号`,
            grid: area.code,
            status: random.chance(0.015) ? 'damaged' : 'intact',
            authority: kind.authority,
            owner: kind.owner,
            maintainer: kind.maintainer,
          },
        })
        break
      }
    }
  }
  return components
}

function lampOffsetM(highway: string): number {
  if (highway === 'primary' || highway === 'secondary') return 9
  return highway === 'service' ? 3 : 5
}

/** Points on a line with the unit vector across it. */
function* stopsAlong(
  points: readonly PlanePoint[],
  random: Random,
): Generator<{ point: PlanePoint; normal: PlanePoint }> {
  let untilNextM = random.between(15, 60)
  for (let index = 1; index < points.length; index++) {
    const a = points[index - 1]!
    const b = points[index]!
    const lengthM = distanceM(a, b)
    const along = { xM: (b.xM - a.xM) / lengthM, yM: (b.yM - a.yM) / lengthM }
    let atM = untilNextM
    for (; atM < lengthM; atM += random.between(80, 140))
      yield {
        point: { xM: a.xM + along.xM * atM, yM: a.yM + along.yM * atM },
        normal: { xM: along.yM, yM: -along.xM },
      }
    untilNextM = atM - lengthM
  }
}
