import type { NmeaFix } from '../../../../gateway/edge/drivers/nmea/nmea.ts'

/** Compares fixes with the TPV (time, position, velocity) reports that gpsd made of the same log. */

const POSITION_DEG = 1e-6
const TIME_MS = 10
const SPEED_MPS = 0.1
const COURSE_DEG = 0.1
const ALTITUDE_M = 0.01

interface Tpv {
  class: string
  mode: number
  time?: string
  lat?: number
  lon?: number
  speed?: number
  /** Course, degrees. */
  track?: number
  altMSL?: number
}

export interface Difference {
  what:
    | 'fix-without-tpv'
    | 'tpv-without-fix'
    | 'position'
    | 'speed'
    | 'speed-of-gpsd-only'
    | 'speed-of-ours-only'
    | 'course'
    | 'altitude'
    | 'altitude-of-gpsd-only'
  /** Time of the fix or TPV; `untimed` before gpsd knew the date. */
  at: string
}

export interface Comparison {
  fixes: number
  agreeing: number
  differences: Difference[]
}

/**
 * A TPV with time belongs to the fix of that time. One without, from before gpsd knew the date, belongs to the
 * next fix in order, and must have its position. gpsd reports an epoch several times until it has learned the
 * receiver's cycle: the last report of a fix is the one compared.
 */
export function compareWithGpsd(fixes: NmeaFix[], check: string): Comparison {
  const differences: Difference[] = []
  const last: (Tpv | undefined)[] = fixes.map(() => undefined)
  let next = 0
  for (const tpv of positions(check)) {
    const { time } = tpv
    const found =
      time === undefined
        ? nextAt(fixes, next, tpv)
        : fixes.findIndex(
            ({ timeMs }) => timeMs !== undefined && Math.abs(timeMs - Date.parse(time)) <= TIME_MS,
          )
    if (found === -1) differences.push({ what: 'tpv-without-fix', at: time ?? 'untimed' })
    else {
      last[found] = tpv
      next = time === undefined ? found : found + 1
    }
  }
  const agreeing = fixes.filter((fix, index) => {
    const found = differencesOf(fix, last[index])
    differences.push(...found)
    return found.length === 0
  }).length
  return { fixes: fixes.length, agreeing, differences }
}

function positions(check: string): Tpv[] {
  return check
    .split('\n')
    .filter((line) => line.startsWith('{"class":"TPV"'))
    .map((line) => JSON.parse(line) as Tpv)
    .filter(({ mode, lat, lon }) => mode >= 2 && lat !== undefined && lon !== undefined)
}

function nextAt(fixes: NmeaFix[], from: number, tpv: Tpv): number {
  const fix = fixes[from]
  return fix && isAt(fix, tpv) ? from : -1
}

function isAt(fix: NmeaFix, { lat, lon }: Tpv): boolean {
  return Math.abs(fix.lat - lat!) <= POSITION_DEG && Math.abs(fix.lon - lon!) <= POSITION_DEG
}

function differencesOf(fix: NmeaFix, tpv: Tpv | undefined): Difference[] {
  const at = fix.timeMs === undefined ? 'untimed' : new Date(fix.timeMs).toISOString()
  if (!tpv) return [{ what: 'fix-without-tpv', at }]
  const found: Difference[] = []
  if (!isAt(fix, tpv)) found.push({ what: 'position', at })
  if (fix.speedMps !== undefined && tpv.speed !== undefined) {
    if (Math.abs(fix.speedMps - tpv.speed) > SPEED_MPS) found.push({ what: 'speed', at })
  } else if (tpv.speed !== undefined) found.push({ what: 'speed-of-gpsd-only', at })
  // A TPV without time came before the sentence with the date, which is the one with the speed.
  else if (fix.speedMps !== undefined && tpv.time !== undefined)
    found.push({ what: 'speed-of-ours-only', at })
  if (
    tpv.track !== undefined &&
    fix.courseDeg !== undefined &&
    Math.abs(fix.courseDeg - tpv.track) > COURSE_DEG
  )
    found.push({ what: 'course', at })
  if (tpv.altMSL !== undefined && fix.altM === undefined) found.push({ what: 'altitude-of-gpsd-only', at })
  else if (tpv.altMSL !== undefined && Math.abs(fix.altM! - tpv.altMSL) > ALTITUDE_M)
    found.push({ what: 'altitude', at })
  return found
}
