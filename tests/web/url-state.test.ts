import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ALL,
  LANGUAGES,
  MOST_DEVICES,
  readState,
  type ScreenState,
  SPEEDS,
  VIEWS,
  writeState,
} from '../../dashboards/web/src/url-state.ts'

describe('the address holds the screen', () => {
  test('every state comes back as it went', () => {
    const timeMs = fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 })
    const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)
    const states = fc.record(
      {
        view: fc.constantFrom(...VIEWS),
        speed: fc.constantFrom(...SPEEDS),
        device: name,
        range: fc.tuple(timeMs, fc.integer({ min: 1, max: 1e9 })),
        atMs: timeMs,
        grid: fc.stringMatching(/^\d{6,24}$/),
        caseId: fc.stringMatching(/^[0-9a-z]{9}-[0-9a-z]{10}$/),
        language: fc.constantFrom(...LANGUAGES),
        compare: fc
          .record({ device: name, fromMs: timeMs, toMs: timeMs })
          .filter(({ fromMs, toMs }) => fromMs < toMs),
        still: fc.constant(true as const),
        heat: fc.constant(true as const),
      },
      { requiredKeys: ['view', 'speed'] },
    )
    fc.assert(
      fc.property(
        states,
        fc.boolean(),
        fc.uniqueArray(name, { maxLength: 5 }),
        ({ range, ...rest }, status, more) => {
          const state: ScreenState = { ...rest }
          const { device } = rest
          const others = more.filter((other) => other !== device)
          if (device !== undefined && others.length > 0)
            state.devices = [...others.slice(0, 2), device, ...others.slice(2)]
          if (others.length > 3) state.devices = ALL
          if (status && state.device !== undefined) state.status = true
          if (range) Object.assign(state, { fromMs: range[0], toMs: range[0] + range[1] })
          expect(readState(writeState(state))).toEqual(state)
        },
      ),
    )
  })

  test('is readable', () => {
    const fromMs = Date.UTC(2026, 4, 1, 8)
    const state: ScreenState = { view: 'replay', speed: 30, device: 'ebike-01', fromMs, toMs: fromMs + 3.6e6 }
    expect(writeState(state)).toBe(
      '?view=replay&device=ebike-01&from=2026-05-01T08:00:00Z&to=2026-05-01T09:00:00Z&speed=30',
    )
  })

  test('several devices, the one in focus among them, a comparison and the rest are readable too', () => {
    const fromMs = Date.UTC(2026, 4, 1, 8)
    const state: ScreenState = {
      view: 'replay',
      speed: 0.5,
      device: 'b',
      devices: ['a', 'b'],
      still: true,
      heat: true,
      compare: { device: 'c', fromMs, toMs: fromMs + 1000 },
    }
    expect(writeState(state)).toBe(
      '?view=replay&device=a,b&focus=b&speed=0.5&follow=off&compare=c,2026-05-01T08:00:00Z,2026-05-01T08:00:01Z&heat=on',
    )
  })

  test('another device chosen ends the replay of several together; one of them only takes the focus', () => {
    const together: ScreenState = { view: 'replay', speed: 10, device: 'a', devices: ['a', 'b'] }
    expect(readState(writeState({ ...together, device: 'b' }))).toEqual({ ...together, device: 'b' })
    expect(readState(writeState({ ...together, device: 'c' }))).toEqual({
      view: 'replay',
      speed: 10,
      device: 'c',
    })
  })

  test('all that rode, however many they are; the one in focus may be any of them, or not be said', () => {
    const all: ScreenState = { view: 'replay', speed: 10, devices: ALL }
    expect(writeState(all)).toBe('?view=replay&device=*')
    expect(writeState({ ...all, device: 'b' })).toBe('?view=replay&device=*&focus=b')
    expect(readState('?view=replay&device=*&focus=b')).toEqual({ ...all, device: 'b' })
    expect(readState('?view=replay&device=*&focus=<script>')).toEqual(all)
  })

  test('of more devices than can be shown the first are taken, each once, and none that is no name', () => {
    const many = Array.from({ length: 300 }, (_, place) => `e-${place}`)
    expect(readState(`?device=${many.join(',')}`).devices).toEqual(many.slice(0, MOST_DEVICES))
    expect(readState('?device=a,,a,<b>,c').devices).toEqual(['a', 'c'])
    expect(readState('?device=a,c&focus=z').device).toBe('a')
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
    ['a comparison that ends before it begins', '?compare=a,2026-05-02T00:00:00Z,2026-05-01T00:00:00Z'],
    ['a comparison with nothing', '?compare=a'],
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
