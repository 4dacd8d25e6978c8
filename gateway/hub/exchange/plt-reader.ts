import { type ReadPoint, UnreadableFile } from './read-point.ts'

/**
 * PLT, as the GeoLife trajectories and OziExplorer have it. In: lines; out: points. Six lines of head, then latitude,
 * longitude, a code, altitude in feet (-777: none), days since 1899-12-30, date, time; all in UTC and WGS-84. Fails with
 * UnreadableFile for another datum.
 */

const HEAD_LINES = 6
const DATUM_LINE = 2
const M_PER_FOOT = 0.3048
const NO_ALTITUDE_FEET = -777
/** Of TDateTime, 1899-12-30, to 1970-01-01. */
const DAYS_TO_1970 = 25_569
const DAY_MS = 86_400_000

export async function* readPlt(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<ReadPoint> {
  let number = 0
  for await (const line of lines) {
    number++
    if (number === DATUM_LINE && !/^\s*WGS\s*-?\s*84\s*$/i.test(line))
      throw new UnreadableFile(`line 2: datum ${line.trim().slice(0, 40)}, expected WGS 84`)
    if (number > HEAD_LINES && line.trim() !== '') yield pointOf(line, `line ${number}`)
  }
}

function pointOf(line: string, where: string): ReadPoint {
  const [lat, lon, , feet, days, date, time] = line.split(',').map((value) => value.trim())
  if (days === undefined) return { where, reason: 'expected lat,lon,code,altitude,days,date,time' }
  const altitude = feet === undefined || feet === '' ? Number.NaN : Number(feet)
  return {
    where,
    lat,
    lon,
    time: timeOf(days, date, time),
    ...(Number.isNaN(altitude) || altitude === NO_ALTITUDE_FEET
      ? {}
      : { altM: Math.round(altitude * M_PER_FOOT * 100) / 100 }),
  }
}

/** Date and time in words are exact; the number of days is right to about a second. */
function timeOf(days: string, date: string | undefined, time: string | undefined): unknown {
  if (date !== undefined && time !== undefined && /^\d{4}-\d\d-\d\d$/.test(date)) return `${date}T${time}Z`
  if (days === '' || Number.isNaN(Number(days))) return days
  return Math.round(((Number(days) - DAYS_TO_1970) * DAY_MS) / 1000) * 1000
}
