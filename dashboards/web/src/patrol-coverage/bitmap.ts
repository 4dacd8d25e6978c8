import type { AreaCoverage } from '../../../../proto/patrol-http.ts'

/** The cells of a coverage answer. In: base64 bitmaps, one bit a cell. Out: one kind a cell. */

export type AreaCells = NonNullable<AreaCoverage['cells']>

export const OUTSIDE = 0
export const UNCOVERED = 1
export const COVERED = 2
export const CANNOT_TELL = 3

/**
 * One of the kinds above a cell, in the contract's order: rows from south to north, each from west to east.
 * @throws RangeError where a bitmap is shorter than columns × rows bits.
 */
export function cellKinds(cells: AreaCells): Uint8Array {
  const count = cells.columns * cells.rows
  const inside = bitmap(cells.inside, count, 'inside')
  const covered = bitmap(cells.covered, count, 'covered')
  const cannotTell = bitmap(cells.cannotTell, count, 'cannotTell')
  const kinds = new Uint8Array(count)
  for (let cell = 0; cell < count; cell++) {
    const bit = 1 << (cell & 7)
    const byte = cell >> 3
    if (!(inside[byte]! & bit)) continue
    kinds[cell] = covered[byte]! & bit ? COVERED : cannotTell[byte]! & bit ? CANNOT_TELL : UNCOVERED
  }
  return kinds
}

function bitmap(base64: string, bits: number, name: string): Uint8Array {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  if (bytes.length * 8 >= bits) return bytes
  throw new RangeError(`coverage bitmap ${name}: ${bytes.length} bytes, expected ${Math.ceil(bits / 8)}`)
}
