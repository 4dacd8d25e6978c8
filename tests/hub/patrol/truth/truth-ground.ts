import { Random } from '../../../../device-sim/random.ts'
import { metresPerDegree } from '../../../../gateway/hub/patrol/distance.ts'
import { GridLocator } from '../../../../gateway/hub/patrol/grids/grid-locator.ts'
import { GridComponents } from '../../../../gateway/hub/patrol/ground/grid-components.ts'
import { RoadGrid } from '../../../../gateway/hub/patrol/ground/road-steps.ts'
import { placeAlong } from '../../../../gateway/hub/patrol/streets/place-along.ts'
import type { StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import { loadPatrolRules, type PatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import type { ComponentFeature, GridFeature } from '../../../../proto/district.ts'
import { realOrMadeDistrict } from '../streets/huangpu.ts'

/**
 * What the simulated patrols are judged on: real streets where they are at hand, cut into square unit grids, with
 * components beside them. The same on every machine that has the same streets.
 */
export interface TruthGround {
  name: 'huangpu' | 'simulated'
  network: StreetNetwork
  /** Those with streets; roads and components go by the same number. */
  grids: GridFeature[]
  roads: RoadGrid[]
  components: GridComponents[]
  locator: GridLocator
  rules: PatrolRules
}

export const GRID_M = 500
/** Along the streets from one component to the next; to the side at most. */
export const COMPONENT_EVERY_M = 40
export const COMPONENT_ASIDE_M = 12

let made: TruthGround | undefined

export function truthGround(): TruthGround {
  if (made) return made
  const { name, network } = realOrMadeDistrict()
  const squares = squaresOver(network)
  const rules = loadPatrolRules()
  const patrolled = network.parts.filter((part) => rules.isPatrolled(part))
  const roads = squares.map((grid) => new RoadGrid(patrolled, grid)).filter(({ lengthM }) => lengthM > 0)
  const grids = roads.map(({ grid }) => grid)
  const locator = new GridLocator(grids)
  const placed = componentsAlong(network, grids, locator)
  made = {
    name,
    network,
    grids,
    roads,
    components: grids.map((grid, i) => new GridComponents(grid, placed[i]!)),
    locator,
    rules,
  }
  return made
}

function squaresOver({ parts }: StreetNetwork): GridFeature[] {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const { lat, lon } of parts)
    for (let i = 0; i < lat.length; i++) {
      west = Math.min(west, lon[i]!)
      east = Math.max(east, lon[i]!)
      south = Math.min(south, lat[i]!)
      north = Math.max(north, lat[i]!)
    }
  const perDegree = metresPerDegree((south + north) / 2)
  const [lonDeg, latDeg] = [GRID_M / perDegree.lon, GRID_M / perDegree.lat]
  const squares: GridFeature[] = []
  for (let row = 0; south + row * latDeg < north; row++)
    for (let column = 0; west + column * lonDeg < east; column++) {
      const at = (dColumn: number, dRow: number): [number, number] => [
        west + (column + dColumn) * lonDeg,
        south + (row + dRow) * latDeg,
      ]
      const code = `310101001001${String(squares.length + 1).padStart(3, '0')}`
      squares.push({
        type: 'Feature',
        geometry: { type: 'Polygon', coordinates: [[at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 0)]] },
        properties: { code, name: `square ${row}/${column}` },
      })
    }
  return squares
}

/** By grid. */
function componentsAlong(
  network: StreetNetwork,
  grids: GridFeature[],
  locator: GridLocator,
): ComponentFeature[][] {
  const random = new Random(1, 'components along streets')
  const byGrid: ComponentFeature[][] = grids.map(() => [])
  let serial = 0
  for (const part of network.parts)
    for (
      let alongM = random.between(0, COMPONENT_EVERY_M);
      alongM < part.lengthM;
      alongM += COMPONENT_EVERY_M
    ) {
      const { lat, lon } = placeAlong(part, alongM)
      const perDegree = metresPerDegree(lat)
      const [eastM, northM] = [aside(random), aside(random)]
      const place = { lat: lat + northM / perDegree.lat, lon: lon + eastM / perDegree.lon }
      const code = `3101010103${String(++serial).padStart(6, '0')}`
      locator.at(place.lat, place.lon, (grid) => {
        byGrid[grid]!.push({
          type: 'Feature',
          geometry: { type: 'Point', coordinates: [place.lon, place.lat] },
          properties: {
            code,
            name: `component ${serial}`,
            grid: grids[grid]!.properties.code,
            status: 'intact',
          },
        })
      })
    }
  return byGrid
}

const aside = (random: Random): number => random.between(-COMPONENT_ASIDE_M, COMPONENT_ASIDE_M)
