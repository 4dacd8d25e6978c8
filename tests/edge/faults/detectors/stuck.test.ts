import { expect, test } from 'vitest'
import { detectorOf, play, type Step, span } from '../scenario.ts'

const SETTINGS = { metrics: ['temperature_c', 'water_depth_m'], raise: 3600 }
const temperature = (fromS: number, toS: number, value: number | ((s: number) => number), everyS = 60) =>
  span(fromS, toS, value, { metric: 'temperature_c', everyS })
const depth = (fromS: number, toS: number, value: number | ((s: number) => number)) =>
  span(fromS, toS, value, { metric: 'water_depth_m', everyS: 60 })

const scenarios: {
  name: string
  steps: Step[]
  settings?: object
  raised?: boolean
  untilS?: number
  verdicts: string[]
}[] = [
  {
    name: 'the same value for an hour, then another',
    steps: [
      ...temperature(0, 600, (s) => 20 + s / 600),
      ...temperature(600, 6000, 25),
      { s: 6000, value: 25.1, metric: 'temperature_c' },
    ],
    verdicts: ['raised@4200', 'cleared@6000'],
  },
  {
    name: 'a value that moves now and then',
    steps: temperature(0, 20_000, (s) => 20 + Math.floor(s / 3000) / 10),
    verdicts: [],
  },
  { name: 'a silent sensor is not stuck', steps: temperature(0, 60, 20), untilS: 20_000, verdicts: [] },
  { name: 'three readings in two hours prove nothing', steps: temperature(0, 9000, 20, 3600), verdicts: [] },
  {
    name: 'jitter within the tolerance counts for none',
    settings: { tolerance: 0.2 },
    steps: temperature(0, 5000, (s) => 20 + (s % 120) / 1000),
    verdicts: ['raised@3600'],
  },
  {
    name: 'a sensor that the configuration does not name',
    steps: span(0, 20_000, 3, { metric: 'tilt_deg', everyS: 60 }),
    verdicts: [],
  },
  {
    name: 'the last of two sensors ends it',
    steps: [
      ...temperature(0, 6000, 20),
      ...depth(0, 9000, 1),
      ...temperature(6000, 9000, (s) => s),
      ...depth(9000, 9600, (s) => s),
    ],
    verdicts: ['raised@3600', 'cleared@9000'],
  },
  {
    name: 'it stood before a restart: both must move',
    raised: true,
    steps: [...temperature(0, 600, (s) => s), ...depth(600, 1200, (s) => s)],
    verdicts: ['cleared@660'],
  },
]

test.each(scenarios)('$name', ({ steps, settings, raised = false, untilS, verdicts }) => {
  const detector = detectorOf('sensor_stuck', { ...SETTINGS, ...settings }, { raised })
  expect(play(detector, steps, untilS === undefined ? {} : { untilS }).verdicts).toEqual(verdicts)
})
