import { describe, expect, test } from 'vitest'
import { recordedLogs } from '../drivers/nmea/recorded-nmea.ts'
import { filtered, notKept } from './filtered.ts'
import { lengthM, recordedFixes, recordedTrack, recordedTracksMissing } from './recorded-tracks.ts'

const missing = recordedTracksMissing()
if (missing !== undefined) console.warn(`recorded tracks skipped: ${missing}`)

describe.skipIf(missing !== undefined)('recorded', () => {
  const logs = missing === undefined ? recordedLogs() : []

  test.each(logs)('%s: each fix is kept or counted', (log) => {
    const fixes = recordedFixes(log)
    for (const config of [{}, { sampling: {} }]) {
      const { kept, counts } = filtered(fixes, config)
      expect(counts.in).toBe(kept.length + notKept(counts))
      expect(lengthM(kept)).toBeLessThanOrEqual(lengthM(fixes) * 1.001)
    }
  })

  test('a receiver that does not count its satellites is not shut out', () => {
    const { counts } = filtered(recordedFixes('signalk/gofree-merrimac.log'))
    expect(Object.keys(counts).filter((name) => name.startsWith('rejected-'))).toEqual([])
    expect(counts.kept).toBeGreaterThan(0)
  })

  test('fixes of three satellites half a kilometre away from the later ones are rejected', () => {
    const fixes = recordedFixes('gpsd/ublox-lea-4h.log')
    const { kept, counts } = filtered(fixes)
    expect(counts['rejected-satellites']).toBe(4)
    expect(lengthM(fixes)).toBeGreaterThan(900)
    expect(lengthM(kept)).toBeLessThan(30)
  })

  test('twenty minutes of a receiver mostly at rest: a quarter of the drawn way was drift', () => {
    const fixes = recordedFixes('signalk/gps.log')
    const { kept } = filtered(fixes)
    expect(kept.length / fixes.length).toBeLessThan(0.2)
    expect(lengthM(kept) / lengthM(fixes)).toBeLessThan(0.8)
  })

  test('a bicycle ride without told speeds keeps its length', () => {
    const fixes = recordedTrack('activity_6234161353.gpx')
    const way = lengthM(fixes)
    expect(way).toBeGreaterThan(16_000)
    expect(Math.abs(lengthM(filtered(fixes).kept) / way - 1)).toBeLessThan(0.001)
    const sampled = filtered(fixes, { sampling: {} }).kept
    expect(sampled.length / fixes.length).toBeLessThan(0.15)
    expect(Math.abs(lengthM(sampled) / way - 1)).toBeLessThan(0.02)
  })

  test.each(['activity_7371775190.gpx', 'activity_7621813676.gpx'])(
    '%s: nothing of a run is rejected',
    (name) => {
      const { counts } = filtered(recordedTrack(name))
      expect(Object.keys(counts).filter((reason) => reason.startsWith('rejected-'))).toEqual([])
    },
  )
})
