import { describe, expect, test } from 'vitest'
import type { FaultSettings } from '../../../../gateway/edge/faults/fault-config.ts'
import { detectorOf, MIDNIGHT_MS, play, type Step, span } from '../scenario.ts'

const WITH_LIGHT = [{ metric: 'current_a' }, { metric: 'light_lux' }]
const HOUR_MS = 3_600_000

function verdicts(steps: Step[], { raised = false, settings = {} as FaultSettings } = {}): string[] {
  const detector = detectorOf('lamp_out', settings, { raised, sensors: WITH_LIGHT })
  return play(detector, steps, { metric: 'current_a' }).verdicts
}
const light = (fromS: number, toS: number, lux: number | ((s: number) => number)) =>
  span(fromS, toS, lux, { metric: 'light_lux' })

describe('by a light sensor', () => {
  const scenarios: { name: string; steps: Step[]; raised?: boolean; verdicts: string[] }[] = [
    {
      name: 'no current in the dark for the hold time',
      steps: [...light(0, 30, 3), ...span(0, 3, 0.6), ...span(3, 30, 0)],
      verdicts: ['raised@13'],
    },
    { name: 'no current by day', steps: [...light(0, 600, 400), ...span(0, 600, 0)], verdicts: [] },
    {
      name: 'a cloud, shorter than the hold',
      steps: [...light(0, 60, (s) => (s >= 5 && s < 14 ? 10 : 400)), ...span(0, 60, 0)],
      verdicts: [],
    },
    {
      name: 'clouds at dusk, one after the other',
      steps: [...light(0, 600, (s) => (s % 24 < 15 ? 45 : 12)), ...span(0, 600, 0)],
      verdicts: [],
    },
    {
      name: 'cars that turn at a crossroads every few seconds do not make it day',
      steps: [
        ...light(0, 600, (s) => (s % 8 < 2 ? 900 : 3)),
        ...span(0, 300, 0.6),
        ...span(300, 400, 0),
        ...span(400, 600, 0.6),
      ],
      verdicts: ['raised@310', 'cleared@400'],
    },
    {
      name: 'light that flutters around the limit',
      steps: [...light(0, 600, (s) => (s % 2 === 0 ? 19 : 21)), ...span(0, 600, 0)],
      verdicts: [],
    },
    {
      name: 'a power dip of eight seconds',
      steps: [...light(0, 60, 3), ...span(0, 60, (s) => (s >= 20 && s < 28 ? 0 : 0.6))],
      verdicts: [],
    },
    {
      name: 'out before dawn: it stays out until it burns',
      steps: [
        ...light(0, 12, 3),
        ...light(12, 42, 400),
        ...light(42, 50, 3),
        ...span(0, 42, 0),
        ...span(42, 50, 0.6),
      ],
      verdicts: ['raised@10', 'cleared@42'],
    },
    {
      name: 'half a current is neither out nor well',
      steps: [...light(0, 60, 3), ...span(0, 20, 0), ...span(20, 60, 0.15)],
      verdicts: ['raised@10'],
    },
    {
      name: 'out before a restart by day',
      raised: true,
      steps: [...light(0, 60, 400), ...span(0, 60, 0)],
      verdicts: [],
    },
    {
      name: 'a light sensor that fell silent an hour ago says nothing about now',
      steps: [...light(0, 1, 3), ...span(3600, 3700, 0)],
      verdicts: [],
    },
    {
      name: 'noise on the current of a lamp that burns',
      steps: [...light(0, 600, 3), ...span(0, 600, (s) => 0.3 + 0.25 * Math.sin(s * 9))],
      verdicts: [],
    },
  ]
  test.each(scenarios)('$name', ({ steps, raised = false, verdicts: expected }) =>
    expect(verdicts(steps, { raised })).toEqual(expected),
  )
})

describe('the mains', () => {
  const mains = (fromS: number, toS: number, v: number) => span(fromS, toS, v, { metric: 'mains_v' })
  test('without them a dark lamp is no fault of the lamp, and after them it is judged anew', () => {
    const steps = [...light(0, 200, 3), ...mains(0, 20, 220), ...mains(20, 100, 0), ...mains(100, 200, 220)]
    expect(verdicts([...steps, ...span(0, 20, 0.6), ...span(20, 100, 0), ...span(100, 200, 0.6)])).toEqual([])
    expect(verdicts([...steps, ...span(0, 20, 0.6), ...span(20, 200, 0)])).toEqual(['raised@110'])
  })
})

describe('by the sun, in Shanghai on 1 May', () => {
  /** Lamp dark from `fromH` to `toH` o'clock. */
  function bySun(
    fromH: number,
    toH: number,
    settings: FaultSettings = {},
    place: { lat: number; lon: number } | undefined = { lat: 31.23, lon: 121.47 },
  ) {
    const detector = detectorOf('lamp_out', { dueBy: 'sun', ...settings }, { position: () => place })
    return play(detector, span(0, (toH - fromH) * 3600, 0, { everyS: 10 }), {
      metric: 'current_a',
      timeMs: (s) => MIDNIGHT_MS + fromH * HOUR_MS + s * 1000,
    })
  }
  // The sun sets at 18:33 and rises at 05:10; civil dusk is at 18:59, civil dawn at 04:44.
  test.each([
    ['at noon', 11, 13, []],
    ['after sunset, before civil dusk', 18.6, 18.95, []],
    ['at night', 21, 22, ['raised@10']],
    ['from afternoon into the night', 17, 20, ['raised@']],
  ])('%s', (_, fromH, toH, expected) => {
    const { verdicts } = bySun(fromH, toH)
    expect(verdicts.length).toBe(expected.length)
    if (expected[0]) expect(verdicts[0]).toContain(expected[0])
  })

  test('into the night it is raised at civil dusk, and evidence shows the sun', () => {
    const { verdicts, judgements } = bySun(17, 20)
    const atH = 17 + Number(verdicts[0]!.split('@')[1]) / 3600
    expect(atH).toBeGreaterThan(18.97)
    expect(atH).toBeLessThan(19)
    expect(judgements.find(({ verdict }) => verdict)!.context).toEqual({ sun_deg: expect.closeTo(-6, 0) })
  })

  test('there and then: the same moment is noon elsewhere', () => {
    expect(bySun(0, 1, {}, { lat: 40, lon: -60 }).verdicts).toEqual([])
    expect(bySun(0, 1).verdicts).toEqual(['raised@10'])
  })

  test('without a place nothing is judged', () => {
    const detector = detectorOf('lamp_out', { dueBy: 'sun' }, { position: () => undefined })
    expect(play(detector, span(0, 600, 0), { metric: 'current_a' }).verdicts).toEqual([])
  })

  test.each([
    ['jumps an hour ahead and back again, over and over', (s: number) => (s % 10 < 5 ? 0 : HOUR_MS)],
    [
      'jumps from noon to midnight for eight seconds',
      (s: number) => (s >= 100 && s < 108 ? 12 * HOUR_MS : 0),
    ],
    ['was never set: 1970', () => -MIDNIGHT_MS],
  ])('a clock that %s', (_, stepMs) => {
    const detector = detectorOf('lamp_out', { dueBy: 'sun' })
    const timeMs = (s: number) => MIDNIGHT_MS + 12 * HOUR_MS + s * 1000 + stepMs(s)
    expect(play(detector, span(0, 300, 0), { metric: 'current_a', timeMs }).verdicts).toEqual([])
  })
})

describe('by light and sun together', () => {
  test('dirt on the sensor, or a thunderstorm by day, deceives it no more', () => {
    const steps = [...light(0, 3600, 2), ...span(0, 3600, 0)]
    const at = (hour: number, dueBy: 'light' | 'light-and-sun') =>
      play(detectorOf('lamp_out', { dueBy }, { sensors: WITH_LIGHT }), steps, {
        metric: 'current_a',
        timeMs: (s) => MIDNIGHT_MS + hour * HOUR_MS + s * 1000,
      }).verdicts
    expect(at(15, 'light')).toEqual(['raised@10'])
    expect(at(15, 'light-and-sun')).toEqual([])
    expect(at(22, 'light-and-sun')).toEqual(['raised@10'])
  })
})

describe('by a schedule', () => {
  const schedule = { on: '18:30', off: '05:30', zone: 'Asia/Shanghai' }
  test.each([
    ['at noon', 12, []],
    ['just after it is switched on: a margin', 18.55, []],
    ['in the evening', 20, ['raised@10']],
    ['after midnight', 3, ['raised@10']],
    ['just before it is switched off: a margin', 5.3, []],
    ['in the morning', 6, []],
  ])('%s', (_, hour, expected) => {
    const detector = detectorOf('lamp_out', { schedule }, { sensors: WITH_LIGHT })
    const timeMs = (s: number) => MIDNIGHT_MS + hour * HOUR_MS + s * 1000
    expect(play(detector, span(0, 60, 0), { metric: 'current_a', timeMs }).verdicts).toEqual(expected)
  })

  test('of another time zone', () => {
    const detector = detectorOf('lamp_out', { schedule: { ...schedule, zone: 'UTC' } })
    // 22:00 UTC is 06:00 in Shanghai.
    const timeMs = (s: number) => MIDNIGHT_MS + 6 * HOUR_MS + s * 1000
    expect(play(detector, span(0, 60, 0), { metric: 'current_a', timeMs }).verdicts).toEqual(['raised@10'])
  })
})
