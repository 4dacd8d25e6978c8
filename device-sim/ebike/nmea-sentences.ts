/**
 * Writes NMEA 0183 sentences as receivers do (versions 2.3 to 4.11). Shares nothing with the gateway's decoder:
 * an encoder made from the same code proves nothing. A value that is absent becomes an empty field.
 */

export interface CalendarDay {
  day: number
  month: number
  year: number
}

export interface Epoch {
  /** Unix ms; written to hundredths of a second. */
  timeMs: number
  /** Where it is not the day of `timeMs`; it need not be in any calendar. */
  date?: CalendarDay | 'blank' | undefined
  /** Absent where the receiver has no fix to show. */
  lat?: number | undefined
  lon?: number | undefined
  altM?: number | undefined
  speedMps?: number | undefined
  courseDeg?: number | undefined
  hdop?: number | undefined
  satellites: number
  valid: boolean
  /** Valid by dead reckoning only. */
  estimated?: boolean | undefined
}

/** How a make writes RMC. */
export interface RmcForm {
  /** NMEA 4.11 has a navigational status at the end. */
  nmea411: boolean
  /** Status of a dead-reckoned position. */
  estimatedStatus: 'A' | 'V'
}

export interface SatelliteInView {
  number: number
  elevationDeg: number
  azimuthDeg: number
  /** dB-Hz; absent while the satellite is in view but not tracked. */
  snr?: number | undefined
}

const KNOTS_PER_MPS = 3600 / 1852
/** Above the ellipsoid to above the sea, at Shanghai (EGM96, rounded). */
const GEOID_SEPARATION_M = 11.2

/** Recommended minimum data: the one sentence with date, position, speed and course. */
export function rmc(talker: string, epoch: Epoch, form: RmcForm): string {
  const status = epoch.estimated ? form.estimatedStatus : epoch.valid ? 'A' : 'V'
  return sentence(
    `${talker}RMC,${clock(epoch.timeMs)},${status},${position(epoch)},${fixed(knots(epoch.speedMps), 3)},${course(epoch.courseDeg)},${date(epoch)},,,${mode(epoch)}${form.nmea411 ? ',V' : ''}`,
  )
}

/** Fix data: altitude, satellites in use, HDOP. */
export function gga(talker: string, epoch: Epoch): string {
  const geoid = epoch.altM === undefined ? '' : GEOID_SEPARATION_M.toFixed(1)
  return sentence(
    `${talker}GGA,${clock(epoch.timeMs)},${position(epoch)},${epoch.estimated ? 6 : epoch.valid ? 1 : 0},${two(epoch.satellites)},${fixed(epoch.hdop, 2)},${fixed(epoch.altM, 1)},M,${geoid},M,,`,
  )
}

/** Course and speed over ground. */
export function vtg(talker: string, epoch: Epoch): string {
  const { speedMps } = epoch
  return sentence(
    `${talker}VTG,${course(epoch.courseDeg)},T,,M,${fixed(knots(speedMps), 3)},N,${fixed(speedMps === undefined ? undefined : speedMps * 3.6, 3)},K,${mode(epoch)}`,
  )
}

/** Time and date with the century. */
export function zda(talker: string, epoch: Epoch): string {
  const written = epoch.date ?? calendar(epoch.timeMs)
  const day = written === 'blank' ? ',,' : `${two(written.day)},${two(written.month)},${four(written.year)}`
  return sentence(`${talker}ZDA,${clock(epoch.timeMs)},${day},00,00`)
}

/** Satellites in use, at most 12, and dilution of precision. `systemId` is field 18 of NMEA 4.10 and later. */
export function gsa(
  talker: string,
  used: readonly number[],
  { hdop: saidHdop, valid, estimated }: Epoch,
  systemId?: number,
): string {
  const hdop = valid ? saidHdop : undefined
  let slots = ''
  for (let slot = 0; slot < 12; slot++) {
    const satellite = used[slot]
    slots += satellite === undefined ? ',' : `${two(satellite)},`
  }
  const vdop = hdop === undefined ? undefined : hdop * 1.4
  const pdop = hdop === undefined ? undefined : hdop * 1.72
  const system = systemId === undefined ? '' : `,${systemId}`
  return sentence(
    `${talker}GSA,A,${estimated ? 2 : valid ? 3 : 1},${slots}${fixed(pdop, 2)},${fixed(hdop, 2)},${fixed(vdop, 2)}${system}`,
  )
}

/** Satellites in view, four a sentence. */
export function gsv(talker: string, satellites: readonly SatelliteInView[]): string {
  const count = Math.max(1, Math.ceil(satellites.length / 4))
  let out = ''
  for (let index = 0; index < count; index++) {
    let body = `${talker}GSV,${count},${index + 1},${two(satellites.length)}`
    for (const satellite of satellites.slice(index * 4, index * 4 + 4))
      body += `,${two(satellite.number)},${two(Math.round(satellite.elevationDeg))},${three(Math.round(satellite.azimuthDeg) % 360)},${satellite.snr === undefined ? '' : two(Math.round(satellite.snr))}`
    out += sentence(body)
  }
  return out
}

/** `$`, body, `*`, two hex digits of the XOR over the body, CR LF (NMEA 0183 §5.3). */
function sentence(body: string): string {
  let sum = 0
  for (let index = 0; index < body.length; index++) sum ^= body.charCodeAt(index)
  return `$${body}*${sum < 16 ? '0' : ''}${sum.toString(16).toUpperCase()}\r\n`
}

function position({ lat, lon }: Epoch): string {
  if (lat === undefined || lon === undefined) return ',,,'
  return `${degreesMinutes(Math.abs(lat), 2)},${lat < 0 ? 'S' : 'N'},${degreesMinutes(Math.abs(lon), 3)},${lon < 0 ? 'W' : 'E'}`
}

/** `ddmm.mmmmm`: counted in 1e-5 minutes first, so that minutes never round up to 60. */
function degreesMinutes(degrees: number, digits: 2 | 3): string {
  const units = Math.round(degrees * 6_000_000)
  const whole = Math.floor(units / 6_000_000)
  const rest = units - whole * 6_000_000
  const minutes = Math.floor(rest / 100_000)
  const fraction = rest - minutes * 100_000
  return `${digits === 3 ? three(whole) : two(whole)}${two(minutes)}.${String(fraction).padStart(5, '0')}`
}

function clock(timeMs: number): string {
  const second = Math.floor(timeMs / 1000) % 86_400
  const hundredths = Math.floor((timeMs % 1000) / 10)
  return `${two(Math.floor(second / 3600))}${two(Math.floor(second / 60) % 60)}${two(second % 60)}.${two(hundredths)}`
}

function date(epoch: Epoch): string {
  const written = epoch.date ?? calendar(epoch.timeMs)
  if (written === 'blank') return ''
  return `${two(written.day)}${two(written.month)}${two(written.year % 100)}`
}

/** Positioning mode (NMEA 0183 2.3 and later): autonomous, estimated, none. */
function mode({ valid, estimated }: Epoch): string {
  return estimated ? 'E' : valid ? 'A' : 'N'
}

const DAY_MS = 86_400_000
/** The day asked for last: two sentences of each second need it. */
let known: { index: number; calendar: CalendarDay } | undefined

function calendar(timeMs: number): CalendarDay {
  const index = Math.floor(timeMs / DAY_MS)
  if (known?.index !== index) {
    const at = new Date(timeMs)
    const calendar = { day: at.getUTCDate(), month: at.getUTCMonth() + 1, year: at.getUTCFullYear() }
    known = { index, calendar }
  }
  return known.calendar
}

/** Rounded before the full circle is taken off: 359.996 is 0.00, not 360.00. */
function course(courseDeg: number | undefined): string {
  return courseDeg === undefined ? '' : ((Math.round(courseDeg * 100) % 36_000) / 100).toFixed(2)
}

function knots(speedMps: number | undefined): number | undefined {
  return speedMps === undefined ? undefined : speedMps * KNOTS_PER_MPS
}

function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits)
}

function four(value: number): string {
  return String(value).padStart(4, '0')
}

function three(value: number): string {
  return value < 100 ? `0${two(value)}` : String(value)
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
