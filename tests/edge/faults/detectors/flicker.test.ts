import { expect, test } from 'vitest'
import { detectorOf, play, type Step, span } from '../scenario.ts'

const blink = (periodS: number) => (s: number) => (s % periodS < periodS / 2 ? 0.6 : 0)

const scenarios: { name: string; steps: Step[]; raised?: boolean; verdicts: string[] }[] = [
  {
    name: 'on and off every second',
    steps: [...span(0, 60, 0.6), ...span(60, 90, blink(2)), ...span(90, 200, 0.6)],
    verdicts: ['raised@70', 'cleared@148'],
  },
  {
    name: 'three dips of the mains within a minute',
    steps: span(0, 300, (s) => ([100, 120, 140].includes(s) ? 0 : 0.6)),
    verdicts: [],
  },
  {
    name: 'switched on at dusk and off at dawn',
    steps: span(0, 7200, (s) => (s > 600 && s < 6000 ? 0.6 : 0), { everyS: 10 }),
    verdicts: [],
  },
  {
    name: 'noise between on and off',
    steps: span(0, 600, (s) => 0.15 + 0.045 * Math.sin(s * 5)),
    verdicts: [],
  },
  { name: 'noise around on', steps: span(0, 600, (s) => 0.2 + 0.05 * Math.sin(s * 5)), verdicts: [] },
  {
    name: 'it stood before a restart and burns now',
    raised: true,
    steps: span(0, 60, 0.6),
    verdicts: ['cleared@0'],
  },
]

test.each(scenarios)('$name', ({ steps, raised = false, verdicts }) =>
  expect(play(detectorOf('lamp_flicker', {}, { raised }), steps, { metric: 'current_a' }).verdicts).toEqual(
    verdicts,
  ),
)
