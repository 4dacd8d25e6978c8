/** Evidence is thinned to one sample in this long … */
const SAMPLE_EVERY_MS = 500
/** … and holds the last of them. */
const MAX_SAMPLES = 60

export interface Sample {
  timeMs: number
  value: number
}

/** The last half minute of a judged quantity: what a case shows as its reason. */
export class EvidenceWindow {
  #samples: Sample[] = []

  add(sample: Sample): void {
    const last = this.#samples.at(-1)
    // A clock that stepped back must not stop the window for as long as it stepped.
    if (last && Math.abs(sample.timeMs - last.timeMs) < SAMPLE_EVERY_MS) return
    this.#samples.push(sample)
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift()
  }

  /** The kept samples and, last, the one that decided. */
  upTo(deciding: Sample): Sample[] {
    const kept = this.#samples.filter((sample) => sample.timeMs < deciding.timeMs)
    return [...kept.slice(-(MAX_SAMPLES - 1)), deciding]
  }
}
