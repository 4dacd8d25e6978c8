import { expect, test } from 'vitest'
import type { FaultSettings } from '../../../../gateway/edge/faults/fault-config.ts'
import { detectorOf, MIDNIGHT_MS, play, type Step, span } from '../scenario.ts'

const HOUR_MS = 3_600_000
const SENSORS = [{ metric: 'current_a' }, { metric: 'light_lux' }]
const schedule = { on: '18:30', off: '05:30', zone: 'Asia/Shanghai' }
const light = (toS: number, lux: (s: number) => number) => span(0, toS, lux, { metric: 'light_lux' })

const scenarios: {
  name: string
  fromH: number
  steps: Step[]
  settings?: FaultSettings
  raised?: boolean
  verdicts: string[]
}[] = [
  {
    name: 'burning in the light for ten minutes',
    fromH: 9,
    steps: [...light(900, () => 800), ...span(0, 800, 0.6), ...span(800, 900, 0)],
    verdicts: ['raised@600', 'cleared@800'],
  },
  {
    name: 'burning at night',
    fromH: 22,
    steps: [...light(3600, () => 3), ...span(0, 3600, 0.6)],
    verdicts: [],
  },
  {
    name: 'clouds that make it dark for minutes now and then',
    fromH: 9,
    steps: [...light(3600, (s) => (s % 500 < 120 ? 40 : 800)), ...span(0, 3600, 0.6)],
    verdicts: [],
  },
  {
    name: 'a shadow that passes does not make it night',
    fromH: 9,
    steps: [...light(900, (s) => (s > 300 && s < 310 ? 40 : 800)), ...span(0, 900, 0.6)],
    verdicts: ['raised@600'],
  },
  {
    name: 'a test of five minutes',
    fromH: 9,
    steps: [...light(3600, () => 800), ...span(0, 3600, (s) => (s < 300 ? 0.6 : 0))],
    verdicts: [],
  },
  {
    name: 'by the sun: high',
    fromH: 10,
    settings: { dueBy: 'sun' },
    steps: span(0, 700, 0.6),
    verdicts: ['raised@600'],
  },
  {
    name: 'by the sun: a lamp that goes out late in the morning',
    fromH: 5.1,
    settings: { dueBy: 'sun' },
    steps: span(0, 900, 0.6),
    verdicts: [],
  },
  {
    name: 'by the schedule',
    fromH: 12,
    settings: { schedule },
    steps: span(0, 700, 0.6),
    verdicts: ['raised@600'],
  },
  {
    name: 'by the schedule: within its margin',
    fromH: 5.55,
    settings: { schedule },
    steps: span(0, 650, 0.6),
    verdicts: [],
  },
  {
    name: 'it stands over the night, until the lamp is seen to be off',
    fromH: 20,
    raised: true,
    steps: [...light(900, () => 3), ...span(0, 800, 0.6), ...span(800, 900, 0)],
    verdicts: ['cleared@800'],
  },
]

test.each(scenarios)('$name', ({ fromH, steps, settings, raised = false, verdicts }) => {
  const detector = detectorOf('lamp_on_by_day', settings, { raised, sensors: SENSORS })
  const timeMs = (s: number) => MIDNIGHT_MS + fromH * HOUR_MS + s * 1000
  expect(play(detector, steps, { metric: 'current_a', timeMs }).verdicts).toEqual(verdicts)
})
