import { describe, expect, test } from 'vitest'
import { readKey } from '../../dashboards/web/src/replay/keyboard.ts'
import { presetRange } from '../../dashboards/web/src/replay/range-presets.ts'
import {
  fillBetween,
  profile,
  profilePath,
  stepPath,
  timeTicks,
} from '../../dashboards/web/src/replay/timeline-scale.ts'
import { buildTrack } from '../../dashboards/web/src/replay/track.ts'
import { madeColumns } from './made-columns.ts'

const HOUR = 3_600_000

describe('ticks of the timeline', () => {
  test.each([
    ['an hour', HOUR, 6, 10 * 60_000],
    ['a shift', 8 * HOUR, 8, HOUR],
    ['a day', 24 * HOUR, 8, 3 * HOUR],
    ['a week', 7 * 24 * HOUR, 8, 24 * HOUR],
  ])('%s', (_name, lengthMs, most, stepMs) => {
    const offsetMs = 8 * HOUR
    const fromMs = Date.UTC(2026, 4, 1, 0, 7)
    const ticks = timeTicks({ fromMs, toMs: fromMs + lengthMs }, most, offsetMs)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThanOrEqual(most + 1)
    for (const [index, tick] of ticks.entries()) {
      expect((tick + offsetMs) % stepMs).toBe(0)
      if (index > 0) expect(tick - ticks[index - 1]!).toBe(stepMs)
    }
  })
})

describe('speed profile', () => {
  const track = buildTrack(
    madeColumns({
      timeMs: [0, 100, 900, 950],
      lat: [31, 31, 31, 31],
      lon: [121, 121, 121, 121],
      speedMps: [3, 5, null, 0],
    }),
    [],
  )
  const range = { fromMs: 0, toMs: 1000 }
  test('holds the fastest of each part, and nothing where nothing is known', () => {
    expect([...profile(track.timeMs, track.speedMps, range, 5, 'greatest')]).toEqual([
      5,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      0,
    ])
  })
  test('or the least, where less is worse', () => {
    expect(profile(track.timeMs, track.speedMps, range, 1, 'least')[0]).toBe(0)
  })
  test('between fixes that hang together a value lasts, and never across a gap', () => {
    const kept = profile(track.timeMs, track.speedMps, range, 5, 'greatest')
    expect([...fillBetween(kept.slice(), track, range)]).toEqual([5, 5, 5, 5, 0])
    const cut = buildTrack(track, [{ fromMs: 100, toMs: 900, cause: 'no-fix' }])
    expect([...fillBetween(kept.slice(), cut, range)]).toEqual([5, Number.NaN, Number.NaN, Number.NaN, 0])
  })
  test('as a line in steps it breaks where nothing is known', () => {
    expect(stepPath(Float64Array.of(5, 10, Number.NaN, 20), 10, 10)).toBe('M0 5.0H1V0.0H2M3 0.0H4')
  })
  test('is drawn with holes where nothing is known', () => {
    expect(profilePath(Float64Array.of(5, Number.NaN, 20), 10, 10)).toBe('M0 10V5.0H1V10ZM2 10V0.0H3V10Z')
  })
})

describe('preset ranges, in local time', () => {
  const at = (hour: number, minute = 0) => new Date(2026, 4, 15, hour, minute).getTime()
  test.each([
    ['last-hour', at(10, 30), at(9, 30), at(10, 30)],
    ['last-hour', at(10, 30) + 1, at(9, 31), at(10, 31)],
    ['today', at(10, 30), at(0), at(10, 30)],
    ['yesterday', at(10, 30), at(-24), at(0)],
    ['last-shift', at(10, 30), at(-16), at(-8)],
    ['last-shift', at(16), at(8), at(16)],
    ['last-30-days', at(16), at(0) - 29 * 24 * HOUR, at(24)],
  ] as const)('%s', (preset, nowMs, fromMs, toMs) => {
    expect(presetRange(preset, nowMs)).toEqual({ fromMs, toMs })
  })
})

describe('keys', () => {
  const press = (key: string, more = {}) =>
    readKey({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more }, 10)
  test.each([
    [' ', {}, { do: 'toggle' }],
    ['ArrowLeft', {}, { do: 'seek-by', stepMs: -10_000 }],
    ['ArrowRight', { shiftKey: true }, { do: 'seek-by', stepMs: 60_000 }],
    ['Home', {}, { do: 'seek-to', end: 'start' }],
    ['End', {}, { do: 'seek-to', end: 'end' }],
    ['ArrowUp', {}, { do: 'speed', speed: 30 }],
    ['ArrowDown', {}, { do: 'speed', speed: 5 }],
    ['x', {}, undefined],
    ['ArrowLeft', { altKey: true }, undefined],
    ['Home', { ctrlKey: true }, undefined],
  ])('%j %j', (key, more, meant) => {
    expect(press(key, more)).toEqual(meant)
  })
  test('the fastest and the slowest stay', () => {
    const arrow = (key: string, speed: number) =>
      readKey({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false }, speed)
    expect(arrow('ArrowUp', 300)).toEqual({ do: 'speed', speed: 300 })
    expect(arrow('ArrowUp', 60)).toEqual({ do: 'speed', speed: 120 })
    expect(arrow('ArrowDown', 0.5)).toEqual({ do: 'speed', speed: 0.5 })
  })
})
