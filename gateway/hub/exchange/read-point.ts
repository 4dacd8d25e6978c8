import { type Fix, QUALITIES, type Quality } from '../../../proto/domain.ts'
import type { CoordinateSystem } from '../../../proto/http.ts'
import { FIX_COLUMNS } from '../stores/fix-columns.ts'
import { type Shift, SYSTEM_NAMES } from './coordinate-systems.ts'

/**
 * What a reader finds at one place of a file, before anything of it is believed. In: text and numbers as they stand
 * there; out: a fix in WGS-84, or why it is none. A time is never made up.
 */

/** Values as they stand in the file: text, a number, or nothing. Units are those of a Fix. */
export interface ReadPoint {
  /** For a person who looks it up: `line 12`, `trk 1, trkseg 2, trkpt 3`. */
  where: string
  time?: unknown
  lat?: unknown
  lon?: unknown
  altM?: unknown
  speedMps?: unknown
  courseDeg?: unknown
  hdop?: unknown
  satellites?: unknown
  quality?: unknown
  accuracyM?: unknown
  /** The reader knows already that it is none. */
  reason?: string
}

export type CheckedPoint = { fix: Fix; leftOut: string[] } | { reason: string }

/** Receivers that do not know the time tell 1980 (GPS week 0), 1999 (its rollover), 1970 or 2000-01-01. */
const EARLIEST_MS = Date.UTC(2000, 0, 2)
/** A clock may be fast. */
const FUTURE_MS = 3_600_000

export const NO_TIME = 'no time'

/** @param toWgs84 - of the file's system. @param nowMs - what is later was not recorded yet. */
export function checkedPoint(point: ReadPoint, toWgs84: Shift, nowMs: number): CheckedPoint {
  if (point.reason !== undefined) return { reason: point.reason }
  const lat = degrees('lat', point.lat, 90)
  if (typeof lat === 'string') return { reason: lat }
  const lon = degrees('lon', point.lon, 180)
  if (typeof lon === 'string') return { reason: lon }
  if (lat === 0 && lon === 0) return { reason: 'lat 0, lon 0: what a receiver without a fix tells' }
  const timeMs = readTime(point.time, nowMs)
  if (typeof timeMs === 'string') return { reason: timeMs }
  const [x, y] = toWgs84(lon, lat)
  // The shift of BD-09 can lead over the edge.
  if (Math.abs(y) > 90 || Math.abs(x) > 180)
    return { reason: `lat ${lat}, lon ${lon}: outside of its system` }
  const fix: Fix = { timeMs, lat: y, lon: x }
  const leftOut: string[] = []
  for (const { quantity, min, max } of FIX_COLUMNS) {
    if (quantity === 'lat' || quantity === 'lon' || isNothing(point[quantity])) continue
    const value = quantity === 'quality' ? undefined : numberOf(point[quantity])
    const quality = quantity === 'quality' ? qualityOf(point.quality) : undefined
    if (quantity === 'quality' && quality) fix.quality = quality
    else if (quantity !== 'quality' && value !== undefined && value >= min && value <= max)
      fix[quantity] = value
    else leftOut.push(quantity)
  }
  return { fix, leftOut }
}

function degrees(name: string, given: unknown, limit: number): number | string {
  if (isNothing(given)) return `no ${name}`
  const value = numberOf(given)
  if (value === undefined) return `${name} ${shown(given)} is no number`
  if (Math.abs(value) <= limit) return value
  const swapped = name === 'lat' && Math.abs(value) <= 180 ? '; are lat and lon swapped?' : ''
  return `${name} ${value} is outside of ±${limit}${swapped}`
}

/** Date and time of ISO 8601, with a blank or a T; seconds, a fraction and the zone may be missing: then it is UTC. */
const ISO_TIME =
  /^(\d{4})[-/](\d\d?)[-/](\d\d?)[T ]+(\d\d?:\d\d(?::\d\d)?)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/i
/** Unix time: seconds until 2286, else milliseconds. */
const MOST_SECONDS = 1e10

function readTime(given: unknown, nowMs: number): number | string {
  if (isNothing(given)) return NO_TIME
  const timeMs = timeOf(given)
  if (timeMs === undefined)
    return `time ${shown(given)}: expected ISO 8601 (2026-05-01T08:00:00+08:00) or Unix time`
  if (timeMs < EARLIEST_MS)
    return `time ${new Date(timeMs).toISOString()}: what a receiver tells that does not know the time`
  if (timeMs > nowMs + FUTURE_MS) return `time ${new Date(timeMs).toISOString()} lies in the future`
  return timeMs
}

function timeOf(given: unknown): number | undefined {
  const number = numberOf(given)
  if (number !== undefined && Math.abs(number) < 8.64e15)
    return Math.round(Math.abs(number) < MOST_SECONDS ? number * 1000 : number)
  const match = ISO_TIME.exec(String(given).trim())
  if (!match) return undefined
  const [, year, month, day, clock, fraction = '', zone = 'Z'] = match
  const date = `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`
  const time = `${clock!.padStart(clock!.indexOf(':') === 1 ? clock!.length + 1 : 0, '0')}`
  const seconds = time.length === 5 ? `${time}:00` : time
  const ms = fraction.slice(0, 3).padEnd(3, '0')
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const timeMs = Date.parse(`${date}T${seconds}.${ms}${offset}`)
  // Date.parse takes the 31st of every month.
  const isDay = new Date(Date.parse(`${date}T00:00:00Z`)).getUTCDate() === Number(day)
  return Number.isNaN(timeMs) || !isDay ? undefined : timeMs
}

/** A name of QUALITIES, or the number of NMEA 0183 GGA field 6. */
function qualityOf(given: unknown): Quality | undefined {
  const number = numberOf(given)
  const found = number === undefined ? QUALITIES.find((name) => name === given) : QUALITIES[number]
  return found === undefined || found === 'none' ? undefined : found
}

const isNothing = (given: unknown): boolean =>
  given === undefined || given === null || (typeof given === 'string' && given.trim() === '')

/** Undefined for what is no finite decimal number. */
function numberOf(given: unknown): number | undefined {
  if (typeof given === 'number') return Number.isFinite(given) ? given : undefined
  if (typeof given !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(given))
    return undefined
  return Number(given)
}

const shown = (given: unknown): string => (JSON.stringify(given) ?? String(given)).slice(0, 60)

/** Text of another system than the one asked for is refused, not shifted twice. */
export function systemOf(
  asked: CoordinateSystem | undefined,
  told: CoordinateSystem | undefined,
): CoordinateSystem {
  if (asked !== undefined && told !== undefined && asked !== told)
    throw new UnreadableFile(
      `the file says that it is in ${SYSTEM_NAMES[told]}; leave --crs ${asked} out, or correct the file`,
    )
  return asked ?? told ?? 'wgs84'
}

/** The file as a whole cannot be imported; the message says why, and what to do. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}
