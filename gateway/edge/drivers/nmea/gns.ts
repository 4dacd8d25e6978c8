import { QUALITIES, type Quality } from '../../../../proto/domain.ts'
import type { FieldReader } from './field-reader.ts'
import { qualityOfMode } from './positioning-mode.ts'
import { type Report, SAYS_FIX, SAYS_NO_FIX } from './report.ts'

/** A mode for each satellite system; the fix is as good as the best of them. */
const BEST_FIRST: Quality[] = ['rtk', 'float-rtk', 'pps', 'dgps', 'gps', 'estimated', 'manual', 'simulated']
const rankOfQuality = new Uint8Array(QUALITIES.length)
BEST_FIRST.forEach((quality, place) => {
  rankOfQuality[QUALITIES.indexOf(quality)] = BEST_FIRST.length - place
})

/**
 * GNS, fix data of several satellite systems: time, position, one mode a system, satellites, HDOP, altitude.
 * `time,lat,N,lon,E,modes,satellites,hdop,altitude,geoid,age,station[,navigational status]`
 * After a GN sentence GP, GL … sentences may follow with blank position and modes: they say nothing of the fix.
 */
export function readGns(fields: FieldReader, report: Report): void {
  report.timeOfDayMs = fields.timeOfDay()
  if (fields.isRefused) return
  fields.position(report)
  let systems = 0
  let best = 0
  for (let mode = fields.nextLetter(); mode !== 0; mode = fields.nextLetter()) {
    const quality = qualityOfMode(mode)
    systems++
    if (rankOfQuality[quality]! > rankOfQuality[best]!) best = quality
  }
  if (systems > 0 && best === 0) {
    fields.forgive()
    report.verdict = SAYS_NO_FIX
    return
  }
  if (systems > 0) report.verdict = SAYS_FIX
  report.quality = best
  fields.satellites(report)
  fields.hdop(report)
  fields.altitude(report)
}
