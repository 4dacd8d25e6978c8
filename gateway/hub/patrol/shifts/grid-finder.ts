import type { GridFeature } from '../../../../proto/district.ts'
import { BeatArea } from './beat-area.ts'

/** What is needed of the register of grids. */
export interface GridCollection {
  /** The text of a GeoJSON FeatureCollection in pieces. */
  collection(): Iterable<string>
}

/**
 * The unit grids that the codes of a beat stand for. Reads the register once, when it is first asked: make one for
 * each request, so that an import shows at the next.
 */
export class GridFinder {
  readonly #register: GridCollection
  #grids: GridFeature[] | undefined
  readonly #areas = new Map<string, BeatArea | undefined>()

  constructor(register: GridCollection) {
    this.#register = register
  }

  /** In order of code. @param codes of unit grids, or the digits that several begin with. */
  unitGrids(codes: readonly string[]): GridFeature[] {
    return this.#all().filter(({ properties: { code } }) => codes.some((begin) => code.startsWith(begin)))
  }

  /** Those that no unit grid begins with; none where there are no grids at all, so that a plan may come first. */
  unknown(codes: readonly string[]): string[] {
    const all = this.#all()
    if (all.length === 0) return []
    return codes.filter((begin) => !all.some(({ properties: { code } }) => code.startsWith(begin)))
  }

  /** Undefined where the register has none of the grids. */
  area(codes: readonly string[]): BeatArea | undefined {
    const key = codes.join(' ')
    if (!this.#areas.has(key)) {
      const grids = this.unitGrids(codes)
      this.#areas.set(key, grids.length > 0 ? new BeatArea(grids) : undefined)
    }
    return this.#areas.get(key)
  }

  #all(): GridFeature[] {
    this.#grids ??= (
      JSON.parse([...this.#register.collection()].join('')) as { features: GridFeature[] }
    ).features
    return this.#grids
  }
}
