import { expect, test } from 'vitest'
import { detectorOf, play, type Step } from '../scenario.ts'

const PORTS = [
  { name: 'gps', gps: true },
  { name: 'board', gps: false },
]
const works = (s: number, source: string): Step => ({ s, value: 1, metric: 'port_working', source })
const fails = (s: number, source: string): Step => ({ s, value: 0, metric: 'port_working', source })

const scenarios: { name: string; steps: Step[]; settings?: object; raised?: boolean; verdicts: string[] }[] =
  [
    { name: 'both work', steps: [works(1, 'gps'), works(2, 'board')], verdicts: [] },
    {
      name: 'one is pulled for two minutes',
      steps: [works(1, 'gps'), works(2, 'board'), fails(100, 'board'), works(220, 'board')],
      verdicts: ['raised@160', 'cleared@220'],
    },
    {
      name: 'a plug that is loose',
      steps: [
        works(1, 'gps'),
        works(2, 'board'),
        fails(100, 'gps'),
        works(140, 'gps'),
        fails(150, 'gps'),
        works(200, 'gps'),
      ],
      verdicts: [],
    },
    {
      name: 'it opens, but says nothing: it fails over and over',
      steps: [
        works(1, 'gps'),
        works(2, 'board'),
        fails(100, 'board'),
        fails(115, 'board'),
        fails(140, 'board'),
      ],
      verdicts: ['raised@160'],
    },
    { name: 'missing from the start', steps: [works(1, 'gps')], verdicts: ['raised@60'] },
    {
      name: 'two are gone: one case, ended by the last',
      steps: [works(200, 'gps'), works(300, 'board')],
      verdicts: ['raised@60', 'cleared@300'],
    },
    {
      name: 'only the ports that are named',
      settings: { ports: ['gps'] },
      steps: [works(1, 'gps')],
      verdicts: [],
    },
    {
      name: 'it stood before a restart',
      raised: true,
      steps: [works(5, 'gps'), works(9, 'board')],
      verdicts: ['cleared@9'],
    },
  ]

test.each(scenarios)('$name', ({ steps, settings, raised = false, verdicts }) => {
  const detector = detectorOf('port_silent', settings, { raised, ports: PORTS })
  expect(play(detector, steps, { untilS: 400 }).verdicts).toEqual(verdicts)
})

test('it explains the silence of what is wired to the port', () => {
  const detector = detectorOf('port_silent', {}, { ports: PORTS })
  play(detector, [works(1, 'gps')], { untilS: 5 })
  expect(detector.explains!('board', 5000)).toBe(true)
  expect(detector.explains!('gps', 5000)).toBe(false)
  expect(detector.explains!('3101010101000001', 5000)).toBe(false)
})
