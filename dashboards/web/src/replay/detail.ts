import type { Detail } from '../api/tracks.ts'
import type { Span } from './track.ts'

/** How much of a track is asked for: as much as a browser can hold and a screen can show. */

const DAY_MS = 86_400_000
/** Two days and a half at 1 Hz: some 20 MB of columns. */
const MOST_FOCUSED = 200_000
/** The map draws so many points once in well under a second, in software too. */
const MOST_BESIDE = 120_000

/** Of the one in focus: every fix of a day, and of longer ranges what is left by thinning. */
export const focusDetail = ({ fromMs, toMs }: Span): Detail =>
  toMs - fromMs <= DAY_MS ? { toleranceM: 0 } : { maxFixes: MOST_FOCUSED }

/** Of those that are shown beside it, together. */
export const BESIDE_DETAIL: Detail = { maxFixes: MOST_BESIDE }
