import type { GridFeature } from '../../../../proto/district.ts'
import { type GridShape, shapeOf } from './grid-shape.ts'

/** Some unit grids as one area, such as the ground of a beat: whether a place lies in it, and how far outside. */
export class GridArea {
  /** Radius of a circle as large as the area: what "10 %" is of where the area is no circle. */
  readonly radiusM: number
  readonly #shapes: readonly GridShape[]
  /** Where the last place was inside: the next one mostly is, too. */
  #last: GridShape | undefined

  constructor(grids: readonly GridFeature[]) {
    this.#shapes = grids.map(shapeOf)
    this.radiusM = Math.sqrt(this.#shapes.reduce((sum, shape) => sum + shape.areaM2(), 0) / Math.PI)
  }

  /** In any of the grids. */
  contains(lat: number, lon: number): boolean {
    if (this.#last?.contains(lat, lon)) return true
    const shape = this.#shapes.find((each) => each.contains(lat, lon))
    if (shape) this.#last = shape
    return shape !== undefined
  }

  /** 0 inside; outside the distance to the nearest border, m. */
  outsideM(lat: number, lon: number): number {
    if (this.contains(lat, lon)) return 0
    return this.#shapes.reduce(
      (nearestM, shape) => shape.borderM(lat, lon, nearestM),
      Number.POSITIVE_INFINITY,
    )
  }
}
