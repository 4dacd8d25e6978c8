/** `in-use` and `overlap` contradict what is planned already; the others are wrong in themselves. */
type Why = 'times' | 'grids' | 'beat' | 'overlap' | 'in-use'

/** A beat or shift that does not fit the plan, in words for the planner. */
export class PlanRefused extends Error {
  override readonly name = 'PlanRefused'
  readonly why: Why
  constructor(why: Why, message: string) {
    super(message)
    this.why = why
  }
}
