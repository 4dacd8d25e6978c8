import { type Fix, ID_PATTERN } from '../../../proto/domain.ts'
import { ABSENT, emptyColumns, type FixColumns, trackOf } from '../../../proto/fix-columns.ts'
import { checkedFixes, checkedReadings } from './checked-records.ts'
import { FIX_COLUMNS, fixOf, unscale } from './fix-columns.ts'
import type { Series } from './influx-answer.ts'
import { InfluxConnection } from './influx-connection.ts'
import { fixLines, readingLine } from './influx-lines.ts'
import type { InfluxStoreConfig } from './store-config.ts'
import { type StoreRecords, StoreUnavailable, type Track, type TrackStore } from './track-store.ts'

/**
 * InfluxDB parses the lines of several requests at a time: four were twice as fast as one (see docs/influxdb.md). Of
 * 4,000 lines, so that a slice of the intake log is about four, and a body stays below the 1 MB that proxies let through.
 */
const REQUESTS_AT_A_TIME = 4
const LINES_A_REQUEST = 4_000
const LATEST_MS = 4_102_444_800_000
const FIELDS = FIX_COLUMNS.map((column) => column.field)

/**
 * Tracks in InfluxDB 1.x, 2.x or 3.x: measurement `fix` with tag `device` and integer fields, measurement
 * `reading` with tags `component` and `metric`. The schema is in docs/influxdb.md.
 */
export class InfluxTrackStore implements TrackStore {
  readonly kind = 'influxdb'
  readonly #connection: InfluxConnection

  /** Nothing is sent yet: InfluxDB may be down. */
  constructor(config: InfluxStoreConfig) {
    this.#connection = new InfluxConnection(config)
  }

  async write(records: StoreRecords): Promise<void> {
    const devices = checkedFixes(records)
    const readings = checkedReadings(records)
    // No two lines name the same point, so the requests may overtake each other.
    const requests = requestBodies(devices, readings.map(readingLine))
    const send = async () => {
      for (const body of requests) await this.#connection.write(body)
    }
    const outcomes = await Promise.allSettled(Array.from({ length: REQUESTS_AT_A_TIME }, send))
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    if (failures.length > 0) throw failures.find((error) => error instanceof StoreUnavailable) ?? failures[0]
  }

  async readTrack(device: string, fromMs: number, toMs: number): Promise<Track> {
    return this.#track(device, `AND time >= ${influxTime(fromMs)}ms AND time < ${influxTime(toMs)}ms`)
  }

  async devicesBetween(fromMs: number, toMs: number): Promise<string[]> {
    const range = `time >= ${influxTime(fromMs)}ms AND time < ${influxTime(toMs)}ms`
    const query = `SELECT ${FIELDS[0]} FROM fix WHERE ${range} GROUP BY device LIMIT 1`
    const devices = new Set<string>()
    if (influxTime(fromMs) < influxTime(toMs))
      for (const series of await this.#connection.query(query))
        for (const device of devicesIn(series)) devices.add(device)
    return [...devices].sort()
  }

  async lastFix(device: string): Promise<Fix | undefined> {
    const track = await this.#track(device, 'ORDER BY time DESC LIMIT 1')
    return track.count > 0 ? fixOf(track, 0) : undefined
  }

  async check(): Promise<void> {
    for (const _ of await this.#connection.query('SHOW MEASUREMENTS LIMIT 1'));
  }

  /** On 1.x the policy of the database; on 2.x and 3.x nothing happens, a bucket's retention is set there. */
  async keepFor(days: number): Promise<void> {
    await this.#connection.keepFor(days)
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  async #track(device: string, rest: string): Promise<Track> {
    const parts: FixColumns[] = []
    // No other name can have been written, and none gets into a query.
    if (ID_PATTERN.test(device))
      for (const series of await this.#connection.query(
        `SELECT ${FIELDS} FROM fix WHERE device = '${device}' ${rest}`,
      ))
        parts.push(columnsOf(series))
    const whole = joined(parts)
    unscale(whole)
    return trackOf(device, whole)
  }
}

/** Made one at a time, while the ones before are under way. */
function* requestBodies(devices: Map<string, FixColumns>, readings: string[]): Generator<string> {
  let parts: string[] = []
  let room = LINES_A_REQUEST
  for (const [device, fixes] of devices)
    for (let start = 0; start < fixes.count; ) {
      const end = Math.min(start + room, fixes.count)
      parts.push(fixLines(device, fixes, start, end))
      room -= end - start
      start = end
      if (room > 0) continue
      yield parts.join('\n')
      parts = []
      room = LINES_A_REQUEST
    }
  if (parts.length > 0) yield parts.join('\n')
  for (let start = 0; start < readings.length; start += LINES_A_REQUEST)
    yield readings.slice(start, start + LINES_A_REQUEST).join('\n')
}

/** Whole milliseconds inside the years that are stored; half-open ranges stay the same when both ends are rounded up. */
function influxTime(timeMs: number): number {
  return Math.min(Math.max(Math.ceil(timeMs), 0), LATEST_MS)
}

/** What a query was grouped by stands in the tags, but for 3.x of 2024, which has it in a column. */
function devicesIn({ tags, columns, values }: Series): string[] {
  if (tags.device !== undefined) return [tags.device]
  const column = columns.indexOf('device')
  return column < 0 ? [] : values.map((row) => String(row[column]))
}

/** Rows of time and FIX_COLUMNS; 3.x leaves a column out that no point ever had. */
function columnsOf({ columns: names, values }: Series): FixColumns {
  const columns = emptyColumns(values.length)
  columns.count = values.length
  const time = names.indexOf('time')
  const places = FIELDS.map((field) => names.indexOf(field))
  values.forEach((row, i) => {
    columns.timeMs[i] = row[time] as number
    for (let c = 0; c < places.length; c++)
      columns.values[c]![i] = (row[places[c]!] as number | null | undefined) ?? ABSENT
  })
  return columns
}

function joined(parts: FixColumns[]): FixColumns {
  const whole = emptyColumns(parts.reduce((sum, part) => sum + part.count, 0))
  for (const part of parts) {
    whole.timeMs.set(part.timeMs, whole.count)
    part.values.forEach((values, c) => {
      whole.values[c]!.set(values, whole.count)
    })
    whole.count += part.count
  }
  return whole
}
