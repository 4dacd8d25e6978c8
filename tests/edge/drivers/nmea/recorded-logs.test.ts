import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compareWithGpsd, type Difference } from './gpsd-comparison.ts'
import { compareWithGpsdSky, type SkyDifference } from './gpsd-sky-comparison.ts'
import { recordedCounts } from './recorded-counts.ts'
import { decoded, gpsdCheck, recordedLog, recordedLogs, recordedLogsMissing } from './recorded-nmea.ts'

interface ReviewedDifference {
  log: string
  what: Difference['what']
  at: string[]
  reason: string
}

interface ReviewedSkyDifference extends SkyDifference {
  log: string
  reason: string
}

const missing = recordedLogsMissing()
if (missing !== undefined) console.warn(`recorded logs skipped: ${missing}`)

describe.skipIf(missing !== undefined)('recorded logs', () => {
  const logs = missing === undefined ? recordedLogs() : []
  const gpsdLogs = logs.filter((name) => name.startsWith('gpsd/'))
  const reviewed = golden('gpsd-differences.yaml') as ReviewedDifference[]
  const reviewedSky = golden('gpsd-sky-differences.yaml') as ReviewedSkyDifference[]

  it('are counted as before; `npm run golden` takes the new counts', () => {
    expect(recordedCounts()).toEqual(golden('recorded-counts.yaml'))
  })

  it.each(gpsdLogs)('%s: same fixes as gpsd, reviewed differences apart', (log) => {
    const { differences } = compareWithGpsd(decoded(recordedLog(log)).fixes, gpsdCheck(log))
    const listed = reviewed
      .filter((entry) => entry.log === log)
      .flatMap(({ what, at }) => at.map((each) => `${what} ${each}`))
    expect(differences.map(({ what, at }) => `${what} ${at}`).sort()).toEqual(listed.sort())
  })

  it.each(gpsdLogs)('%s: same satellites as gpsd, reviewed differences apart', (log) => {
    const { differences } = compareWithGpsdSky(gpsdCheck(log))
    const listed = reviewedSky
      .filter((entry) => entry.log === log)
      .map(({ what, system, reports }) => ({ what, system, reports }))
    expect(new Set(differences)).toEqual(new Set(listed))
  })

  it('every reviewed difference is of a log that is there, and has a reason', () => {
    const all = [...reviewed, ...reviewedSky]
    expect(all.filter(({ log, reason }) => !gpsdLogs.includes(log) || !reason)).toEqual([])
  })

  it.each(logs)('%s: the same fixes however the line cuts it', (log) => {
    const bytes = recordedLog(log).subarray(0, 300_000)
    const whole = decoded(bytes)
    for (const size of [1, 7, 64, 997]) expect(decoded(bytes, [size])).toEqual(whole)
  })
})

function golden(name: string): unknown {
  return parse(readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8'))
}
