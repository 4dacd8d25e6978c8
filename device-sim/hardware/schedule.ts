/** What happens to components and when: a script in seconds from the start of the board. */

export type ScheduleStep =
  /** A cover tilts to `deg` and stays, for `forS` seconds where given; `deg: 0` lays it back. */
  | { atS: number; what: 'tilt'; deg: number; forS?: number }
  /** A truck drives over the cover: it shakes for less than 2 s. */
  | { atS: number; what: 'truck' }
  | { atS: number; what: 'lamp-dies' | 'lamp-recovers' }
  | { atS: number; what: 'dusk' | 'dawn' }

export type StepKind = ScheduleStep['what']

/** The steps in order of time, once or over and over. Looking things up changes nothing. */
export class Timeline {
  readonly #steps: ScheduleStep[]
  readonly #repeatS: number

  /**
   * @param repeatS length of a round after which the steps begin again; without it they happen once.
   * @throws RangeError for a step before 0 or past the end of a round.
   */
  constructor(steps: readonly ScheduleStep[], repeatS?: number) {
    this.#repeatS = repeatS ?? Infinity
    this.#steps = withTiltEnds(steps).sort((a, b) => a.atS - b.atS)
    for (const step of this.#steps)
      if (!(step.atS >= 0 && step.atS < this.#repeatS))
        throw new RangeError(
          `schedule step ${JSON.stringify(step)}: expected atS from 0 to below ${this.#repeatS}, the end of the round`,
        )
  }

  /** The last step of these kinds at or before a time, with its time from the start of the board. */
  latest(elapsedS: number, kinds: readonly StepKind[]): ScheduleStep | undefined {
    const roundS = this.#roundAt(elapsedS)
    for (const startS of roundS === 0 ? [0] : [roundS, roundS - this.#repeatS])
      for (let index = this.#countUntil(elapsedS - startS) - 1; index >= 0; index--) {
        const step = this.#steps[index]!
        if (kinds.includes(step.what)) return { ...step, atS: step.atS + startS }
      }
    return undefined
  }

  /** The steps after `fromS`, up to and including `toS`. */
  between(fromS: number, toS: number): ScheduleStep[] {
    const found: ScheduleStep[] = []
    for (let startS = this.#roundAt(Math.max(0, fromS)); startS <= toS; startS += this.#repeatS)
      for (const step of this.#steps)
        if (step.atS + startS > fromS && step.atS + startS <= toS)
          found.push({ ...step, atS: step.atS + startS })
    return found
  }

  #roundAt(elapsedS: number): number {
    return this.#repeatS === Infinity ? 0 : Math.floor(elapsedS / this.#repeatS) * this.#repeatS
  }

  #countUntil(inRoundS: number): number {
    let low = 0
    let high = this.#steps.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#steps[middle]!.atS <= inRoundS) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** A tilt with a length becomes two steps, unless the next tilt comes before its end. */
function withTiltEnds(steps: readonly ScheduleStep[]): ScheduleStep[] {
  return steps.flatMap((step): ScheduleStep[] => {
    if (step.what !== 'tilt' || step.forS === undefined) return [step]
    const { atS, deg, forS } = step
    const endS = atS + forS
    const cutShort = steps.some((other) => other.what === 'tilt' && other.atS > atS && other.atS <= endS)
    const begin: ScheduleStep = { atS, what: 'tilt', deg }
    return cutShort ? [begin] : [begin, { atS: endS, what: 'tilt', deg: 0 }]
  })
}
