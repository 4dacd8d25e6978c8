import { NmeaDecoder } from '../../../../gateway/edge/drivers/nmea/nmea.ts'
import type { SatelliteSystem } from '../../../../gateway/edge/drivers/nmea/satellite-systems.ts'

/**
 * Compares satellites in view and used with the SKY reports that gpsd made of the same log. gpsd builds its sky up
 * talker by talker, a report after each, so a system is compared in the reports that list some of it.
 */

/** By gpsd's `gnssid`, which is u-blox'; 4 is IMES, pseudo-satellites of buildings. */
const SYSTEMS: (SatelliteSystem | undefined)[] = [
  'gps',
  'sbas',
  'galileo',
  'beidou',
  undefined,
  'qzss',
  'glonass',
  'navic',
]

interface Sky {
  class: string
  satellites?: { gnssid?: number; svid?: number; used: boolean }[]
}

export interface SkyDifference {
  what: 'in-view' | 'used'
  system: SatelliteSystem
  /** In how many reports. */
  reports: number
}

export interface SkyComparison {
  reports: number
  agreeing: number
  differences: SkyDifference[]
}

/** @param check the log's lines echoed, each followed by the JSON objects that it caused. */
export function compareWithGpsdSky(check: string): SkyComparison {
  const decoder = new NmeaDecoder({ onFix() {} })
  const differences = new Map<string, SkyDifference>()
  let reports = 0
  let agreeing = 0
  for (const line of check.split('\n')) {
    if (!line.startsWith('{"class":"')) decoder.push(Buffer.from(`${line}\n`, 'latin1'))
    if (!line.startsWith('{"class":"SKY"')) continue
    const { satellites } = JSON.parse(line) as Sky
    if (satellites === undefined) continue
    reports++
    const found = differencesOf(satellites, decoder)
    if (found.length === 0) agreeing++
    for (const { what, system } of found) {
      const key = `${what} ${system}`
      differences.set(key, { what, system, reports: (differences.get(key)?.reports ?? 0) + 1 })
    }
  }
  return { reports, agreeing, differences: [...differences.values()] }
}

function differencesOf(
  satellites: NonNullable<Sky['satellites']>,
  decoder: NmeaDecoder,
): Omit<SkyDifference, 'reports'>[] {
  return SYSTEMS.flatMap((system, gnssid) => {
    const listed = satellites.filter((satellite) => satellite.gnssid === gnssid)
    if (system === undefined || listed.length === 0) return []
    const ours = decoder.satellites.find((each) => each.system === system)
    const inView = new Set(listed.map(({ svid }) => svid)).size
    const used = new Set(listed.filter((satellite) => satellite.used).map(({ svid }) => svid)).size
    const found: Omit<SkyDifference, 'reports'>[] = []
    if (ours?.inView !== inView) found.push({ what: 'in-view', system })
    if ((ours?.used ?? 0) !== used) found.push({ what: 'used', system })
    return found
  })
}
