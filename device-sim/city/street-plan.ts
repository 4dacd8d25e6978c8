import type { Random } from '../random.ts'
import { type CellKind, type CellStreet, layOutCell } from './cell-layout.ts'
import { ARTERIES_EASTWARD, ARTERIES_NORTHWARD, LANE_NAMES, THROUGH_STREET_NAMES } from './names.ts'
import type { PlanePoint } from './plane.ts'

/**
 * Draws the streets of a district on a plane. Five arteries run each way, bent and unevenly spaced; they frame
 * 4 × 4 cells, the later unit grids. Each cell has smaller streets from artery to artery, some of which end at
 * a crossing, and dead-end lanes; one row of cells has a river that only arteries and one bridge cross, one
 * cell a park, two cells a diagonal. Streets that meet share the very same point object.
 */

export const CELLS = 4
const CELL_M = 500
/** Streets that reach an artery from both sides within this share of a cell meet in one crossing. */
const SAME_CROSSING = 0.04

export interface PlannedStreet {
  name: string
  highway: string
  points: PlanePoint[]
}

export interface StreetPlan {
  streets: PlannedStreet[]
  /** Rings of the cells, closed, counter-clockwise, `rings[column][row]` from the south-west. */
  rings: PlanePoint[][][]
}

export function planStreets(random: Random): StreetPlan {
  const corner = square(CELLS + 1, (column, row) => ({
    xM: (column - CELLS / 2) * CELL_M + random.between(-40, 40),
    yM: (row - CELLS / 2) * CELL_M + random.between(-40, 40),
  }))
  /** `eastward[row][column]` and `northward[column][row]`: the sides of the cells, artery by artery. */
  const eastward = ARTERIES_EASTWARD.map((_, row) =>
    Array.from(
      { length: CELLS },
      (_, column) => new Side(corner[column]![row]!, corner[column + 1]![row]!, random),
    ),
  )
  const northward = ARTERIES_NORTHWARD.map((_, column) =>
    Array.from(
      { length: CELLS },
      (_, row) => new Side(corner[column]![row]!, corner[column]![row + 1]!, random),
    ),
  )
  const sidesOf = (column: number, row: number): Sides => ({
    south: eastward[row]![column]!,
    north: eastward[row + 1]![column]!,
    west: northward[column]![row]!,
    east: northward[column + 1]![row]!,
  })

  const smaller = planCells(sidesOf, random)
  // The arteries come last: only now are all crossings on them known.
  const artery = (sides: Side[], name: string, index: number): PlannedStreet => ({
    name,
    highway: arteryClass(index),
    points: sides.map((side) => side.points()).reduce(joined),
  })
  return {
    streets: [
      ...northward.map((sides, column) => artery(sides, ARTERIES_NORTHWARD[column]!, column)),
      ...eastward.map((sides, row) => artery(sides, ARTERIES_EASTWARD[row]!, row)),
      ...smaller,
    ],
    rings: square(CELLS, (column, row) => {
      const { south, east, north, west } = sidesOf(column, row)
      return [south.points(), east.points(), north.points().reverse(), west.points().reverse()].reduce(joined)
    }),
  }
}

function planCells(sidesOf: (column: number, row: number) => Sides, random: Random): PlannedStreet[] {
  const kinds = placeKinds(random)
  const names = { through: random.shuffled(THROUGH_STREET_NAMES), lane: random.shuffled(LANE_NAMES) }
  const streets: PlannedStreet[] = []
  for (let row = 0; row < CELLS; row++)
    for (let column = 0; column < CELLS; column++) {
      const kind = kinds[column]![row]!
      const layout = layOutCell(kind, random)
      const cell = new Cell(sidesOf(column, row), layout, random)
      for (const street of layout) {
        const points = cell.trace(street)
        const begun = street.name && streets.find((other) => other.name === street.name)
        if (begun) begun.points = joined(begun.points, points)
        else {
          const name = street.name ?? names[street.highway === 'service' ? 'lane' : 'through'].pop()!
          streets.push({ name, highway: street.highway, points })
        }
      }
      if (kind === 'diagonal')
        streets.push({ name: names.through.pop()!, highway: 'tertiary', points: cell.diagonal() })
    }
  return streets
}

function placeKinds(random: Random): CellKind[][] {
  const riverRow = random.integer(1, 2)
  const bridgeColumn = random.integer(0, CELLS - 1)
  const kinds = square(CELLS, (column, row): CellKind => {
    if (row !== riverRow) return 'ordinary'
    return column === bridgeColumn ? 'bridge' : 'river'
  })
  const ordinary = kinds.flatMap((cells, column) =>
    cells.flatMap((kind, row) => (kind === 'ordinary' ? [{ column, row }] : [])),
  )
  const chosen = random.shuffled(ordinary)
  for (const [index, kind] of (['park', 'diagonal', 'diagonal'] as const).entries()) {
    const { column, row } = chosen[index]!
    kinds[column]![row] = kind
  }
  return kinds
}

function square<Value>(size: number, make: (column: number, row: number) => Value): Value[][] {
  return Array.from({ length: size }, (_, column) =>
    Array.from({ length: size }, (_, row) => make(column, row)),
  )
}

function arteryClass(index: number): string {
  if (index === CELLS / 2) return 'primary'
  return index === 0 || index === CELLS ? 'tertiary' : 'secondary'
}

/** Two lines, the second of which begins where the first ends. */
function joined(first: PlanePoint[], second: PlanePoint[]): PlanePoint[] {
  return [...first, ...second.slice(1)]
}

function along(a: PlanePoint, b: PlanePoint, share: number): PlanePoint {
  return { xM: a.xM + (b.xM - a.xM) * share, yM: a.yM + (b.yM - a.yM) * share }
}

function bent(point: PlanePoint, byM: number, random: Random): PlanePoint {
  return { xM: point.xM + random.between(-byM, byM), yM: point.yM + random.between(-byM, byM) }
}

/** A stretch of artery between two corners, with the crossings on it. */
class Side {
  readonly from: PlanePoint
  readonly to: PlanePoint
  readonly #random: Random
  readonly #crossings: { share: number; point: PlanePoint }[] = []

  constructor(from: PlanePoint, to: PlanePoint, random: Random) {
    this.from = from
    this.to = to
    this.#random = random
  }

  crossingAt(share: number): PlanePoint {
    const known = this.#crossings.find((crossing) => Math.abs(crossing.share - share) < SAME_CROSSING)
    if (known) return known.point
    const point = bent(along(this.from, this.to, share), 6, this.#random)
    this.#crossings.push({ share, point })
    return point
  }

  points(): PlanePoint[] {
    const inOrder = this.#crossings.toSorted((a, b) => a.share - b.share)
    return [this.from, ...inOrder.map((crossing) => crossing.point), this.to]
  }
}

interface Sides {
  south: Side
  north: Side
  west: Side
  east: Side
}

/** Turns shares of a cell into points of the plane; each crossing is made once. */
class Cell {
  readonly #sides: Sides
  readonly #layout: CellStreet[]
  readonly #random: Random
  readonly #crossings = new Map<string, PlanePoint>()

  constructor(sides: Sides, layout: CellStreet[], random: Random) {
    this.#sides = sides
    this.#layout = layout
    this.#random = random
  }

  /** The points of a street: its two ends and every crossing between them. */
  trace(street: CellStreet): PlanePoint[] {
    const crossings = this.#layout
      .filter((other) => other.along !== street.along && other.from <= street.at && street.at <= other.to)
      .map((other) => other.at)
      .filter((share) => share > street.from && share < street.to)
    return [street.from, ...new Set(crossings.sort((a, b) => a - b)), street.to].map((share) =>
      street.along === 'north' ? this.#at(street.at, share) : this.#at(share, street.at),
    )
  }

  /** From the south-west corner to the north-east one, through the crossings at equal shares. */
  diagonal(): PlanePoint[] {
    const shares = this.#layout.filter((street) => street.along === 'north').map((street) => street.at)
    return [
      this.#sides.south.from,
      ...shares.sort((a, b) => a - b).map((share) => this.#at(share, share)),
      this.#sides.north.to,
    ]
  }

  #at(eastShare: number, northShare: number): PlanePoint {
    const { south, north, west, east } = this.#sides
    if (northShare === 0) return south.crossingAt(eastShare)
    if (northShare === 1) return north.crossingAt(eastShare)
    if (eastShare === 0) return west.crossingAt(northShare)
    if (eastShare === 1) return east.crossingAt(northShare)
    const key = `${eastShare},${northShare}`
    let point = this.#crossings.get(key)
    if (!point) {
      const straight = along(
        along(south.from, south.to, eastShare),
        along(north.from, north.to, eastShare),
        northShare,
      )
      point = bent(straight, 9, this.#random)
      this.#crossings.set(key, point)
    }
    return point
  }
}
