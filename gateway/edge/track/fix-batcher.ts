import { MAX_BATCH_SPAN_MS } from '../../../proto/codec/fixes.ts'
import type { Fix } from '../../../proto/domain.ts'

export interface FixBatcherOptions {
  maxFixes: number
  /** The first fix of a batch waits at most this long. */
  maxDelayMs: number
  onBatch: (fixes: Fix[]) => void
}

/** Gathers the fixes of one device into batches: few bytes a fix on the air, few writes to the disk. */
export class FixBatcher {
  readonly #options: FixBatcherOptions
  #fixes: Fix[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(options: FixBatcherOptions) {
    this.#options = options
  }

  add(fix: Fix): void {
    const first = this.#fixes[0]
    // A receiver that finds out the year after a cold start leaps further than one batch can say.
    if (first && Math.abs(fix.timeMs - first.timeMs) > MAX_BATCH_SPAN_MS) this.flush()
    this.#fixes.push(fix)
    if (this.#fixes.length >= this.#options.maxFixes) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), this.#options.maxDelayMs)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const fixes = this.#fixes
    if (fixes.length === 0) return
    this.#fixes = []
    this.#options.onBatch(fixes)
  }
}
