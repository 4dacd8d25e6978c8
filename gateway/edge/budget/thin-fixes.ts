import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import type { Fix, FixBatch } from '../../../proto/domain.ts'
import { Plane } from '../track/plane.ts'

/**
 * Leaves detail out of a fix batch that is encoded already. In: a body of the fix lane and a level. Out: a body that
 * says the same track within the level's tolerance, each of its fixes one of the batch, unchanged.
 */

/** How far a fix that is left out may lie from where the kept ones say it was at its time, m; by level from 1. */
export const TOLERANCES_M = [2, 5, 10, 25] as const
/** To the hub a longer stretch at 1 Hz is a gap (gateway/hub/patrol/gaps.ts), which counts as not patrolled. */
export const MAX_KEPT_APART_MS = 10_000
/** To the hub's coverage a fix with more is poor: good ones beside it must not hide it, nor it them. */
const POOR_HDOP = 3
const POOR_ACCURACY_M = 15

/**
 * The time-ratio simplification of Meratnia and de By, "Spatiotemporal compression techniques for moving point
 * objects" (EDBT 2004): Douglas and Peucker's, with the distance to where the line is at the time of the fix (the
 * synchronised Euclidean distance). Kept always: first and last fix, both sides of a change of quality, and one in
 * {@link MAX_KEPT_APART_MS}.
 *
 * The same level twice changes nothing more, and what a level keeps is among what every lower level keeps. A body is
 * never larger than before: where fewer fixes would take more bytes, a lower level is taken. A body that cannot be read
 * comes back as it is.
 *
 * @param level 0: as it is; 1 … 4: see {@link TOLERANCES_M}; more is as 4.
 * @returns the same array where nothing is left out; how many fixes were left out.
 */
export function thinFixBatch(body: Uint8Array, level: number): { body: Uint8Array; dropped: number } {
  const asItIs = { body, dropped: 0 }
  const batch = level >= 1 ? read(body) : undefined
  if (!batch || batch.fixes.length < 3) return asItIs
  const runs = runsOf(batch.fixes)
  for (let tried = Math.min(level, TOLERANCES_M.length); tried >= 1; tried--) {
    const kept = keptFixes(batch.fixes, runs, TOLERANCES_M[tried - 1]!)
    const dropped = batch.fixes.length - kept.length
    if (dropped === 0) return asItIs
    const thinned = written({ ...batch, fixes: kept })
    if (thinned && thinned.length < body.length) return { body: thinned, dropped }
  }
  return asItIs
}

/** Undefined where it is no fix batch, or its time is not known yet. */
function read(body: Uint8Array): FixBatch | undefined {
  try {
    const decoded = decodeBody('fix', body)
    return decoded.lane === 'fix' ? decoded.batch : undefined
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** Undefined where a foreign encoder wrote more into one batch than ours does. */
function written(batch: FixBatch): Uint8Array | undefined {
  try {
    return encodeBody({ lane: 'fix', batch })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Rows that stay at every level; between neighbours among them time runs forward and quality stays the same. */
function runsOf(fixes: readonly Fix[]): number[] {
  const rows = [0]
  for (let row = 1; row < fixes.length; row++) {
    const before = fixes[row - 1]!
    const fix = fixes[row]!
    const lastKept = rows.at(-1)!
    if (!isSameQuality(before, fix) || fix.timeMs <= before.timeMs) {
      if (lastKept !== row - 1) rows.push(row - 1)
      rows.push(row)
    } else if (lastKept !== row - 1 && fix.timeMs - fixes[lastKept]!.timeMs > MAX_KEPT_APART_MS)
      rows.push(row - 1)
  }
  const last = fixes.length - 1
  if (rows.at(-1) !== last) rows.push(last)
  return rows
}

function isSameQuality(a: Fix, b: Fix): boolean {
  return a.quality === b.quality && isPoor(a) === isPoor(b)
}

function isPoor({ hdop, accuracyM }: Fix): boolean {
  // Comparisons with an absent value are false.
  return hdop! > POOR_HDOP || accuracyM! > POOR_ACCURACY_M
}

function keptFixes(fixes: readonly Fix[], runs: readonly number[], toleranceM: number): Fix[] {
  const isKept = new Uint8Array(fixes.length)
  for (const row of runs) isKept[row] = 1
  const spans = runs.slice(1).map((end, i): [number, number] => [runs[i]!, end])
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [start, end] = span
    const far = farthest(fixes, start, end)
    if (far.errorM <= toleranceM) continue
    isKept[far.row] = 1
    spans.push([start, far.row], [far.row, end])
  }
  return fixes.filter((_, row) => isKept[row] === 1)
}

/** The row between two rows whose place is farthest from the line between theirs at its time; the first of several. */
function farthest(fixes: readonly Fix[], start: number, end: number): { row: number; errorM: number } {
  const from = fixes[start]!
  const to = fixes[end]!
  const plane = new Plane(from)
  const toEastM = plane.eastM(to)
  const toNorthM = plane.northM(to)
  const far = { row: start, errorM: 0 }
  for (let row = start + 1; row < end; row++) {
    const fix = fixes[row]!
    const share = (fix.timeMs - from.timeMs) / (to.timeMs - from.timeMs)
    const errorM = Math.hypot(plane.eastM(fix) - share * toEastM, plane.northM(fix) - share * toNorthM)
    if (errorM > far.errorM) {
      far.row = row
      far.errorM = errorM
    }
  }
  return far
}
