import { expect, test } from 'vitest'
import { detectorOf, play, type Step, span } from '../scenario.ts'

const scenarios: {
  name: string
  expectedDeg: number
  steps: Step[]
  raised?: boolean
  verdicts: string[]
}[] = [
  {
    name: 'wired to the second phase instead of the first',
    expectedDeg: 0,
    steps: span(0, 90, 120),
    verdicts: ['raised@60'],
  },
  {
    name: 'wired as it should be',
    expectedDeg: 120,
    steps: span(0, 300, (s) => 120 + 5 * Math.sin(s)),
    verdicts: [],
  },
  {
    name: 'around zero, the short way',
    expectedDeg: 0,
    steps: span(0, 300, (s) => (s % 2 ? 359 : 1)),
    verdicts: [],
  },
  { name: '-120 is 240', expectedDeg: 240, steps: span(0, 300, -120), verdicts: [] },
  {
    name: 'a swing of half a minute',
    expectedDeg: 0,
    steps: span(0, 300, (s) => (s > 50 && s < 80 ? 50 : 0)),
    verdicts: [],
  },
  {
    name: 'rewired',
    expectedDeg: 0,
    raised: true,
    steps: [...span(0, 30, 120), ...span(30, 40, 3)],
    verdicts: ['cleared@30'],
  },
]

test.each(scenarios)('$name', ({ expectedDeg, steps, raised = false, verdicts }) => {
  const detector = detectorOf('phase_mismatch', { expectedDeg }, { raised })
  expect(play(detector, steps, { metric: 'phase_deg' }).verdicts).toEqual(verdicts)
})
