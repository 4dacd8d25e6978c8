import type { GridFeature } from '../../../proto/district.ts'
import type { Position } from '../../../proto/domain.ts'
import { UnitGrids } from '../patrol/grids/unit-grids.ts'
import type { FeatureRegister } from '../registers/feature-register.ts'

/**
 * In which unit grid a place lies, for cases that are at no component of the register. In: the grids of the register,
 * read anew whenever something changed there; out: a grid's code.
 */
export class GridFinder {
  readonly #register: Pick<FeatureRegister<GridFeature>, 'all' | 'version'>
  #grids = new UnitGrids([])
  #version: number | undefined

  constructor(register: Pick<FeatureRegister<GridFeature>, 'all' | 'version'>) {
    this.#register = register
  }

  /** Undefined: in none of the grids. */
  codeAt({ lat, lon }: Pick<Position, 'lat' | 'lon'>): string | undefined {
    const version = this.#register.version()
    if (version !== this.#version) {
      this.#grids = new UnitGrids(this.#register.all())
      this.#version = version
    }
    return this.#grids.at(lat, lon)?.properties.code
  }
}
