import type { Random } from '../random.ts'
import { RIVERSIDE_NORTH, RIVERSIDE_SOUTH } from './names.ts'

/**
 * Which streets a cell of the district has, in shares of the cell: (0, 0) is its south-west corner, (1, 1) the
 * north-east one. Random numbers in, streets out; nothing can fail.
 */

/** Riverbanks, as shares of the cell's height; streets run along them. */
const BANK_SOUTH = 0.36
const BANK_NORTH = 0.62

export type CellKind = 'ordinary' | 'river' | 'bridge' | 'park' | 'diagonal'

/** A straight street that runs `along` one axis, `at` a share of the other, `from` and `to` shares of its own. */
export interface CellStreet {
  along: 'north' | 'east'
  at: number
  from: number
  to: number
  highway: 'tertiary' | 'residential' | 'living_street' | 'service'
  /** Given where the street goes on in the next cell. */
  name?: string
}

export function layOutCell(kind: CellKind, random: Random): CellStreet[] {
  const through = (along: 'north' | 'east', at: number, from = 0, to = 1): CellStreet => ({
    along,
    at,
    from,
    to,
    highway: random.chance(0.25) ? 'living_street' : 'residential',
  })
  const northward = (at: number) => through('north', at)
  const eastward = (at: number) => through('east', at)

  if (kind === 'park') return [northward(0.18), eastward(0.2)]
  if (kind === 'diagonal') {
    // The same shares both ways: the diagonal then passes through the crossings, not close beside them.
    const shares = spread(2, random)
    return [...shares.map(northward), ...shares.map(eastward)]
  }
  if (kind === 'river' || kind === 'bridge')
    return [
      bank(RIVERSIDE_SOUTH, BANK_SOUTH),
      bank(RIVERSIDE_NORTH, BANK_NORTH),
      eastward(random.between(0.16, 0.2)),
      eastward(random.between(0.79, 0.84)),
      ...spread(2, random).flatMap((at, index) =>
        kind === 'bridge' && index === 0
          ? [northward(at)]
          : [through('north', at, 0, BANK_SOUTH), through('north', at, BANK_NORTH, 1)],
      ),
    ]

  const rows = spread(random.integer(2, 3), random)
  const columns = spread(random.integer(2, 3), random)
  const lanesAt = (columns[0]! + columns[1]!) / 2
  return [
    ...rows.map(eastward),
    ...columns.map((at) => {
      if (!random.chance(0.35)) return northward(at)
      return random.chance(0.5) ? through('north', at, 0, rows.at(-1)!) : through('north', at, rows[0]!, 1)
    }),
    ...random
      .shuffled(rows)
      .slice(0, random.integer(1, 2))
      .map((row) => lane(lanesAt + random.between(-0.03, 0.03), row, random)),
  ]
}

function bank(name: string, at: number): CellStreet {
  return { along: 'east', at, from: 0, to: 1, highway: 'tertiary', name }
}

/** A dead end that leaves the street at `row` to the north or the south. */
function lane(at: number, row: number, random: Random): CellStreet {
  const length = random.between(0.07, 0.11)
  const [from, to] = random.chance(0.5) ? [row, row + length] : [row - length, row]
  return { along: 'north', at, from, to, highway: 'service' }
}

/** Shares that split the cell into about equal parts. */
function spread(count: number, random: Random): number[] {
  const step = 1 / (count + 1)
  return Array.from({ length: count }, (_, index) => step * (index + 1) + random.between(-0.045, 0.045))
}
