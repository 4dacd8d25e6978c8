import type { Track } from '../../stores/track-store.ts'
import type { GridLocator } from '../grids/grid-locator.ts'

/** Which devices gave fixes inside each grid. */
export class DevicesInGrids {
  readonly #locator: GridLocator
  readonly #devices: Set<string>[]

  /** @param grids - how many the locator knows. */
  constructor(locator: GridLocator, grids: number) {
    this.#locator = locator
    this.#devices = Array.from({ length: grids }, () => new Set())
  }

  add({ device, lat, lon, count }: Track): void {
    const note = (grid: number): void => {
      this.#devices[grid]!.add(device)
    }
    for (let row = 0; row < count; row++) this.#locator.at(lat[row]!, lon[row]!, note)
  }

  /** Sorted. */
  of(grid: number): string[] {
    return [...this.#devices[grid]!].sort()
  }
}
