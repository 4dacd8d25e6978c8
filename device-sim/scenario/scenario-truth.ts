import type { HappeningTruth } from '../truth.ts'
import type { Occurrence } from './occurrences.ts'

/** An occurrence as the ground truth tells it: one entry from begin to end, times in Unix ms. */
export function truthOf(occurrence: Occurrence, startMs: number, component: string): HappeningTruth {
  const { what, device, beginMs, endMs, args, fault, trap, faultMs, faultUntilMs } = occurrence
  const at = (elapsedMs: number) => Math.round(startMs + elapsedMs)
  return {
    timeMs: at(beginMs),
    device,
    component,
    what,
    ...args,
    ...(fault && { fault }),
    ...(trap && { trap }),
    ...(faultMs === undefined ? {} : { faultMs: at(faultMs) }),
    ...(faultUntilMs === undefined || !Number.isFinite(faultUntilMs)
      ? {}
      : { faultUntilMs: at(faultUntilMs) }),
    // What stands at the end of the scenario has no end.
    ...(Number.isFinite(endMs) && { untilMs: at(endMs) }),
  }
}
