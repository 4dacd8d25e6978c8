import { describe, expect, test } from 'vitest'
import { detectorOf, play, type Step, span } from '../scenario.ts'

const MEMBERS = Array.from({ length: 50 }, (_, i) => `31010101180000${String(i + 1).padStart(2, '0')}`)
const speak = (members: string[], fromS: number, toS: number): Step[] =>
  members.flatMap((source, i) =>
    span(fromS + (i % 30), toS, 0.6, { source, everyS: 30, metric: 'current_a' }).filter(({ s }) => s < toS),
  )

const scenarios: { name: string; steps: Step[]; raised?: boolean; untilS: number; verdicts: string[] }[] = [
  { name: 'all speak', steps: speak(MEMBERS, 0, 600), untilS: 600, verdicts: [] },
  {
    name: 'the cable is cut and mended',
    steps: [...speak(MEMBERS, 0, 300), ...speak(MEMBERS, 900, 1200)],
    untilS: 1200,
    verdicts: ['raised@405', 'cleared@900'],
  },
  {
    name: 'all but one fall silent',
    steps: [...speak(MEMBERS, 0, 300), ...speak(MEMBERS.slice(7, 8), 300, 1200)],
    untilS: 1200,
    verdicts: [],
  },
  { name: 'it was cut before the gateway started', steps: [], untilS: 300, verdicts: ['raised@120'] },
  { name: 'it was cut before a restart, and still is', raised: true, steps: [], untilS: 300, verdicts: [] },
  {
    name: 'it was mended during a restart',
    raised: true,
    steps: speak(MEMBERS, 5, 300),
    untilS: 300,
    verdicts: ['cleared@5'],
  },
  {
    name: 'other components are no members',
    steps: speak(['3101010118009999'], 0, 300),
    untilS: 300,
    verdicts: ['raised@120'],
  },
]

test.each(scenarios)('$name', ({ steps, raised = false, untilS, verdicts }) => {
  const detector = detectorOf('circuit_silent', { members: MEMBERS }, { raised })
  expect(play(detector, steps, { untilS }).verdicts).toEqual(verdicts)
})

test('it explains the silence of members that fell silent together, before it is raised and while it stands', () => {
  const detector = detectorOf('circuit_silent', { members: MEMBERS })
  play(detector, speak(MEMBERS, 0, 300), { untilS: 300 })
  expect(detector.explains!(MEMBERS[0]!, 300_000)).toBe(false)
  expect(detector.explains!(MEMBERS[0]!, 360_000)).toBe(true)
  play(detector, [], { untilS: 500 })
  expect(detector.explains!('3101010118009999', 600_000)).toBe(false)
})

test('it does not explain the silence of one member among others that speak', () => {
  const detector = detectorOf('circuit_silent', { members: MEMBERS })
  play(detector, [...speak(MEMBERS, 0, 300), ...speak(MEMBERS.slice(1), 300, 1200)], { untilS: 1200 })
  expect(detector.explains!(MEMBERS[0]!, 1_200_000)).toBe(false)
})

describe('a port that is down', () => {
  /** Seconds from when to when the port of all members is not working. */
  function played(downS: [number, number], steps: Step[], untilS: number): string[] {
    const detector = detectorOf(
      'circuit_silent',
      { members: MEMBERS },
      {
        portsOf: () => ['bus'],
        explained: (source, atMs) => source === 'bus' && atMs >= downS[0] * 1000 && atMs < downS[1] * 1000,
      },
    )
    return play(detector, steps, { untilS }).verdicts
  }

  test('while its members still spoke is a case of its own: its cable was pulled', () => {
    expect(played([300, 900], [...speak(MEMBERS, 0, 300), ...speak(MEMBERS, 905, 1200)], 1200)).toEqual([])
  })

  test('and members that stay silent when it is back are judged from then on', () => {
    expect(played([300, 900], speak(MEMBERS, 0, 300), 1200)).toEqual(['raised@1019'])
  })

  test('after its members fell silent is a consequence, and hides nothing', () => {
    expect(played([380, 900], speak(MEMBERS, 0, 300), 1200)).toEqual(['raised@405'])
  })

  test('from the start: nobody has spoken yet', () => {
    expect(played([0, 600], speak(MEMBERS, 605, 1200), 1200)).toEqual([])
  })
})
