import type { Fix } from '../../../proto/domain.ts'

/** One step of the track filter. It hands fixes on as they are, in the order in which they came, or counts them. */
export interface Stage {
  push(fix: Fix): void
  /** No more comes for now: what is held is decided. */
  flush(): void
}

/** Where a stage's decisions go. */
export interface Onward {
  keep(fix: Fix): void
  /** A fix that goes no further, or an event that is worth a counter. */
  count(name: string): void
}
