import { expect, test } from 'vitest'
import { detectorOf, KeptMemory, play, type Step, span } from '../scenario.ts'

const SENSORS = [
  { metric: 'tilt_deg', port: 'board' },
  { metric: 'battery_pct', port: 'board' },
]
const tilt = (fromS: number, toS: number, everyS = 10) => span(fromS, toS, 1, { everyS })
const battery = (fromS: number, toS: number, everyS = 10) =>
  span(fromS, toS, 80, { metric: 'battery_pct', everyS })

const scenarios: { name: string; steps: Step[]; raised?: boolean; untilS: number; verdicts: string[] }[] = [
  { name: 'both speak', steps: [...tilt(0, 600), ...battery(0, 600)], untilS: 600, verdicts: [] },
  {
    name: 'one falls silent and comes back',
    steps: [...tilt(0, 600), ...battery(0, 100), ...battery(400, 600)],
    untilS: 600,
    verdicts: ['raised@150', 'cleared@400'],
  },
  { name: 'one never spoke', steps: tilt(0, 600), untilS: 600, verdicts: ['raised@60'] },
  {
    name: 'both fall silent: one case, ended by the last',
    steps: [...tilt(0, 100), ...battery(0, 100), ...tilt(300, 600), ...battery(400, 600)],
    untilS: 600,
    verdicts: ['raised@150', 'cleared@400'],
  },
  {
    name: 'late, but within its time',
    steps: [...tilt(0, 600, 59), ...battery(0, 600, 59)],
    untilS: 580,
    verdicts: [],
  },
  {
    name: 'it stood before a restart: both must be heard',
    raised: true,
    steps: [...tilt(0, 600), ...battery(300, 600)],
    untilS: 600,
    verdicts: ['cleared@300'],
  },
]

test.each(scenarios)('$name', ({ steps, raised = false, untilS, verdicts }) => {
  const detector = detectorOf('sensor_silent', { raise: 60 }, { raised, sensors: SENSORS })
  expect(play(detector, steps, { untilS }).verdicts).toEqual(verdicts)
})

test('the readings of another component are not its own', () => {
  const detector = detectorOf('sensor_silent', { raise: 60 })
  expect(play(detector, span(0, 100, 1, { source: '3101010101000002' })).verdicts).toEqual(['raised@60'])
})

test.each([['board'], ['3101010101000001']])(
  'while the silence of %s is a case of its own, its time does not count',
  (source) => {
    const explained = (asked: string, atMs: number) => asked === source && atMs >= 30_000 && atMs < 500_000
    const detector = detectorOf('sensor_silent', { raise: 60 }, { sensors: SENSORS, explained })
    expect(play(detector, [], { untilS: 600 }).verdicts).toEqual(['raised@559'])
  },
)

test('a clock set anew changes nothing', () => {
  const steps = [...tilt(0, 600), ...battery(0, 600)]
  const detector = detectorOf('sensor_silent', { raise: 60 }, { sensors: SENSORS })
  const timeMs = (s: number) => (s > 300 ? 4e12 : 0) + s * 1000
  expect(play(detector, steps, { untilS: 600, timeMs }).verdicts).toEqual([])
})

test('the silence before a restart counts, a silence that has ended does not', () => {
  const memory = new KeptMemory()
  const hourly = { raise: 7200 }
  const sensors = [{ metric: 'tilt_deg' }]
  play(detectorOf('sensor_silent', hourly, { memory, sensors }), tilt(0, 10), { untilS: 6000 })
  expect(
    play(detectorOf('sensor_silent', hourly, { memory, sensors }), [], { untilS: 3000 }).verdicts,
  ).toEqual([expect.stringMatching(/^raised@(1[0-9]|2[01])\d\d$/)])
  play(detectorOf('sensor_silent', hourly, { memory, sensors }), tilt(0, 10), { untilS: 20 })
  expect(
    play(detectorOf('sensor_silent', hourly, { memory, sensors }), [], { untilS: 7000 }).verdicts,
  ).toEqual([])
})

test('a sensor that speaks wears no flash', () => {
  const memory = new KeptMemory()
  play(
    detectorOf('sensor_silent', { raise: 600 }, { memory, sensors: [{ metric: 'tilt_deg' }] }),
    tilt(0, 20_000),
    { untilS: 20_000 },
  )
  expect(memory.saves).toBe(0)
})

test('evidence names the sensor', () => {
  const detector = detectorOf('sensor_silent', { raise: 60 }, { sensors: SENSORS })
  const { judgements } = play(detector, tilt(0, 100), { untilS: 100 })
  expect(judgements.find(({ verdict }) => verdict)).toMatchObject({ subject: 'battery_pct', value: 60 })
})
