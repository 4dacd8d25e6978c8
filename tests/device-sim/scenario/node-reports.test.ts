import { expect, test } from 'vitest'
import { NodeReports } from '../../../device-sim/devices/node-reports.ts'
import type { Metric } from '../../../device-sim/scenario/device-options.ts'

const HOUR_MS = 3_600_000

/** Wakes a node each second and lists the seconds at which it sends, in alarm or not. */
function sent(
  measuredAt: (second: number) => Partial<Record<Metric, number>>,
  seconds: number,
  heartbeatMs = HOUR_MS,
) {
  const reports = new NodeReports(heartbeatMs)
  const found: string[] = []
  for (let second = 0; second <= seconds; second++) {
    const measured = new Map(Object.entries(measuredAt(second)) as [Metric, number][])
    const report = reports.wake(measured, second * 1000)
    if (report) found.push(report.alarm ? `${second} alarm` : `${second}`)
  }
  return found
}

test('a node where nothing happens says how it is when it is installed, and each hour', () => {
  expect(sent(() => ({ tilt_deg: 4, battery_pct: 80 }), 7300)).toEqual(['0', '3', '12', '3612', '7212'])
})

test('it says at once that a cover tilts and that it is back, each twice more, and each minute in between', () => {
  const tilting = (second: number) => ({ tilt_deg: second >= 100 && second < 250 ? 30 : 2 })
  expect(sent(tilting, 400)).toEqual([
    ...['0', '3', '12'],
    ...['100 alarm', '103 alarm', '112 alarm', '172 alarm', '232 alarm'],
    ...['250 alarm', '253', '262'],
  ])
})

test('the angle at installation is no alarm', () => {
  expect(sent(() => ({ tilt_deg: 40 }), 60).every((report) => !report.endsWith('alarm'))).toBe(true)
})

test.each([
  [
    'water that rises',
    (second: number) => ({ water_depth_m: 0.2 + Math.max(0, second - 100) * 0.001 }),
    ['140', '143', '152', '192', '195'],
  ],
  ['light at dusk', (second: number) => ({ light_lux: second < 150 ? 200 : 20 }), ['150', '153', '162']],
  [
    'small changes',
    (second: number) => ({
      tilt_deg: 2 + (second % 2),
      temperature_c: 20 + (second % 2),
      leakage_ma: 3 + (second % 5),
    }),
    [],
  ],
])('%s', (_, measuredAt, expected) => {
  expect(sent(measuredAt, 195).filter((report) => Number.parseInt(report, 10) > 12)).toEqual(expected)
})

test('a node that has started anew says how it is, and its alarm is the same', () => {
  const reports = new NodeReports(HOUR_MS)
  const wake = (tilt: number, second: number) => reports.wake(new Map([['tilt_deg', tilt]]), second * 1000)
  expect([0, 3, 12, 13].map((second) => wake(1, second)?.alarm)).toEqual([false, false, false, undefined])
  expect(wake(25, 20)).toEqual({ alarm: true })
  reports.forget()
  expect(wake(25, 21)).toEqual({ alarm: true })
})
