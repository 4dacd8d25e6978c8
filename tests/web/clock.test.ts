import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  advance,
  clockAt,
  pause,
  play,
  playheadMs,
  seek,
  setSpeed,
} from '../../dashboards/web/src/replay/clock.ts'

const RANGE = { fromMs: 1_000_000, toMs: 1_600_000 }

describe('replay clock', () => {
  test('stands still until it plays', () => {
    const clock = clockAt(RANGE, 1_100_000, 10, 0)
    expect(playheadMs(clock, 99_999)).toBe(1_100_000)
    expect(playheadMs(play(clock, 50), 1_050)).toBe(1_110_000)
  })

  test('late and missing frames do not slow it down', () => {
    let clock = play(clockAt(RANGE, RANGE.fromMs, 10, 0), 0)
    for (const nowMs of [16, 33, 3_000, 3_016, 12_345]) clock = advance(clock, nowMs)
    expect(playheadMs(clock, 12_345)).toBeCloseTo(RANGE.fromMs + 123_450, 6)
  })

  test('a change of speed or a pause moves nothing', () => {
    const playing = play(clockAt(RANGE, RANGE.fromMs, 10, 0), 0)
    const faster = setSpeed(playing, 60, 2_000)
    expect(playheadMs(faster, 2_000)).toBe(playheadMs(playing, 2_000))
    expect(playheadMs(faster, 3_000)).toBe(RANGE.fromMs + 20_000 + 60_000)
    const paused = pause(faster, 3_000)
    expect(playheadMs(paused, 1e9)).toBe(RANGE.fromMs + 80_000)
  })

  test('seeking keeps it playing, and stays inside the range', () => {
    const playing = play(clockAt(RANGE, RANGE.fromMs, 2, 0), 0)
    expect(playheadMs(seek(playing, 1_300_000, 500), 1_500)).toBe(1_302_000)
    expect(playheadMs(seek(playing, 0, 500), 500)).toBe(RANGE.fromMs)
    expect(playheadMs(seek(playing, 9e9, 500), 500)).toBe(RANGE.toMs)
  })

  test('stops at the end; playing again begins at the start', () => {
    const playing = play(clockAt(RANGE, RANGE.toMs - 1_000, 1, 0), 0)
    const ended = advance(playing, 2_000)
    expect(ended.playing).toBe(false)
    expect(playheadMs(ended, 5_000)).toBe(RANGE.toMs)
    expect(playheadMs(play(ended, 6_000), 6_000)).toBe(RANGE.fromMs)
  })

  test('leaps over gaps when asked to, also from one straight into the next', () => {
    const gaps = [
      { fromMs: 1_010_000, toMs: 1_200_000 },
      { fromMs: 1_190_000, toMs: 1_300_000 },
    ]
    const playing = play(clockAt(RANGE, 1_009_000, 1, 0), 0)
    expect(playheadMs(advance(playing, 2_000, gaps), 2_000)).toBe(1_300_000)
    expect(playheadMs(advance(playing, 2_000), 2_000)).toBe(1_011_000)
  })

  test('whatever is done to it, the playhead stays inside the range', () => {
    const deed = fc.oneof(
      fc.constant({ do: 'play' as const }),
      fc.constant({ do: 'pause' as const }),
      fc.record({ do: fc.constant('seek' as const), toMs: fc.integer({ min: 0, max: 3_000_000 }) }),
      fc.record({ do: fc.constant('speed' as const), speed: fc.constantFrom(1, 2, 5, 10, 30, 60) }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(deed, fc.integer({ min: 0, max: 60_000 }))), (deeds) => {
        let clock = clockAt(RANGE, RANGE.fromMs, 1, 0)
        let nowMs = 0
        for (const [what, waitMs] of deeds) {
          nowMs += waitMs
          clock = advance(clock, nowMs, [{ fromMs: 1_100_000, toMs: 1_150_000 }])
          if (what.do === 'play') clock = play(clock, nowMs)
          if (what.do === 'pause') clock = pause(clock, nowMs)
          if (what.do === 'seek') clock = seek(clock, what.toMs, nowMs)
          if (what.do === 'speed') clock = setSpeed(clock, what.speed, nowMs)
          const atMs = playheadMs(clock, nowMs)
          expect(atMs).toBeGreaterThanOrEqual(RANGE.fromMs)
          expect(atMs).toBeLessThanOrEqual(RANGE.toMs)
        }
      }),
    )
  })
})
