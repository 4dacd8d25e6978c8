import type { Distances } from '../../../../gateway/hub/patrol/missed/improve-tour.ts'

/**
 * The most worth that any tour within the budget can have: the shortest way to have ridden each set of tasks, ending
 * with each of them in each direction (Held and Karp, 1962). For a dozen tasks at most.
 */
export function exactRound(distances: Distances, worth: readonly number[], budgetM: number): number {
  const { count } = distances
  const shortestM = new Float64Array(2 ** count * count * 2).fill(Infinity)
  const at = (set: number, last: number, reversed: boolean) => (set * count + last) * 2 + (reversed ? 1 : 0)
  let best = 0
  for (let task = 0; task < count; task++)
    for (const reversed of [false, true])
      shortestM[at(1 << task, task, reversed)] =
        distances.fromStartM(task, reversed) + distances.lengthM(task)
  for (let set = 1; set < 2 ** count; set++) {
    const setWorth = worth.reduce((sum, one, task) => sum + (set & (1 << task) ? one : 0), 0)
    for (let last = 0; last < count; last++)
      for (const reversed of [false, true]) {
        const soFarM = shortestM[at(set, last, reversed)]!
        if (!(soFarM <= budgetM)) continue
        best = Math.max(best, setWorth)
        for (let next = 0; next < count; next++)
          for (const nextReversed of [false, true]) {
            if (set & (1 << next)) continue
            const place = at(set | (1 << next), next, nextReversed)
            const viaM =
              soFarM + distances.betweenM(last, reversed, next, nextReversed) + distances.lengthM(next)
            if (viaM < shortestM[place]!) shortestM[place] = viaM
          }
      }
  }
  return best
}
