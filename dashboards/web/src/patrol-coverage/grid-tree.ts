import type { GridFeature } from '../../../../proto/district.ts'
import type { CoverageOfGrid, GRID_LEVELS } from '../../../../proto/patrol-http.ts'

/**
 * The four levels of grids as the page walks them: a code begins with the code of what it lies in (6 digits of the
 * district, 3 of the street office, 3 of the community, the rest of the unit grid).
 */

const LEVEL_DIGITS = [6, 9, 12] as const

/** What the most unit grids lie in: where the page begins. Undefined without grids. */
export function districtOf(unitCodes: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const code of unitCodes) {
    const district = code.slice(0, LEVEL_DIGITS[0])
    counts.set(district, (counts.get(district) ?? 0) + 1)
  }
  return [...counts].reduce<[string, number] | undefined>(
    (most, one) => (most && most[1] >= one[1] ? most : one),
    undefined,
  )?.[0]
}

/** Codes from the district down to the grid itself. */
export function pathTo(code: string): string[] {
  return [
    ...LEVEL_DIGITS.filter((digits) => digits < code.length).map((digits) => code.slice(0, digits)),
    code,
  ]
}

/** What the register calls a grid of any level; undefined where it says nothing. */
export function nameOfGrid(
  units: readonly GridFeature[],
  code: string,
  level: (typeof GRID_LEVELS)[number],
): string | undefined {
  const inside = units.find(({ properties }) => properties.code.startsWith(code))
  return inside?.properties[level === 'unit' ? 'name' : level]
}

/** A share for every unit grid, from the grids of any level that they lie in. */
export function sharesOfUnits(
  of: readonly CoverageOfGrid[],
  unitCodes: readonly string[],
): Map<string, number> {
  const longestFirst = of.toSorted((a, b) => b.grid.length - a.grid.length)
  const shares = new Map<string, number>()
  for (const code of unitCodes) {
    const above = longestFirst.find(({ grid }) => code.startsWith(grid))
    if (above) shares.set(code, above.coverage)
  }
  return shares
}

/** Does a shift or a beat with these codes, whole or beginnings, include the unit grid? */
export const includesGrid = (codes: readonly string[], unit: string): boolean =>
  codes.some((code) => unit.startsWith(code))

export const gridsOfBeat = (grids: readonly GridFeature[], codes: readonly string[]): GridFeature[] =>
  grids.filter(({ properties }) => includesGrid(codes, properties.code))

/** Outer and inner rings of a grid, longitude first. */
export function ringsOf({ geometry }: GridFeature): [number, number][][] {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  return polygons.flatMap((rings) =>
    rings.map((ring) => ring.map(([lon, lat]): [number, number] => [lon, lat])),
  )
}
