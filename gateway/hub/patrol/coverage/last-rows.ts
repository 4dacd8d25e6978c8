import { emptyColumns, FIX_QUANTITIES, trackOf } from '../../../../proto/fix-columns.ts'
import type { Track } from '../../stores/track-store.ts'

/**
 * The last rows of one device: what a survey has to know of its past where it meets it. In: its rows as they come;
 * out: at least as many of the last ones as the gap rule remembers (gap-rule.ts), and as go back as far as is asked.
 */
const LEAST_ROWS = 17
const CAPACITY = 64

export class LastRows {
  readonly #longMs: number
  #kept: Track
  #capacity = CAPACITY

  /** @param longMs - how far back they have to go. */
  constructor(device: string, longMs: number) {
    this.#longMs = longMs
    this.#kept = emptyTrack(device, CAPACITY)
  }

  /** Good until the next rows are added. */
  rows(): Track {
    return this.#kept
  }

  add(track: Track): void {
    const first = this.#firstNeeded(track)
    const added = track.count - first
    if (this.#kept.count + added > this.#capacity) this.#makeRoom(added)
    const { count } = this.#kept
    eachColumn(this.#kept, (column, name) => {
      for (let row = 0; row < added; row++) column[count + row] = track[name][first + row]!
    })
    this.#kept.count += added
  }

  #firstNeeded({ timeMs, count }: Track): number {
    const sinceMs = timeMs[count - 1]! - this.#longMs
    let first = Math.max(0, count - LEAST_ROWS)
    while (first > 0 && timeMs[first]! > sinceMs) first--
    return first
  }

  /** Forgets what is needed no longer; where that is too little, there will be more room. */
  #makeRoom(added: number): void {
    const before = this.#kept
    const first = before.count === 0 ? 0 : this.#firstNeeded(before)
    const kept = before.count - first
    while (this.#capacity < 2 * (kept + added)) this.#capacity *= 2
    this.#kept = emptyTrack(before.device, this.#capacity)
    eachColumn(this.#kept, (column, name) => column.set(before[name].subarray(first, before.count)))
    this.#kept.count = kept
  }
}

const COLUMNS = ['timeMs', ...FIX_QUANTITIES.map(({ quantity }) => quantity)] as const

function eachColumn(
  track: Track,
  take: (column: Float64Array, name: (typeof COLUMNS)[number]) => void,
): void {
  for (const name of COLUMNS) take(track[name], name)
}

/** Of no rows, with room for some. */
const emptyTrack = (device: string, capacity: number): Track => ({
  ...trackOf(device, { ...emptyColumns(capacity), count: capacity }),
  count: 0,
})
