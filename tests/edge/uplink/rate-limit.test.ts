import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RateLimit, UplinkConfig } from '../../../gateway/edge/uplink/rate-limit.ts'

describe('rate limit', () => {
  test('a few records at once, then one after the other', () => {
    const rate = new RateLimit({ maxRecordsPerS: 20, maxBytesPerS: 1e6 })
    for (let i = 0; i < 5; i++) {
      expect(rate.waitMs(0)).toBe(0)
      rate.take(100, 0)
    }
    expect(rate.waitMs(0)).toBe(50)
    expect(rate.waitMs(20)).toBe(30)
    expect(rate.waitMs(50)).toBe(0)
    rate.take(100, 50)
    expect(rate.waitMs(50)).toBe(50)
    expect(rate.waitMs(60_000)).toBe(0)
  })

  test('a record larger than a second of bytes goes, and what follows waits until it is paid for', () => {
    const rate = new RateLimit({ maxRecordsPerS: 100, maxBytesPerS: 1000 })
    expect(rate.waitMs(0)).toBe(0)
    rate.take(5000, 0)
    expect(rate.waitMs(4790)).toBeGreaterThan(0)
    expect(rate.waitMs(4810)).toBe(0)
  })

  test('less than one record a second is a record now and then', () => {
    const rate = new RateLimit({ maxRecordsPerS: 0.1, maxBytesPerS: 1e6 })
    for (let i = 0; i < 5; i++) rate.take(100, 0)
    expect(rate.waitMs(0)).toBe(10_000)
    expect(rate.waitMs(10_000)).toBe(0)
  })

  test('what goes although it should wait is owed for a second at most', () => {
    const rate = new RateLimit({ maxRecordsPerS: 5, maxBytesPerS: 1e6 })
    for (let i = 0; i < 1000; i++) rate.take(10, 0)
    expect(rate.waitMs(0)).toBe(1200)
  })

  test('a clock that does not run, or runs back, gives nothing', () => {
    const rate = new RateLimit({ maxRecordsPerS: 1, maxBytesPerS: 1e6 })
    for (let i = 0; i < 5; i++) rate.take(1, 10_000)
    expect(rate.waitMs(5_000)).toBe(1000)
    expect(rate.waitMs(5_000)).toBe(1000)
  })

  test('never more than the rate and a burst, in any stretch of time', () => {
    const records = fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 3000 }), afterMs: fc.nat(700) }), {
      maxLength: 300,
    })
    const limits = { maxRecordsPerS: 7, maxBytesPerS: 4000 }
    fc.assert(
      fc.property(records, (asked) => {
        const rate = new RateLimit(limits)
        let nowMs = 0
        const sent: { atMs: number; bytes: number }[] = []
        for (const { bytes, afterMs } of asked) {
          nowMs += afterMs
          if (rate.waitMs(nowMs) > 0) continue
          rate.take(bytes, nowMs)
          sent.push({ atMs: nowMs, bytes })
        }
        sent.forEach((first, i) => {
          let bytes = 0
          for (const [count, { atMs, bytes: more }] of sent.slice(i).entries()) {
            const spanS = (atMs - first.atMs) / 1000
            expect(count + 1).toBeLessThanOrEqual(limits.maxRecordsPerS * spanS + 5 + 1e-6)
            // The last one may be larger than what was left.
            expect(bytes).toBeLessThanOrEqual(limits.maxBytesPerS * (spanS + 0.2) + 1e-6)
            bytes += more
          }
        })
      }),
    )
  })

  test('the defaults', () => {
    expect(UplinkConfig.parse({})).toEqual({ maxRecordsPerS: 5, maxBytesPerS: 65_536, deadAfterS: 60 })
  })
})
