import type { Columns } from '../../dashboards/web/src/replay/track.ts'
import { emptyColumns, trackOf } from '../../proto/fix-columns.ts'
import type { AnsweredTrack } from '../../proto/track-columns.ts'

type Written = { [Quantity in keyof Columns]?: readonly (number | null)[] } & {
  timeMs: readonly number[]
  lat: readonly number[]
  lon: readonly number[]
}

/** Columns as a test writes them down: what is left out or null is not known. */
export const madeColumns = (written: Written): Columns => madeTrack('made', written)

/** @param gapRows rows before which a gap lies. */
export function madeTrack(device: string, written: Written, gapRows: readonly number[] = []): AnsweredTrack {
  const columns = emptyColumns(written.timeMs.length)
  columns.count = written.timeMs.length
  const track = trackOf(device, columns)
  for (const name of [
    'timeMs',
    'lat',
    'lon',
    'speedMps',
    'courseDeg',
    'satellites',
    'hdop',
    'accuracyM',
  ] as const)
    track[name].set(written.timeMs.map((_, row) => written[name]?.[row] ?? Number.NaN))
  return { ...track, gapRows: Uint32Array.from(gapRows) }
}
