import type { GridFeature } from '../../../proto/district.ts'
import type { Grid, GridTree } from '../patrol/grids/grid-levels.ts'
import type { UnitGrids } from '../patrol/grids/unit-grids.ts'
import { HttpProblem } from './errors.ts'

const HINT = 'GET /api/v1/grids lists the grids; `gridpatrol import grids` adds some'

/** A grid of any level. @param code - absent: the least grid that holds all. @throws HttpProblem 404 */
export function requireGrid(tree: GridTree, code: string | undefined): Grid {
  const grid = code === undefined ? tree.root() : tree.find(code)
  if (grid) return grid
  throw code === undefined ? new HttpProblem(404, 'no grids in the register', HINT) : unknownGrid(code)
}

/** The unit grids whose codes begin so. @throws HttpProblem 404 where there are none. */
export function requireUnits(grids: UnitGrids, code: string): GridFeature[] {
  const units = grids.units([code])
  if (units.length > 0) return units
  throw unknownGrid(code)
}

/** @throws HttpProblem 400 for codes in a body that no unit grid begins with. */
export function requireKnownCodes(grids: UnitGrids, codes: readonly string[]): void {
  const unknown = grids.unknown(codes)
  if (unknown.length > 0)
    throw new HttpProblem(400, `grids ${unknown.join(', ')}: no unit grid of the register begins so`, HINT)
}

const unknownGrid = (code: string): HttpProblem =>
  new HttpProblem(404, `grid ${code}: not in the register, nor does any code there begin with it`, HINT)
