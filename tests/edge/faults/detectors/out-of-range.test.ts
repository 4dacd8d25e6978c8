import { expect, test } from 'vitest'
import { detectorOf, play, type Step, span } from '../scenario.ts'

const SENSORS = [
  { metric: 'temperature_c', range: [-60, 300] as const },
  { metric: 'tilt_deg', range: [-180, 180] as const },
  { metric: 'odd_thing' },
]
const of = (metric: string, fromS: number, toS: number, value: number | ((s: number) => number)) =>
  span(fromS, toS, value, { metric })

const scenarios: { name: string; steps: Step[]; settings?: object; raised?: boolean; verdicts: string[] }[] =
  [
    {
      name: 'a broken wire',
      steps: [
        ...of('temperature_c', 0, 10, 20),
        ...of('temperature_c', 10, 40, -273),
        ...of('temperature_c', 40, 50, 20),
      ],
      verdicts: ['raised@20', 'cleared@40'],
    },
    { name: 'a spike', steps: of('temperature_c', 0, 100, (s) => (s % 20 === 0 ? 1000 : 20)), verdicts: [] },
    { name: 'at the edge of the range', steps: of('temperature_c', 0, 100, 300), verdicts: [] },
    {
      name: 'the last of two sensors ends it',
      steps: [
        ...of('temperature_c', 0, 50, 999),
        ...of('tilt_deg', 0, 80, 400),
        ...of('temperature_c', 50, 90, 20),
        ...of('tilt_deg', 80, 90, 0),
      ],
      verdicts: ['raised@10', 'cleared@80'],
    },
    { name: 'a metric that nobody knows has no range', steps: of('odd_thing', 0, 100, 1e9), verdicts: [] },
    {
      name: 'unless the configuration gives one',
      settings: { ranges: { odd_thing: [0, 10] } },
      steps: of('odd_thing', 0, 30, 11),
      verdicts: ['raised@10'],
    },
    {
      name: 'only the sensors that are named',
      settings: { metrics: ['tilt_deg'] },
      steps: of('temperature_c', 0, 100, 999),
      verdicts: [],
    },
    {
      name: 'it stood before a restart: each must be seen well',
      raised: true,
      steps: [...of('temperature_c', 0, 10, 20), ...of('tilt_deg', 10, 20, 0)],
      verdicts: ['cleared@10'],
    },
  ]

test.each(scenarios)('$name', ({ steps, settings, raised = false, verdicts }) => {
  const detector = detectorOf('sensor_out_of_range', settings, { raised, sensors: SENSORS })
  expect(play(detector, steps).verdicts).toEqual(verdicts)
})

test('evidence shows the raw value, its metric and the limit that it broke', () => {
  const detector = detectorOf('sensor_out_of_range', {}, { sensors: SENSORS })
  const { judgements } = play(detector, of('temperature_c', 0, 20, -273))
  expect(judgements.find(({ verdict }) => verdict)).toMatchObject({
    value: -273,
    metric: 'temperature_c',
    thresholds: { raise: -60, clear: -60, holdMs: 10_000 },
    context: { lowest: -60, highest: 300 },
  })
})
