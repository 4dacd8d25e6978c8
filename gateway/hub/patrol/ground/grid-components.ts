import type { ComponentFeature, GridFeature } from '../../../../proto/district.ts'

/** The components that stand in one grid, in order of code; without those given up (废弃). */
export class GridComponents {
  readonly grid: GridFeature
  readonly components: readonly ComponentFeature[]

  constructor(grid: GridFeature, components: readonly ComponentFeature[]) {
    this.grid = grid
    this.components = components
      .filter(({ properties }) => properties.status !== 'abandoned')
      .toSorted((a, b) => (a.properties.code < b.properties.code ? -1 : 1))
  }
}
