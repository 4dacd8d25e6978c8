import type { GridFeature } from '../../../../proto/district.ts'
import { metresPerDegree } from '../distance.ts'
import { type CellFrame, frameOfBox, spansInside } from './cell-frame.ts'
import { boxOf } from './grid-outline.ts'

/**
 * Whether unit grids lie side by side as they should: where two of them overlap, and where the district between them
 * belongs to none. In: unit grids; out: places and areas, to within the squares in which it is counted. Nothing fails:
 * grids far apart are looked at in larger squares.
 */
export interface GridCheck {
  /** Side of the squares; what is narrower may go unseen. */
  squareM: number
  /** The largest first. */
  overlaps: GridOverlap[]
  holes: GridHole[]
}

export interface GridOverlap {
  /** Codes. */
  grids: [string, string]
  areaM2: number
  /** A place in it. */
  lat: number
  lon: number
}

/** Surrounded by grids on all sides, of none itself. */
export interface GridHole {
  areaM2: number
  lat: number
  lon: number
}

const SQUARE_M = 5
/** Some tenths of a second. */
const MAX_SQUARES = 4_000_000

const NOBODY = 0
/** In the place of a grid's number: open to the outer border. */
const OUTDOORS = -1

export function checkGrids(grids: readonly GridFeature[]): GridCheck {
  if (grids.length === 0) return { squareM: SQUARE_M, overlaps: [], holes: [] }
  const frame = frameFor(grids)
  // One row and column of nobody's squares around the frame, so that outdoors hangs together.
  const width = frame.columns + 2
  const owners = new Int32Array(width * (frame.rows + 2))
  const overlaps = new Map<string, Patch & { grids: [number, number] }>()
  grids.forEach((grid, number) => {
    for (const [from, to] of spansInside(grid, frame)) {
      const row = Math.floor(from / frame.columns)
      const shift = (row + 1) * width + 1 - row * frame.columns
      for (let square = from + shift; square < to + shift; square++) {
        const owner = owners[square]!
        if (owner === NOBODY) owners[square] = number + 1
        else if (owner !== number + 1) noteOverlap(overlaps, owner - 1, number, square)
      }
    }
  })
  const placed = ({ squares, place }: Patch) => ({
    areaM2: Math.round(squares * frame.sizeM ** 2),
    lat: frame.south + (Math.floor(place / width) - 0.5) * frame.cellLatDeg,
    lon: frame.west + ((place % width) - 0.5) * frame.cellLonDeg,
  })
  const code = (number: number): string => grids[number]!.properties.code
  return {
    squareM: Math.round(frame.sizeM * 10) / 10,
    overlaps: [...overlaps.values()]
      .map((patch) => ({ grids: patch.grids.map(code) as [string, string], ...placed(patch) }))
      .sort((a, b) => b.areaM2 - a.areaM2),
    holes: holesIn(owners, width)
      .map(placed)
      .sort((a, b) => b.areaM2 - a.areaM2),
  }
}

/** Squares that hang together, or that two grids share. */
interface Patch {
  squares: number
  /** One of them. */
  place: number
}

function frameFor(grids: readonly GridFeature[]): CellFrame {
  const box = boxOf(grids)
  const perDegree = metresPerDegree((box.south + box.north) / 2)
  const areaM2 = (box.east - box.west) * perDegree.lon * (box.north - box.south) * perDegree.lat
  return frameOfBox(box, Math.max(SQUARE_M, Math.sqrt(areaM2 / MAX_SQUARES)), 'all grids')
}

function noteOverlap(
  overlaps: Map<string, Patch & { grids: [number, number] }>,
  first: number,
  second: number,
  square: number,
): void {
  const key = `${first} ${second}`
  const known = overlaps.get(key)
  if (known) known.squares++
  else overlaps.set(key, { grids: [first, second], squares: 1, place: square })
}

/** Fills outdoors from a corner, then each patch of nobody's squares that is left. Corners do not join. */
function holesIn(owners: Int32Array, width: number): Patch[] {
  const filled = new Int32Array(owners.length)
  fill(owners, width, 0, filled)
  const holes: Patch[] = []
  for (let square = owners.indexOf(NOBODY); square !== -1; square = owners.indexOf(NOBODY, square)) {
    const squares = fill(owners, width, square, filled)
    holes.push({ squares, place: filled[squares >> 1]! })
  }
  return holes
}

/** Marks what hangs together with this square, all of nobody. @returns how many, the first of `filled`. */
function fill(owners: Int32Array, width: number, start: number, filled: Int32Array): number {
  let count = 0
  // A step over the edge of a row comes to the edge of the next one: outdoors as well.
  const take = (square: number): void => {
    if (owners[square] !== NOBODY) return
    owners[square] = OUTDOORS
    filled[count++] = square
  }
  take(start)
  for (let next = 0; next < count; next++) {
    const square = filled[next]!
    take(square - 1)
    take(square + 1)
    take(square - width)
    take(square + width)
  }
  return count
}
