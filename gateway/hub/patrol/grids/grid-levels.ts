import type { GridFeature } from '../../../../proto/district.ts'
import type { GRID_LEVELS } from '../../../../proto/patrol-http.ts'
import type { UnitGrids } from './unit-grids.ts'

/**
 * The four levels of grids (区 district, 街道 street office, 社区 community, 单元网格 unit grid). In: the unit grids of
 * the register; out: any grid by its code, with what lies in it. A level above has no outline of its own: it is the
 * digits that the codes of its unit grids begin with. Nothing fails; a code that nothing begins with is undefined.
 */
export type GridLevel = (typeof GRID_LEVELS)[number]

export interface Grid {
  code: string
  name?: string
  level: GridLevel
  /** In order of code; of a unit grid, itself. */
  units: readonly GridFeature[]
}

/** Digits of the levels above a unit grid: 6 admin division, 3 street office, 3 community (GB/T 30428.1). */
export const LEVEL_DIGITS = { district: 6, street: 9, community: 12 } as const

type LevelDigits = Record<keyof typeof LEVEL_DIGITS, number>

export class GridTree {
  readonly #units: UnitGrids
  readonly #digits: LevelDigits

  /** @param digits - how many digits a city's codes have at each level; what is longer is a unit grid. */
  constructor(units: UnitGrids, digits: LevelDigits = LEVEL_DIGITS) {
    this.#units = units
    this.#digits = digits
  }

  /** The least that holds all the unit grids; undefined: there are none. */
  root(): Grid | undefined {
    const { grids } = this.#units
    const [first, last] = [grids[0], grids.at(-1)]
    if (!first || !last) return undefined
    const code = commonBeginning(first.properties.code, last.properties.code)
    if (first === last) return this.find(code)
    const whole = Object.values(this.#digits).filter((digits) => digits <= code.length)
    return this.#above(code.slice(0, whole.length === 0 ? code.length : Math.max(...whole)))
  }

  /** A code of the register is a unit grid, whatever its length; else it is what such codes begin with. */
  find(code: string): Grid | undefined {
    const unit = this.#units.grid(code)
    return unit ? unitGrid(unit) : this.#above(code)
  }

  /** What lies one level below, in order of code; of a unit grid none. */
  children({ code, level, units }: Grid): Grid[] {
    if (level === 'unit') return []
    const next = Math.min(...Object.values(this.#digits).filter((digits) => digits > code.length))
    const codes = new Set(units.map(({ properties }) => properties.code.slice(0, next)))
    return [...codes].map((child) => this.find(child)!)
  }

  #above(code: string): Grid | undefined {
    const units = this.#units.units([code])
    if (units.length === 0) return undefined
    const level = this.#levelOf(code)
    // A code cut short of its level names several.
    const names = new Set(units.map(({ properties }) => properties[level]))
    const [name] = names
    return { code, level, units, ...(names.size === 1 && name !== undefined ? { name } : {}) }
  }

  #levelOf({ length }: string): Exclude<GridLevel, 'unit'> {
    if (length <= this.#digits.district) return 'district'
    return length <= this.#digits.street ? 'street' : 'community'
  }
}

const unitGrid = (unit: GridFeature): Grid => ({
  code: unit.properties.code,
  name: unit.properties.name,
  level: 'unit',
  units: [unit],
})

function commonBeginning(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}
