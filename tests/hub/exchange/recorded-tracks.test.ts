import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { importPath } from './import-made.ts'

/** Tracks that other programs wrote, beside the checkout. */
const FOLDER = fileURLToPath(new URL('../../../../shared/data/tracks/', import.meta.url))
const missing = existsSync(FOLDER) ? undefined : `no recorded tracks in ${FOLDER}`
if (missing && process.env.CI) throw new Error(missing)

/** Points of each file, and how many of them have a time. */
const EXPECTED: Record<string, { points: number; timed: number }> = Object.fromEntries(
  missing
    ? []
    : readdirSync(FOLDER).map((name) => {
        const points = readFileSync(`${FOLDER}${name}`, 'utf8').match(/<trkpt.*?(<\/trkpt>|\/>)/gs) ?? []
        return [
          name,
          { points: points.length, timed: points.filter((point) => point.includes('<time>')).length },
        ]
      }),
)

describe.skipIf(missing)(missing ?? 'tracks that other programs wrote', () => {
  test.each(Object.entries(EXPECTED).filter(([, { timed }]) => timed > 0))(
    '%s',
    async (name, { points, timed }) => {
      const { report, rejects, fixes } = await importPath(`${FOLDER}${name}`)
      expect(report).toMatchObject({ format: 'gpx', crs: 'wgs84' })
      expect(report.kept + report.rejected + report.repeated).toBe(points)
      expect(rejects.filter((reject) => reject.endsWith(': no time'))).toHaveLength(points - timed)
      expect(rejects.filter((reject) => !/: no time$|: another place at /.test(reject))).toEqual([])
      expect(fixes).toHaveLength(report.kept)
      expect(report.kept).toBeGreaterThan(timed * 0.95)
    },
  )

  test.each(Object.entries(EXPECTED).filter(([, { timed }]) => timed === 0))(
    '%s has no times, or no track',
    async (name) => {
      await expect(importPath(`${FOLDER}${name}`)).rejects.toThrow(/has a time|no track \(trk\)/)
    },
  )

  test('speeds of GPX 1.0 come along', async () => {
    const { fixes } = await importPath(`${FOLDER}track_with_speed.gpx`)
    expect(fixes.map(({ speedMps }) => speedMps)).toEqual([1.2, 2.2, 3.2])
  })
})
