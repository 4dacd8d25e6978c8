import { expect, test } from 'vitest'
import { detectorOf, play, type Step, span } from '../scenario.ts'

const PORTS = [
  { name: 'gps', gps: true },
  { name: 'spare', gps: true },
  { name: 'board', gps: false },
]
const fixes = (fromS: number, toS: number, source = 'gps') =>
  span(fromS, toS, 1, { metric: 'gps_fix', source })

const scenarios: {
  name: string
  steps: Step[]
  settings?: object
  raised?: boolean
  untilS: number
  verdicts: string[]
}[] = [
  {
    name: 'no fix for five minutes',
    steps: [...fixes(0, 100), ...fixes(600, 700)],
    untilS: 700,
    verdicts: ['raised@399', 'cleared@600'],
  },
  {
    name: 'a tunnel of four minutes',
    steps: [...fixes(0, 100), ...fixes(340, 700)],
    untilS: 700,
    verdicts: [],
  },
  { name: 'never a fix since the start', steps: [], untilS: 400, verdicts: ['raised@300'] },
  {
    name: 'the other receiver has one',
    steps: [...fixes(0, 100), ...fixes(100, 700, 'spare')],
    untilS: 700,
    verdicts: [],
  },
  {
    name: 'unless only this one is watched',
    settings: { ports: ['gps'] },
    steps: [...fixes(0, 100), ...fixes(100, 700, 'spare')],
    untilS: 700,
    verdicts: ['raised@399'],
  },
  {
    name: 'it stood before a restart',
    raised: true,
    steps: fixes(50, 60),
    untilS: 60,
    verdicts: ['cleared@50'],
  },
]

test.each(scenarios)('$name', ({ steps, settings, raised = false, untilS, verdicts }) => {
  const detector = detectorOf('gps_lost', settings, { raised, ports: PORTS })
  expect(play(detector, steps, { untilS }).verdicts).toEqual(verdicts)
})

test('while all receivers are a case of port_silent, the time does not count', () => {
  const explained = (port: string) => port === 'gps'
  const one = detectorOf('gps_lost', { ports: ['gps'] }, { ports: PORTS, explained })
  expect(play(one, [], { untilS: 1000 }).verdicts).toEqual([])
  const both = detectorOf('gps_lost', {}, { ports: PORTS, explained })
  expect(play(both, [], { untilS: 1000 }).verdicts).toEqual(['raised@300'])
})
