/**
 * In: the fixes of one device as its receiver gives them. Out: those worth keeping, each as it came in, in the
 * order in which they came. Nothing is invented or moved. The way of the data:
 *
 *   fix ─ quality gate ─ Plausibility ─ Standing ─ Sampling (where configured) ─ fix
 *
 * What may fail: nothing throws on any fix. Every fix that goes no further is counted by reason in `counts`:
 * `in` = `kept` + all `rejected-…` + all `thinned-…` + what is held, which is nothing after `flush`.
 */

import type { Fix } from '../../../proto/domain.ts'
import { Plausibility } from './plausibility.ts'
import { qualityFault } from './quality-gate.ts'
import { Sampling } from './sampling.ts'
import type { Onward, Stage } from './stage.ts'
import { Standing } from './standing.ts'
import type { TrackFilterOptions } from './track-filter-config.ts'

export class TrackFilter {
  readonly #quality: TrackFilterOptions['quality']
  /** In the order in which fixes pass them. */
  readonly #stages: Stage[] = []
  readonly #enter: (fix: Fix) => void
  /**
   * `in`, `kept`; `rejected-` and `thinned-` with the reason; `relocations`: how often fixes were believed that the
   * ones before spoke against; `departures`: how often standing ended.
   */
  readonly counts: Record<string, number> = { in: 0, kept: 0 }

  /** @param onFix called during `push` and `flush`, for each fix that is kept. */
  constructor(options: TrackFilterOptions, onFix: (fix: Fix) => void) {
    const { quality, plausibility, standing, sampling } = options
    this.#quality = quality
    let enter = (fix: Fix): void => {
      this.#count('kept')
      onFix(fix)
    }
    const before = (make: (onward: Onward) => Stage): void => {
      const stage = make({ keep: enter, count: (name) => this.#count(name) })
      this.#stages.unshift(stage)
      enter = (fix) => stage.push(fix)
    }
    // From the last to the first: each stage is told where its fixes go.
    if (sampling) before((onward) => new Sampling(sampling, onward))
    if (standing.enabled) before((onward) => new Standing(standing, onward))
    if (plausibility.enabled) before((onward) => new Plausibility(plausibility, onward))
    this.#enter = enter
  }

  push(fix: Fix): void {
    this.#count('in')
    const fault = qualityFault(fix, this.#quality)
    if (fault === undefined) this.#enter(fix)
    else this.#count(`rejected-${fault}`)
  }

  /** The line is closed or silent: what is held is handed on or rejected. The filter can be used on. */
  flush(): void {
    for (const stage of this.#stages) stage.flush()
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1
  }
}
