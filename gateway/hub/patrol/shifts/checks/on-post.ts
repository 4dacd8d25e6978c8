import type { GapCause, TypedGap } from '../../tracks/gap-causes.ts'
import type { Span } from '../patrol-plan.ts'
import type { ShiftUnderCheck } from './check.ts'
import { CAUSES } from './words.ts'

/** Where somebody is at the post, and why nobody was. */

/**
 * First and last row of being at the post: within the margin of the beat, as the check of it has it; where no fix is,
 * or no area is known, of any fix. Undefined without a fix.
 */
export function rowsOnPost({
  track,
  columns,
  area,
  settings,
}: ShiftUnderCheck): [number, number] | undefined {
  if (track.count === 0) return undefined
  const { outsideM, accuracyM } = columns
  const all: [number, number] = [0, track.count - 1]
  if (!area || !outsideM) return all
  const { marginShare, marginMinM } = settings['out-of-area']
  const marginM = Math.max(marginShare * area.radiusM, marginMinM)
  const isThere = (row: number): boolean => outsideM[row]! - accuracyM[row]! <= marginM
  let first = 0
  while (first < track.count && !isThere(first)) first++
  if (first === track.count) return all
  let last = track.count - 1
  while (!isThere(last)) last--
  return [first, last]
}

/** The cause of the gap that takes most of a span, where a gap takes any. */
export function causeWithin(gaps: readonly TypedGap[], { fromMs, toMs }: Span): GapCause | undefined {
  let most = 0
  let cause: GapCause | undefined
  for (const gap of gaps) {
    const sharedMs = Math.min(toMs, gap.toMs) - Math.max(fromMs, gap.fromMs)
    if (sharedMs <= most) continue
    most = sharedMs
    cause = gap.cause
  }
  return cause
}

/** For a text: empty where nothing is known. */
export const becauseOf = (cause: GapCause | undefined): { zh: string; en: string } =>
  cause === undefined || cause === 'unknown'
    ? { zh: '', en: '' }
    : { zh: `（${CAUSES[cause].zh}）`, en: ` (${CAUSES[cause].en})` }
