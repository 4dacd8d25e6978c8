import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  LANGUAGES,
  readState,
  type ScreenState,
  SPEEDS,
  VIEWS,
  writeState,
} from '../../dashboards/web/src/url-state.ts'

describe('the address holds the screen', () => {
  test('every state comes back as it went', () => {
    const timeMs = fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 })
    const states = fc.record(
      {
        view: fc.constantFrom(...VIEWS),
        speed: fc.constantFrom(...SPEEDS),
        device: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
        range: fc.tuple(timeMs, fc.integer({ min: 1, max: 1e9 })),
        atMs: timeMs,
        grid: fc.stringMatching(/^\d{6,24}$/),
        caseId: fc.stringMatching(/^[0-9a-z]{9}-[0-9a-z]{10}$/),
        language: fc.constantFrom(...LANGUAGES),
      },
      { requiredKeys: ['view', 'speed'] },
    )
    fc.assert(
      fc.property(states, fc.boolean(), ({ range, ...rest }, status) => {
        const state: ScreenState = { ...rest }
        if (status && state.device !== undefined) state.status = true
        if (range) Object.assign(state, { fromMs: range[0], toMs: range[0] + range[1] })
        expect(readState(writeState(state))).toEqual(state)
      }),
    )
  })

  test('is readable', () => {
    const fromMs = Date.UTC(2026, 4, 1, 8)
    const state: ScreenState = { view: 'replay', speed: 30, device: 'ebike-01', fromMs, toMs: fromMs + 3.6e6 }
    expect(writeState(state)).toBe(
      '?view=replay&device=ebike-01&from=2026-05-01T08:00:00Z&to=2026-05-01T09:00:00Z&speed=30',
    )
  })

  test.each([
    ['nothing', ''],
    ['an unknown view', '?view=admin'],
    ['a device that is none', '?device=<script>'],
    ['a device that leads out of its path', '?device=..%2F..%2Fetc'],
    ['a range that ends before it begins', '?from=2026-05-02T00:00:00Z&to=2026-05-01T00:00:00Z'],
    ['half a range', '?from=2026-05-02T00:00:00Z'],
    ['times that are none', '?from=yesterday&to=today&at=now'],
    ['a speed that is not offered', '?speed=7'],
    ['a case id that is none', '?case=1'],
    ['an unknown language', '?lang=fr'],
  ])('%s is left out', (_name, search) => {
    expect(readState(search)).toEqual({ view: 'live', speed: 10 })
  })

  test('Unix milliseconds and offsets are understood', () => {
    const { fromMs, toMs, atMs } = readState(
      '?from=1777600800000&to=2026-05-01T18:00:00%2B08:00&at=2026-05-01T09:30:00.250Z',
    )
    expect([fromMs, toMs, atMs]).toEqual([
      1777600800000,
      Date.UTC(2026, 4, 1, 10),
      Date.UTC(2026, 4, 1, 9, 30, 0, 250),
    ])
  })
})
