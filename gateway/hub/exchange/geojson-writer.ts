import { QUALITIES } from '../../../proto/domain.ts'
import type { Quantity } from '../../../proto/fix-columns.ts'
import type { Shift } from './coordinate-systems.ts'
import type { FileHead } from './gpx-writer.ts'
import type { Run } from './track-slice.ts'

/** A feature's coordinates stand before its times, so all of it is at hand when it is written: a bound for memory. */
const MAX_FEATURE_FIXES = 250_000

/** What goes beside the times, an array each; altitude is the third coordinate. */
const BESIDE_TIMES = [
  'speedMps',
  'courseDeg',
  'hdop',
  'satellites',
  'quality',
  'accuracyM',
] as const satisfies Quantity[]

/**
 * GeoJSON (RFC 7946): a LineString for each stretch without a gap, a Point where one fix stands alone; times and other
 * quantities beside it as arrays in `coordinateProperties`. The member `coordinateSystem` says what the places are in;
 * RFC 7946 itself knows WGS-84 alone.
 */
export async function* writeGeoJson(
  runs: AsyncIterable<Run>,
  { device, crs, shift }: FileHead,
): AsyncGenerator<string> {
  yield `{"type":"FeatureCollection","coordinateSystem":"${crs}","features":[`
  let separator = ''
  let stretch: Run[] = []
  let fixes = 0
  for await (const run of runs) {
    if (stretch.length > 0 && (run.isApart || fixes >= MAX_FEATURE_FIXES)) {
      yield separator
      yield* feature(stretch, fixes, device, shift)
      separator = ','
      stretch = []
      fixes = 0
    }
    stretch.push(run)
    fixes += run.end - run.start
  }
  if (stretch.length > 0) {
    yield separator
    yield* feature(stretch, fixes, device, shift)
  }
  yield ']}'
}

function* feature(stretch: Run[], fixes: number, device: string, shift: Shift): Generator<string> {
  const isLine = fixes > 1
  yield `{"type":"Feature","geometry":{"type":"${isLine ? 'LineString' : 'Point'}","coordinates":${isLine ? '[' : ''}`
  yield* each(stretch, ({ lat, lon, altM }, row) => {
    const place = shift(lon[row]!, lat[row]!).join(',')
    const altitude = altM[row]!
    return Number.isNaN(altitude) ? `[${place}]` : `[${place},${altitude}]`
  })
  yield `${isLine ? ']' : ''}},"properties":{"device":${JSON.stringify(device)},"coordinateProperties":{"times":[`
  yield* each(stretch, ({ timeMs }, row) => `"${new Date(timeMs[row]!).toISOString()}"`)
  yield ']'
  for (const quantity of BESIDE_TIMES) {
    if (!has(stretch, quantity)) continue
    yield `,"${quantity}":[`
    yield* each(stretch, (slice, row) => value(quantity, slice[quantity][row]!))
    yield ']'
  }
  yield '}}}'
}

function* each(stretch: Run[], write: (slice: Run['slice'], row: number) => string): Generator<string> {
  let separator = ''
  for (const { slice, start, end } of stretch) {
    yield separator + Array.from({ length: end - start }, (_, i) => write(slice, start + i)).join(',')
    separator = ','
  }
}

const has = (stretch: Run[], quantity: Quantity): boolean =>
  stretch.some(({ slice, start, end }) => !slice[quantity].subarray(start, end).every(Number.isNaN))

function value(quantity: Quantity, value: number): string {
  if (Number.isNaN(value)) return 'null'
  return quantity === 'quality' ? `"${QUALITIES[value]}"` : String(value)
}
