import type { Fix } from '../../../proto/domain.ts'
import { FixBatcher } from './fix-batcher.ts'
import { TrackFilter } from './track-filter.ts'
import type { TrackFilterOptions } from './track-filter-config.ts'

export interface DeviceTrackOptions {
  /** Absent: every fix is sent. */
  filter: TrackFilterOptions | undefined
  batch: { maxFixes: number; maxDelayMs: number }
  /** A fix that will be sent. */
  onFix: (fix: Fix) => void
  onBatch: (fixes: Fix[]) => void
}

/** The fixes of one device on their way to the outbox: filtered where that is wanted, then gathered into batches. */
export class DeviceTrack {
  readonly #filter: TrackFilter | undefined
  readonly #batcher: FixBatcher
  readonly #onFix: (fix: Fix) => void

  constructor({ filter, batch, onFix, onBatch }: DeviceTrackOptions) {
    this.#batcher = new FixBatcher({ ...batch, onBatch })
    this.#onFix = onFix
    this.#filter = filter && new TrackFilter(filter, (fix) => this.#send(fix))
  }

  push(fix: Fix): void {
    if (this.#filter) this.#filter.push(fix)
    else this.#send(fix)
  }

  /** No more fixes for a while: what the filter still holds is decided now. */
  settle(): void {
    this.#filter?.flush()
  }

  flush(): void {
    this.settle()
    this.#batcher.flush()
  }

  /** What became of the fixes, by reason; empty without a filter. */
  get counts(): Record<string, number> {
    return this.#filter?.counts ?? {}
  }

  #send(fix: Fix): void {
    this.#onFix(fix)
    this.#batcher.add(fix)
  }
}
