import type { CoordinateSystem } from '../../../proto/http.ts'
import { fixOf } from '../stores/fix-columns.ts'
import type { FileHead } from './gpx-writer.ts'
import type { Run } from './track-slice.ts'

const QUANTITIES = ['altM', 'speedMps', 'courseDeg', 'hdop', 'satellites', 'quality', 'accuracyM'] as const

/** `lat` and `lon` in WGS-84; in another system the names say so: `lat_gcj02`. */
export const placeColumns = (crs: CoordinateSystem): [string, string] =>
  crs === 'wgs84' ? ['lat', 'lon'] : [`lat_${crs}`, `lon_${crs}`]

/** CSV (RFC 4180, but for lines that end with LF): a fix a line, an absent value empty. */
export async function* writeCsv(runs: AsyncIterable<Run>, { crs, shift }: FileHead): AsyncGenerator<string> {
  yield `${['time', ...placeColumns(crs), ...QUANTITIES].join(',')}\n`
  for await (const { slice, start, end } of runs) {
    let lines = ''
    for (let row = start; row < end; row++) {
      const { timeMs, lat, lon, ...rest } = fixOf(slice, row)
      const [x, y] = shift(lon, lat)
      const values = QUANTITIES.map((name) => rest[name] ?? '')
      lines += `${[new Date(timeMs).toISOString(), y, x, ...values].join(',')}\n`
    }
    yield lines
  }
}
