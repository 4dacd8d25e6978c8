import type { GridFeature } from '../../../../proto/district.ts'
import { GridArea } from './grid-area.ts'
import { GridLocator } from './grid-locator.ts'

/**
 * The unit grids (单元网格) of a district. In: grids of the register; out: those of a code, of beginnings of codes, or
 * of a place. What is made for a question is kept for the next. Nothing fails.
 */
export class UnitGrids {
  /** In order of code. */
  readonly grids: readonly GridFeature[]
  readonly #gridOf: ReadonlyMap<string, GridFeature>
  readonly #areas = new Map<string, GridArea | undefined>()
  #locator: GridLocator | undefined

  constructor(grids: Iterable<GridFeature>) {
    this.grids = [...grids].sort((a, b) => (a.properties.code < b.properties.code ? -1 : 1))
    this.#gridOf = new Map(this.grids.map((grid) => [grid.properties.code, grid]))
  }

  grid(code: string): GridFeature | undefined {
    return this.#gridOf.get(code)
  }

  /** The unit grids of these codes, or beginnings of codes, each once, in order of code. */
  units(codes: readonly string[]): GridFeature[] {
    return this.grids.filter(({ properties }) => codes.some((code) => properties.code.startsWith(code)))
  }

  /** The codes that no unit grid begins with; none where there are no grids at all, so that a plan may come first. */
  unknown(codes: readonly string[]): string[] {
    if (this.grids.length === 0) return []
    return codes.filter((code) => !this.grids.some(({ properties }) => properties.code.startsWith(code)))
  }

  /** Of the units of these codes; undefined where there are none. */
  area(codes: readonly string[]): GridArea | undefined {
    const key = codes.join(' ')
    if (!this.#areas.has(key)) {
      const units = this.units(codes)
      this.#areas.set(key, units.length > 0 ? new GridArea(units) : undefined)
    }
    return this.#areas.get(key)
  }

  /** Numbers are those of `grids`. */
  locator(): GridLocator {
    this.#locator ??= new GridLocator(this.grids)
    return this.#locator
  }

  /** The grid that a place lies in; of several that overlap there, the first by its code. */
  at(lat: number, lon: number): GridFeature | undefined {
    let first: number | undefined
    this.locator().at(lat, lon, (number) => {
      first = Math.min(first ?? number, number)
    })
    return first === undefined ? undefined : this.grids[first]
  }
}
