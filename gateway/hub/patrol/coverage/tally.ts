/** What a share is of, and how much of it: cells, metres, components, or visits. */
export interface Tally {
  of: number
  covered: number
  cannotTell: number
}

export function tallyOf(tallies: readonly Tally[]): Tally {
  const sum: Tally = { of: 0, covered: 0, cannotTell: 0 }
  for (const { of, covered, cannotTell } of tallies) {
    sum.of += of
    sum.covered += covered
    sum.cannotTell += cannotTell
  }
  return sum
}

/** 0 of nothing; never over 1 by rounding. */
export const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : Math.min(1, part / whole))
