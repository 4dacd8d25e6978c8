import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  breaksLastHour,
  followTrend,
  type HealthTrend,
  intervalS,
  roseBy,
} from '../../../gateway/hub/registers/health-trend.ts'
import type { Health } from '../../../proto/domain.ts'
import { T0 } from '../gateway-messages.ts'
import { healthOf, linkOf } from '../made-health.ts'

const HOUR_MS = 3_600_000
const breaking = (uptimeS: number, breaks: number): Health => healthOf({ uptimeS, link: linkOf({ breaks }) })
const dropping = (fix: number): Health => healthOf({ outbox: { records: 0, bytes: 0, dropped: { fix } } })

/** The trend after healths of one boot. */
function follow(healths: Health[], everyMs = 300_000): HealthTrend {
  let trend: HealthTrend | undefined
  healths.forEach((health, i) => {
    trend = followTrend(trend && { trend, sameBoot: true }, health, T0 + i * everyMs)
  })
  return trend!
}

describe('breaks within the last hour', () => {
  test('older ones no longer count', () => {
    const healths = Array.from({ length: 25 }, (_, i) => breaking(10_000 + i * 300, i < 5 ? i * 4 : 16))
    expect(breaksLastHour(follow(healths.slice(0, 5)), healths[4]!)).toBe(16)
    expect(breaksLastHour(follow(healths), healths[24]!)).toBe(0)
  })

  test('a restart counts from nothing', () => {
    const before = follow([breaking(50_000, 400)])
    const after = breaking(60, 3)
    const trend = followTrend({ trend: before, sameBoot: false }, after, T0)
    expect(breaksLastHour(trend, after)).toBe(3)
  })

  test('not known of a gateway that does not tell', () => {
    const { link, ...old } = healthOf({ uptimeS: 60 })
    expect(breaksLastHour(follow([old]), old)).toBeUndefined()
  })

  test('whatever comes, what is kept stays small, and the count is never above the true one', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 1,
      maxLength: 200,
    })
    fc.assert(
      fc.property(steps, (deltas) => {
        let [uptimeS, breaks] = [0, 0]
        const healths = deltas.map(([seconds, more]) => {
          uptimeS += seconds
          breaks += more
          return breaking(uptimeS, breaks)
        })
        const trend = follow(healths)
        expect(trend.breaks.length).toBeLessThanOrEqual(17)
        const atHourStart = healths.findLast((health) => health.uptimeS < uptimeS - 3600)?.link?.breaks ?? 0
        expect(breaksLastHour(trend, healths.at(-1)!)).toBeLessThanOrEqual(breaks - atHourStart)
      }),
    )
  })
})

describe('what rose', () => {
  test('within a day, then no more; what rises meanwhile is added', () => {
    const rising = follow([dropping(0), dropping(64), dropping(64), dropping(70)])
    const lastMs = T0 + 3 * 300_000
    expect(roseBy(rising.dropped, lastMs)).toBe(70)
    expect(roseBy(rising.dropped, lastMs + 24 * HOUR_MS - 1)).toBe(70)
    expect(roseBy(rising.dropped, lastMs + 24 * HOUR_MS)).toBe(0)
    const later = followTrend({ trend: rising, sameBoot: true }, dropping(71), lastMs + 48 * HOUR_MS)
    expect(roseBy(later.dropped, lastMs + 48 * HOUR_MS)).toBe(1)
  })

  test('a fresh data folder begins to count anew', () => {
    const before = follow([dropping(500)])
    const fresh = followTrend({ trend: before, sameBoot: false }, dropping(0), T0 + HOUR_MS)
    expect(roseBy(fresh.dropped, T0 + HOUR_MS)).toBe(0)
    const again = followTrend({ trend: fresh, sameBoot: true }, dropping(7), T0 + 2 * HOUR_MS)
    expect(again.dropped).toEqual({ total: 7, last: { atMs: T0 + 2 * HOUR_MS, by: 7 } })
  })
})

test.each([
  ['one health alone', [100], 300],
  ['healths at changes of a port', [100, 101, 103, 104], 300],
  ['every ten minutes', [100, 700, 1300, 1310], 600],
  ['a long pause is forgotten in time', [0, 9000, 9300, 9600, 9900, 10_200, 10_500], 300],
])('the interval: %s', (_name, uptimes, expected) => {
  expect(intervalS(follow(uptimes.map((uptimeS) => healthOf({ uptimeS }))))).toBe(expected)
})
