import type { Fix } from '../../../proto/domain.ts'
import type { CoordinateSystem } from '../../../proto/http.ts'
import type { TrackStore } from '../stores/track-store.ts'
import { shiftOutOf } from './coordinate-systems.ts'
import type { TrackFile } from './read-file.ts'
import { checkedPoint, NO_TIME, systemOf, UnreadableFile } from './read-point.ts'

/**
 * Writes the points of a file to the track store as fixes of one device. In: what a reader gives; out: a report. What
 * is no fix is told with its place and reason; the rest is kept. Fails with UnreadableFile where there is nothing to
 * keep for want of times, and as the store does: what was written before stays, and the same file again changes nothing.
 */
export interface TrackImportReport {
  format: TrackFile['format']
  crs: CoordinateSystem
  kept: number
  rejected: number
  /** Again the same time and place. */
  repeated: number
  /** Values that no fix can have, by quantity: the fix was kept without them. */
  leftOut: Map<string, number>
  passedOver: number
  first?: Fix
  last?: Fix
}

export interface TrackImport {
  store: TrackStore
  device: string
  crs: CoordinateSystem | undefined
  /** What is later was not recorded yet. */
  nowMs: number
  onReject: (where: string, reason: string) => void
  onProgress: (points: number) => void
}

const FIXES_A_WRITE = 10_000

/** @throws UnreadableFile, StoreUnavailable */
export async function importTrack(file: TrackFile, into: TrackImport): Promise<TrackImportReport> {
  const { store, device, nowMs, onProgress } = into
  const crs = systemOf(into.crs, file.crs)
  const toWgs84 = shiftOutOf(crs)
  const report: TrackImportReport = {
    format: file.format,
    crs,
    kept: 0,
    rejected: 0,
    repeated: 0,
    leftOut: new Map(),
    passedOver: file.passedOver,
  }
  const reject = (where: string, reason: string): void => {
    report.rejected++
    into.onReject(where, reason)
  }
  /** By time: a fix is named by it. Of one write at a time, where the same times stand beside each other. */
  let fixes = new Map<number, Fix>()
  const write = async (): Promise<void> => {
    if (fixes.size > 0) await store.write({ fixes: [{ device, fixes: [...fixes.values()] }], readings: [] })
    report.kept += fixes.size
    fixes = new Map()
    onProgress(points)
  }
  let points = 0
  let timeless = 0
  for await (const point of file.points) {
    points++
    const checked = checkedPoint(point, toWgs84, nowMs)
    if ('reason' in checked) {
      if (checked.reason === NO_TIME) timeless++
      reject(point.where, checked.reason)
      continue
    }
    const { fix, leftOut } = checked
    const before = fixes.get(fix.timeMs)
    if (before && before.lat === fix.lat && before.lon === fix.lon) report.repeated++
    else if (before)
      reject(point.where, `another place at ${new Date(fix.timeMs).toISOString()}, the first is kept`)
    else take(fix, leftOut)
    if (fixes.size >= FIXES_A_WRITE) await write()
  }
  await write()
  if (points > 0 && timeless === points)
    throw new UnreadableFile(
      `none of its ${points} points has a time, so nothing was recorded at any moment; export the recording itself, not a route, and with times`,
    )
  return report

  function take(fix: Fix, leftOut: string[]): void {
    fixes.set(fix.timeMs, fix)
    for (const quantity of leftOut) report.leftOut.set(quantity, (report.leftOut.get(quantity) ?? 0) + 1)
    if (!report.first || fix.timeMs < report.first.timeMs) report.first = fix
    if (!report.last || fix.timeMs > report.last.timeMs) report.last = fix
  }
}
