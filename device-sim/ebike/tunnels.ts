import type { StreetGraph } from '../city/street-graph.ts'
import { Random } from '../random.ts'
import { number, ordered, type Rule, required, span, text } from './option-rules.ts'
import type { Motion } from './rider.ts'
import { type Span, within } from './span.ts'

/** Where and when an e-bike has a roof over it: tunnels and underpasses (下穿). */

/** A stretch of a street, metres along it from its first point; the whole street unless said. */
export interface TunnelPlace {
  street: string
  fromM?: number | undefined
  toM?: number | undefined
}

/** By place, or by time wherever the e-bike then is. */
export type Tunnel = TunnelPlace | Span

const placeRule = ordered('fromM', 'toM', required({ street: text }, { fromM: number(0), toM: number(0) }))
const spanRule = span()

export const tunnelRule: Rule = (value, path) => {
  const byPlace = typeof value === 'object' && value !== null && 'street' in value
  ;(byPlace ? placeRule : spanRule)(value, path)
}

const UNDERPASS_MIN_M = 40
const UNDERPASS_MAX_M = 200

interface Stretch {
  fromM: number
  toM: number
}

export class Tunnels {
  readonly #spans: Span[] = []
  /** Covered stretches of an edge, metres from its `from`. */
  readonly #byEdge = new Map<number, Stretch[]>()

  /**
   * @param underpassShare share of the streets that have an underpass besides.
   * @throws RangeError for a street that the graph does not have.
   */
  constructor(graph: StreetGraph, tunnels: readonly Tunnel[], underpassShare: number) {
    for (const tunnel of tunnels)
      if ('street' in tunnel) this.#place(graph, tunnel)
      else this.#spans.push(tunnel)
    if (underpassShare > 0)
      for (const street of new Set(graph.edges.map((edge) => edge.street))) {
        const random = new Random(0, `underpass ${street}`)
        if (random.chance(underpassShare)) this.#place(graph, underpassOf(graph, street, random))
      }
  }

  cover({ edge, edgeM }: Motion, rideS: number): boolean {
    const stretches = this.#byEdge.get(edge)
    if (stretches?.some(({ fromM, toM }) => edgeM >= fromM && edgeM < toM)) return true
    return this.#spans.some((span) => within(span, rideS))
  }

  #place(graph: StreetGraph, { street, fromM = 0, toM = Infinity }: TunnelPlace): void {
    let startM = 0
    for (const [index, edge] of graph.edges.entries()) {
      if (edge.street !== street) continue
      const part = { fromM: Math.max(0, fromM - startM), toM: Math.min(edge.lengthM, toM - startM) }
      // The far end of an edge is the near end of the next.
      if (part.toM === edge.lengthM) part.toM = Infinity
      if (part.fromM < Math.min(part.toM, edge.lengthM))
        this.#byEdge.set(index, [...(this.#byEdge.get(index) ?? []), part])
      startM += edge.lengthM
    }
    if (startM === 0)
      throw new RangeError(
        `tunnel in street ${JSON.stringify(street)}: no such street; expected the id of a street of the district`,
      )
  }
}

function underpassOf(graph: StreetGraph, street: string, random: Random): TunnelPlace {
  const edges = graph.edges.filter((edge) => edge.street === street)
  const streetM = edges.reduce((sumM, edge) => sumM + edge.lengthM, 0)
  const lengthM = Math.min(streetM, random.between(UNDERPASS_MIN_M, UNDERPASS_MAX_M))
  const fromM = random.between(0, streetM - lengthM)
  return { street, fromM, toM: fromM + lengthM }
}
