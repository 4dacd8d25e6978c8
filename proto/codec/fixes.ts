import { type Fix, type FixBatch, QUALITIES, type Quality } from '../domain.ts'
import { checkedCount, checkedId, checkedLatE7, checkedLonE7, checkedTimeMs } from './checks.ts'
import { decodeColumn, encodeColumn } from './columns.ts'
import { refuse } from './decode-error.ts'
import { FixBatchType, fixBatchField } from './schema.ts'
import { decodeOptionalTimeSource, encodeTimeSource } from './time-source.ts'

/** More than an hour at 1 Hz in one batch is no batch of ours. */
export const MAX_FIXES_A_BATCH = 3600
/** Time columns are 32-bit milliseconds after the first fix. */
export const MAX_BATCH_SPAN_MS = 2 ** 30

/** The optional quantities of a fix: field of Fix, column on the wire, how it is scaled to an integer and back. */
interface OptionalColumn {
  column: keyof FixBatchMessage
  read: (fix: Fix) => number | undefined
  write: (fix: Fix, scaled: number) => void
  min: number
  max: number
}

const OPTIONAL_COLUMNS: OptionalColumn[] = [
  {
    column: 'altCm',
    read: (fix) => scaled(fix.altM, 100),
    write: (fix, v) => {
      fix.altM = v / 100
    },
    min: -(2 ** 31),
    max: 2 ** 31 - 1,
  },
  {
    column: 'speedCmps',
    read: (fix) => scaled(fix.speedMps, 100),
    write: (fix, v) => {
      fix.speedMps = v / 100
    },
    min: 0,
    max: 2 ** 31 - 1,
  },
  {
    column: 'courseCdeg',
    read: (fix) => scaled(fix.courseDeg, 100),
    write: (fix, v) => {
      fix.courseDeg = (((v % 36_000) + 36_000) % 36_000) / 100
    },
    // Steps are taken the short way round, so the running sum may leave 0 … 360.
    min: -(2 ** 31),
    max: 2 ** 31,
  },
  {
    column: 'hdopC',
    read: (fix) => scaled(fix.hdop, 100),
    write: (fix, v) => {
      fix.hdop = v / 100
    },
    min: 0,
    max: 100_000,
  },
  {
    column: 'satellites',
    read: (fix) => scaled(fix.satellites, 1),
    write: (fix, v) => {
      fix.satellites = v
    },
    min: 0,
    max: 1000,
  },
  {
    column: 'quality',
    read: (fix) => (fix.quality === undefined ? undefined : QUALITIES.indexOf(fix.quality)),
    write: (fix, v) => {
      fix.quality = QUALITIES[v] as Quality
    },
    min: 1,
    max: QUALITIES.length - 1,
  },
  {
    column: 'accuracyCm',
    read: (fix) => scaled(fix.accuracyM, 100),
    write: (fix, v) => {
      fix.accuracyM = v / 100
    },
    min: 0,
    max: 2 ** 31 - 1,
  },
]

interface FixBatchMessage {
  device: string
  count: number
  startMs: unknown
  timeMs: Uint8Array
  latE7: Uint8Array
  lonE7: Uint8Array
  altCm: Uint8Array
  speedCmps: Uint8Array
  courseCdeg: Uint8Array
  hdopC: Uint8Array
  satellites: Uint8Array
  quality: Uint8Array
  accuracyCm: Uint8Array
  absent: { field: number; bitmap: Uint8Array }[]
  timeSource: number
}

/**
 * Fixes of one device, in order of arrival, as delta-coded columns. Positions keep 1e-7 degrees, other
 * quantities two decimals.
 * @throws RangeError for an empty batch, too many fixes, a span over {@link MAX_BATCH_SPAN_MS}, or a value
 *   outside its range.
 */
export function encodeFixBatch(batch: FixBatch): Uint8Array {
  const { fixes } = batch
  const first = fixes[0]
  if (!first) throw new RangeError('a fix batch needs at least one fix')
  if (fixes.length > MAX_FIXES_A_BATCH)
    throw new RangeError(`${fixes.length} fixes in a batch, at most ${MAX_FIXES_A_BATCH}`)
  const startMs = Math.round(first.timeMs)
  const offsets = fixes.map((fix) => {
    const offset = Math.round(fix.timeMs) - startMs
    if (!(Math.abs(offset) <= MAX_BATCH_SPAN_MS))
      throw new RangeError(`fixes ${offset} ms apart in one batch, at most ${MAX_BATCH_SPAN_MS}`)
    return offset
  })
  const message: Record<string, unknown> = {
    count: fixes.length,
    startMs,
    timeMs: encodeColumn(offsets.slice(1), 2),
    latE7: encodeColumn(
      fixes.map((fix) => degreesE7(fix.lat, 90, 'latitude')),
      2,
    ),
    lonE7: encodeColumn(
      fixes.map((fix) => degreesE7(fix.lon, 180, 'longitude')),
      2,
    ),
    absent: [] as { field: number; bitmap: Uint8Array }[],
  }
  if (batch.device !== undefined) message.device = batch.device
  if (batch.timeSource !== undefined) message.timeSource = encodeTimeSource(batch.timeSource)
  for (const optional of OPTIONAL_COLUMNS) encodeOptional(optional, fixes, message)
  return FixBatchType.encode(FixBatchType.fromObject(message)).finish()
}

function encodeOptional(optional: OptionalColumn, fixes: Fix[], message: Record<string, unknown>): void {
  const present: number[] = []
  const bitmap = new Uint8Array((fixes.length + 7) >> 3)
  fixes.forEach((fix, i) => {
    const value = optional.read(fix)
    if (value === undefined) bitmap[i >> 3]! |= 1 << (i & 7)
    else if (value >= optional.min && value <= optional.max) present.push(value)
    else
      throw new RangeError(
        `fix ${i}: ${optional.column} ${value}, expected ${optional.min} to ${optional.max}`,
      )
  })
  if (present.length === 0) {
    markAbsent(message, optional, new Uint8Array(0))
    return
  }
  if (present.length < fixes.length) markAbsent(message, optional, bitmap)
  const column = optional.column === 'courseCdeg' ? unwrapped(present, 36_000) : present
  message[optional.column] = encodeColumn(column, 1)
}

/** An empty bitmap says that no fix of the batch has the quantity. */
function markAbsent(message: Record<string, unknown>, optional: OptionalColumn, bitmap: Uint8Array): void {
  ;(message.absent as unknown[]).push({ field: fixBatchField(optional.column), bitmap })
}

/**
 * @throws DecodeError where the bytes are no fix batch within its limits; nothing of it is used then.
 */
export function decodeFixBatch(message: FixBatchMessage): FixBatch {
  const count = message.count
  if (count === 0) refuse('missing-field', 'fix batch: no count')
  if (count > MAX_FIXES_A_BATCH) refuse('too-many', `fix batch: ${count} fixes, at most ${MAX_FIXES_A_BATCH}`)
  const startMs = checkedTimeMs(message.startMs, 'fix batch start')
  const offsets = decodeColumn(message.timeMs, count - 1, 2, 'time column')
  const lat = decodeColumn(message.latE7, count, 2, 'latitude column')
  const lon = decodeColumn(message.lonE7, count, 2, 'longitude column')
  const fixes = new Array<Fix>(count)
  for (let i = 0; i < count; i++) {
    fixes[i] = {
      timeMs: i === 0 ? startMs : checkedTimeMs(startMs + offsets[i - 1]!, 'fix time'),
      lat: checkedLatE7(lat[i]!, 'fix') / 1e7,
      lon: checkedLonE7(lon[i]!, 'fix') / 1e7,
    }
  }
  checkedCount(message.absent, OPTIONAL_COLUMNS.length, 'bitmaps of absent values')
  for (const optional of OPTIONAL_COLUMNS) decodeOptional(optional, message, fixes)
  return {
    ...(message.device === '' ? {} : { device: checkedId(message.device, 'fix batch device') }),
    ...decodeOptionalTimeSource(message.timeSource),
    fixes,
  }
}

function decodeOptional(optional: OptionalColumn, message: FixBatchMessage, fixes: Fix[]): void {
  const field = fixBatchField(optional.column)
  const column = message[optional.column] as Uint8Array
  const bitmap = message.absent.find((absent) => absent.field === field)?.bitmap
  if (bitmap && bitmap.length === 0) {
    if (column.length > 0) refuse('bad-value', `${optional.column}: values, but marked absent`)
    return
  }
  if (bitmap && bitmap.length !== (fixes.length + 7) >> 3)
    refuse('bad-value', `${optional.column}: bitmap of ${bitmap.length} bytes for ${fixes.length} fixes`)
  const holders = bitmap ? fixes.filter((_, i) => (bitmap[i >> 3]! & (1 << (i & 7))) === 0) : fixes
  const values = decodeColumn(column, holders.length, 1, optional.column)
  holders.forEach((fix, i) => {
    const value = values[i]!
    if (value < optional.min || value > optional.max)
      refuse('bad-value', `${optional.column}: ${value}, expected ${optional.min} to ${optional.max}`)
    optional.write(fix, value)
  })
}

function degreesE7(degrees: number, limit: number, what: string): number {
  if (!(Math.abs(degrees) <= limit))
    throw new RangeError(`${what} ${degrees}, expected -${limit} to ${limit}`)
  return Math.round(degrees * 1e7)
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * factor)
}

/** The same values modulo `circle`, with each step taken the short way round. */
function unwrapped(values: number[], circle: number): number[] {
  let previous = values[0]!
  return values.map((value) => {
    const turn = ((value - previous) % circle) + circle
    const step = ((turn + circle / 2) % circle) - circle / 2
    previous += step
    return previous
  })
}

export type { FixBatchMessage }
