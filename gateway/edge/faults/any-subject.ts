import { Threshold, type ThresholdRule, type Verdict } from './threshold.ts'

/**
 * One fault over several sensors or ports: raised with the first of them, cleared with the last. After a restart
 * each is taken for raised until it has shown that it is not.
 */
export class AnySubject {
  readonly #rule: ThresholdRule
  readonly #thresholds = new Map<string, Threshold>()
  #raised: boolean

  constructor(rule: ThresholdRule, subjects: readonly string[], raised: boolean) {
    this.#rule = rule
    this.#raised = raised
    for (const subject of subjects) this.#thresholds.set(subject, new Threshold(rule, raised))
  }

  get raised(): boolean {
    return this.#raised
  }

  isRaised(subject: string): boolean {
    return this.#thresholds.get(subject)?.raised ?? false
  }

  /** Verdict on the whole. */
  observe(subject: string, value: number, atMs: number): Verdict {
    const threshold = this.#thresholds.get(subject) ?? new Threshold(this.#rule, false)
    this.#thresholds.set(subject, threshold)
    threshold.observe(value, atMs)
    const raised = [...this.#thresholds.values()].some((one) => one.raised)
    if (raised === this.#raised) return undefined
    this.#raised = raised
    return raised ? 'raised' : 'cleared'
  }

  takeSuppressed(): number {
    return [...this.#thresholds.values()].reduce((sum, threshold) => sum + threshold.takeSuppressed(), 0)
  }
}
