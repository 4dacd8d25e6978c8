import type { ComponentFeature, GridFeature } from '../../../../proto/district.ts'
import { PlaceIndex } from './place-index.ts'

/** The components that stand in one grid, ready to be looked up by place; without those given up (废弃). */
export class GridComponents {
  readonly grid: GridFeature
  readonly components: readonly ComponentFeature[]
  readonly near: PlaceIndex

  constructor(grid: GridFeature, components: readonly ComponentFeature[]) {
    this.grid = grid
    this.components = components
      .filter(({ properties }) => properties.status !== 'abandoned')
      .toSorted((a, b) => (a.properties.code < b.properties.code ? -1 : 1))
    const axis = (of: 0 | 1) =>
      Float64Array.from(this.components, ({ geometry }) => geometry.coordinates[of] as number)
    this.near = new PlaceIndex(axis(1), axis(0))
  }
}
