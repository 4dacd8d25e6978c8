import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { distanceM } from '../../../gateway/hub/patrol/distance.ts'
import type { Fix } from '../../../proto/domain.ts'
import { decoded, recordedLog } from '../drivers/nmea/recorded-nmea.ts'

/** Tracks of real rides and runs, beside the checkout; they are never copied into it. */
const FOLDER = new URL('../../../../shared/data/tracks/', import.meta.url)

/** Why tests with recorded tracks cannot run here; undefined when they can. In CI the tracks must be there. */
export function recordedTracksMissing(): string | undefined {
  if (existsSync(FOLDER)) return undefined
  const reason = `no recorded tracks in ${fileURLToPath(FOLDER)}`
  if (process.env.CI) throw new Error(reason)
  return reason
}

/** The track points of a GPX file that have a time. */
export function recordedTrack(name: string): Fix[] {
  const gpx = readFileSync(new URL(name, FOLDER), 'utf8')
  const fixes: Fix[] = []
  for (const [, attributes, children] of gpx.matchAll(/<trkpt ([^>]*)>(.*?)<\/trkpt>/gs)) {
    const timeMs = Date.parse(/<time>(.*?)</.exec(children!)?.[1] ?? '')
    if (Number.isNaN(timeMs)) continue
    const speed = /<speed>(.*?)</.exec(children!)?.[1]
    fixes.push({
      timeMs,
      lat: Number(/lat="(.*?)"/.exec(attributes!)![1]),
      lon: Number(/lon="(.*?)"/.exec(attributes!)![1]),
      ...(speed === undefined ? {} : { speedMps: Number(speed) }),
    })
  }
  return fixes
}

/** The dated fixes of a receiver's log. */
export function recordedFixes(log: string): Fix[] {
  return decoded(recordedLog(log)).fixes.flatMap(({ timeMs, timeOfDayMs: _, ...rest }) =>
    timeMs === undefined ? [] : [{ ...rest, timeMs }],
  )
}

export function lengthM(fixes: Fix[]): number {
  let sumM = 0
  for (let i = 1; i < fixes.length; i++)
    sumM += distanceM(fixes[i - 1]!.lat, fixes[i - 1]!.lon, fixes[i]!.lat, fixes[i]!.lon)
  return sumM
}
