import { expect, test } from 'vitest'
import { examineShift } from '../../../../gateway/hub/patrol/shifts/examine-shift.ts'
import { recordedTrack, recordedTracksMissing } from '../../../edge/track/recorded-tracks.ts'
import { trackOfFixes } from '../made-track.ts'
import { SETTINGS, SHIFT } from './made-shift.ts'

/** Rides that somebody recorded, judged as shifts without a known beat. */

const missing = recordedTracksMissing()
if (missing) console.warn(`skipped: ${missing}`)

test.skipIf(missing).each([
  // Downhill on a racing bicycle.
  [
    'activity_6234161353.gpx',
    [
      'speeding: Faster than 30 km/h for 58 s, up to 39.9 km/h',
      'speeding: Faster than 30 km/h for 21 s, up to 37.4 km/h',
    ],
  ],
  ['activity_7371775190.gpx', []],
  ['activity_7621813676.gpx', []],
  ['tour-with-loop.gpx', []],
  ['tour4-with-uturn.gpx', []],
  ['track-with-empty-segment.gpx', []],
  // No point of it has a time.
  ['track-with-extremes.gpx', ['absent: No fix in the whole shift, 1 h 00 min']],
  ['track-with-less-sec-time.gpx', []],
  ['track_with_speed.gpx', []],
])('%s', (name, expected) => {
  const fixes = recordedTrack(name)
    .sort((a, b) => a.timeMs - b.timeMs)
    .filter(({ timeMs }, i, all) => i === 0 || timeMs > all[i - 1]!.timeMs)
  const { fromMs, toMs } =
    fixes.length > 0 ? { fromMs: fixes[0]!.timeMs, toMs: fixes.at(-1)!.timeMs + 1 } : SHIFT
  const report = examineShift(
    { shift: { ...SHIFT, fromMs, toMs }, track: trackOfFixes(fixes), nowMs: toMs },
    SETTINGS,
  )
  expect(report.findings.map(({ kind, text }) => `${kind}: ${text.en}`)).toEqual(expected)
  expect(report.attendance).toBeLessThanOrEqual(1)
})
