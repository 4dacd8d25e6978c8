import type { ComponentFeature, District } from '../../proto/district.ts'
import { planeAt } from '../city/plane.ts'
import { Random } from '../random.ts'

/** Which components of the district a device watches: neighbours, each watched by one device only. */

export interface PlacedComponent {
  code: string
  name: string
  position: { lat: number; lon: number }
}

/** Digits of the kind in a component code. */
const KINDS = { manhole: ['0101', '0102', '0103', '0105', '0106', '0107', '0111'], lamp: ['0118'] }

export class ComponentAllotment {
  readonly #left: Map<string, ComponentFeature>
  readonly #seed: number

  constructor(district: District, seed: number) {
    this.#seed = seed
    this.#left = new Map(
      district.components.features
        .filter(({ properties }) => properties.status === 'intact')
        .map((feature) => [feature.properties.code, feature]),
    )
  }

  /**
   * The next `count` components of a kind, near one place drawn by the device's name, in order of distance.
   * @throws RangeError where the district has too few left.
   */
  take(device: string, kind: 'manhole' | 'lamp', count: number): PlacedComponent[] {
    const able = [...this.#left.values()].filter(({ properties }) =>
      KINDS[kind].includes(properties.code.slice(6, 10)),
    )
    if (able.length < count)
      throw new RangeError(
        `${device}: the district has only ${able.length} components of kind ${kind} left; expected at most so many`,
      )
    const centre = new Random(this.#seed, `place ${device}`).pick(able).geometry.coordinates
    const plane = planeAt(centre[1], centre[0])
    const awayM = ({ geometry }: ComponentFeature) => {
      const { xM, yM } = plane.toPlane(geometry.coordinates[1], geometry.coordinates[0])
      return Math.hypot(xM, yM)
    }
    const taken = able.sort((a, b) => awayM(a) - awayM(b)).slice(0, count)
    return taken.map(({ properties: { code, name }, geometry }) => {
      this.#left.delete(code)
      return { code, name, position: { lat: geometry.coordinates[1], lon: geometry.coordinates[0] } }
    })
  }
}
