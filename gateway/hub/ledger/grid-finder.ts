import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import type { GridFeature } from '../../../proto/district.ts'
import type { Position } from '../../../proto/domain.ts'
import type { FeatureRegister } from '../registers/feature-register.ts'

/** A grid with the box around it: west, south, east, north. */
interface BoxedGrid {
  feature: GridFeature
  box: [number, number, number, number]
}

/** A district is imported seldom; grids that only changed their shape are noticed so late. */
const KEPT_MS = 60_000

/**
 * In which unit grid a place lies, for cases that are at no component of the register. In: the grids of the register,
 * read anew when there are more or fewer of them, and after a minute; out: a grid's code.
 */
export class GridFinder {
  readonly #register: Pick<FeatureRegister<GridFeature>, 'collection' | 'count'>
  #grids: BoxedGrid[] = []
  #readMs = Number.NEGATIVE_INFINITY

  constructor(register: Pick<FeatureRegister<GridFeature>, 'collection' | 'count'>) {
    this.#register = register
  }

  /** Undefined: in none of the grids. */
  codeAt({ lat, lon }: Pick<Position, 'lat' | 'lon'>): string | undefined {
    this.#readAnew()
    const found = this.#grids.find(
      ({ feature, box: [west, south, east, north] }) =>
        lon >= west &&
        lon <= east &&
        lat >= south &&
        lat <= north &&
        booleanPointInPolygon([lon, lat], feature.geometry),
    )
    return found?.feature.properties.code
  }

  #readAnew(): void {
    const nowMs = performance.now()
    if (nowMs - this.#readMs < KEPT_MS && this.#register.count() === this.#grids.length) return
    this.#readMs = nowMs
    const { features } = JSON.parse([...this.#register.collection()].join('')) as { features: GridFeature[] }
    this.#grids = features.map((feature) => ({ feature, box: boxOf(feature) }))
  }
}

function boxOf({ geometry }: GridFeature): BoxedGrid['box'] {
  const box: BoxedGrid['box'] = [180, 90, -180, -90]
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  for (const [lon, lat] of polygons.flat(2)) {
    box[0] = Math.min(box[0], lon)
    box[1] = Math.min(box[1], lat)
    box[2] = Math.max(box[2], lon)
    box[3] = Math.max(box[3], lat)
  }
  return box
}
