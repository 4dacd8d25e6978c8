import { COMPONENT_PATTERN, type Fix, ID_PATTERN, type Reading } from '../../../proto/domain.ts'
import { ABSENT, emptyColumns, type FixColumns, sliceColumns } from '../../../proto/fix-columns.ts'
import { FIX_COLUMNS, scaledValue } from './fix-columns.ts'
import { type StoreRecords, StoreRefused } from './track-store.ts'

/** What either store checks and prepares before it writes: in come records, out go columns a device, sorted, each time once. */

/** 2100-01-01. */
const LATEST_MS = 4_102_444_800_000
const FULL_TURN_CDEG = 36_000
const METRIC_PATTERN = /^[a-z][a-z0-9_]{0,63}$/

/** @throws StoreRefused naming device, fix and value that no store takes. */
export function checkedFixes(records: StoreRecords): Map<string, FixColumns> {
  const parts = new Map<string, Fix[]>()
  for (const { device, fixes } of records.fixes) {
    if (!ID_PATTERN.test(device))
      throw new StoreRefused(`device ${JSON.stringify(device.slice(0, 80))}: expected ${ID_PATTERN}`)
    const before = parts.get(device)
    parts.set(device, before ? before.concat(fixes) : fixes)
  }
  const devices = new Map<string, FixColumns>()
  for (const [device, fixes] of parts)
    if (fixes.length > 0) devices.set(device, inOrder(scaledColumns(device, fixes)))
  return devices
}

function scaledColumns(device: string, fixes: Fix[]): FixColumns {
  const columns = emptyColumns(fixes.length)
  columns.count = fixes.length
  for (let i = 0; i < fixes.length; i++)
    columns.timeMs[i] = checkedTimeMs(fixes[i]!.timeMs, () => `device ${device}, fix ${i}`)
  FIX_COLUMNS.forEach((column, c) => {
    const values = columns.values[c]!
    for (let i = 0; i < fixes.length; i++) {
      const value = column.of(fixes[i]!)
      const scaled = value === undefined ? ABSENT : scaledValue(column, value)
      if (scaled === undefined)
        throw new StoreRefused(
          `device ${device}, fix ${i}: ${column.quantity} ${value}, expected ${column.min} to ${column.max}`,
        )
      values[i] = scaled
    }
  })
  // 359.997° rounds to a full turn, which is north.
  const courses = columns.values[FIX_COLUMNS.findIndex((column) => column.quantity === 'courseDeg')]!
  for (let i = 0; i < courses.length; i++) if (courses[i] === FULL_TURN_CDEG) courses[i] = 0
  return columns
}

/** By time, with rows of one time merged, the later one's values winning. */
function inOrder(columns: FixColumns): FixColumns {
  const { timeMs, values, count } = columns
  if (isInOrder(columns)) return columns
  // Row by row: a list of runs that are merged costs gigabytes where a hostile batch is nothing but repeats.
  const rows = Uint32Array.from({ length: count }, (_, row) => row)
  rows.sort((a, b) => timeMs[a]! - timeMs[b]! || a - b)
  const ordered = emptyColumns(count)
  let at = -1
  for (const row of rows) {
    const isNew = at < 0 || timeMs[row]! > ordered.timeMs[at]!
    if (isNew) ordered.timeMs[++at] = timeMs[row]!
    for (let c = 0; c < values.length; c++) {
      const value = values[c]![row]!
      if (isNew || !Number.isNaN(value)) ordered.values[c]![at] = value
    }
  }
  ordered.count = at + 1
  return sliceColumns(ordered, 0, ordered.count)
}

function isInOrder({ timeMs, count }: FixColumns): boolean {
  for (let i = 1; i < count; i++) if (timeMs[i]! <= timeMs[i - 1]!) return false
  return true
}

/** Readings with the later one of each (component, metric, time) only, times rounded to ms. @throws StoreRefused */
export function checkedReadings(records: StoreRecords): Reading[] {
  const kept = new Map<string, Reading>()
  for (const { component, metric, timeMs, value } of records.readings) {
    const where = () => `reading ${metric} of component ${component}`
    if (!COMPONENT_PATTERN.test(component))
      throw new StoreRefused(`component ${JSON.stringify(component.slice(0, 80))}: expected 16 digits`)
    if (!METRIC_PATTERN.test(metric))
      throw new StoreRefused(`metric ${JSON.stringify(metric.slice(0, 80))}: expected a name like tilt_deg`)
    if (!Number.isFinite(value)) throw new StoreRefused(`${where()}: ${value}, expected a finite number`)
    const roundedMs = checkedTimeMs(timeMs, where)
    kept.set(`${component} ${metric} ${roundedMs}`, { component, metric, timeMs: roundedMs, value })
  }
  return [...kept.values()]
}

function checkedTimeMs(timeMs: number, where: () => string): number {
  const rounded = Math.round(timeMs)
  if (!(rounded >= 0 && rounded < LATEST_MS))
    throw new StoreRefused(`${where()}: time ${timeMs} ms, expected Unix milliseconds between 1970 and 2100`)
  return rounded
}
