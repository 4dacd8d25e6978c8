import type { StreetGraph } from '../city/street-graph.ts'
import { Random } from '../random.ts'
import { list, type Rules, share, withDefaults } from './option-rules.ts'
import type { Motion } from './rider.ts'
import { type Tunnel, Tunnels, tunnelRule } from './tunnels.ts'

/** What stands around the road and between a receiver and its satellites: the same for all that ride there. */

export interface Surroundings {
  /** Share of the streets that are canyons, chosen by their ids: high walls, poor fixes, reflections. */
  canyonShare: number
  /** Share of the streets that have an underpass of 40 to 200 m, chosen and placed by their ids. */
  underpassShare: number
  /** Tunnels besides: by place or by time. */
  tunnels: readonly Tunnel[]
}

const DEFAULT_SURROUNDINGS: Surroundings = { canyonShare: 0.08, underpassShare: 0, tunnels: [] }
const RULES: Rules<Surroundings> = { canyonShare: share, underpassShare: share, tunnels: list(tunnelRule) }

export class SkyView {
  readonly #canyons: Set<string>
  readonly #tunnels: Tunnels

  /** @throws RangeError for surroundings that cannot be, as a tunnel in a street that the district does not have. */
  constructor(graph: StreetGraph, surroundings?: Partial<Surroundings>) {
    const { canyonShare, underpassShare, tunnels } = withDefaults(
      'surroundings',
      DEFAULT_SURROUNDINGS,
      RULES,
      surroundings,
    )
    const streets = [...new Set(graph.edges.map((edge) => edge.street))]
    this.#canyons = new Set(streets.filter((id) => new Random(0, `canyon ${id}`).chance(canyonShare)))
    this.#tunnels = new Tunnels(graph, tunnels, underpassShare)
  }

  isCanyon({ street }: Motion): boolean {
    return this.#canyons.has(street)
  }

  isCovered(motion: Motion, rideS: number): boolean {
    return this.#tunnels.cover(motion, rideS)
  }
}
