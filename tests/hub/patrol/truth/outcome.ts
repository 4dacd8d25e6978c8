/**
 * What a policy said of a grid beside what was true of it: cells, metres of street, components, or visits asked for.
 * Covered, cannot tell and missed are all that there is; so are true and not true.
 */
export interface Outcome {
  of: number
  /** What a receiver without error would have shown. */
  truly: number
  covered: number
  cannotTell: number
  missed: number
  /** Covered, and not true. */
  wrongly: number
  /** Missed, and true; NaN where the policy does not say which ones it missed. */
  missedWrongly: number
}

export const nothing = (): Outcome => ({
  of: 0,
  truly: 0,
  covered: 0,
  cannotTell: 0,
  missed: 0,
  wrongly: 0,
  missedWrongly: 0,
})

export type State = 'covered' | 'cannotTell' | 'missed'

/** One more cell, component, or so many metres. */
export function count(outcome: Outcome, state: State, isTrue: boolean, size = 1): void {
  outcome.of += size
  outcome[state] += size
  if (isTrue) outcome.truly += size
  if (state === 'covered' && !isTrue) outcome.wrongly += size
  if (state === 'missed' && isTrue) outcome.missedWrongly += size
}

/** Shares of all, 0 to 1. */
export interface Errors extends Omit<Outcome, 'of'> {
  /** Covered less true, of all grids together. */
  bias: number
  /** The mean over grids of how far the covered share is from the true one. */
  meanAbsolute: number
}

/** @param outcomes - one a grid and patrol; those of nothing do not count. */
export function errorsOf(outcomes: readonly Outcome[]): Errors {
  const sum = nothing()
  const asked = outcomes.filter(({ of }) => of > 0)
  let absolute = 0
  for (const outcome of asked) {
    for (const key of Object.keys(sum) as (keyof Outcome)[]) sum[key] += outcome[key]
    absolute += Math.abs(outcome.covered - outcome.truly) / outcome.of
  }
  return {
    truly: sum.truly / sum.of,
    covered: sum.covered / sum.of,
    cannotTell: sum.cannotTell / sum.of,
    missed: sum.missed / sum.of,
    wrongly: sum.wrongly / sum.of,
    missedWrongly: sum.missedWrongly / sum.of,
    bias: (sum.covered - sum.truly) / sum.of,
    meanAbsolute: absolute / asked.length,
  }
}
