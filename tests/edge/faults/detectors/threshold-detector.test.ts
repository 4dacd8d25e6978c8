import { expect, test } from 'vitest'
import { detectorOf, play, type Step, span } from '../scenario.ts'

const noisy = (mean: number, by: number) => (s: number) => mean + by * Math.sin(s * 78.233)

const scenarios: {
  fault: string
  name: string
  steps: Step[]
  settings?: Parameters<typeof detectorOf>[1]
  raised?: boolean
  untilS?: number
  verdicts: string[]
}[] = [
  {
    fault: 'cover_open',
    name: 'open for three seconds',
    steps: [...span(0, 5, 0), ...span(5, 20, 1), ...span(20, 25, 0)],
    verdicts: ['raised@8', 'cleared@22'],
  },
  {
    fault: 'cover_open',
    name: 'rattled by a truck',
    steps: span(0, 60, (s) => (s > 20 && s < 22 ? Math.round(s * 7) % 2 : 0), { everyS: 0.1 }),
    verdicts: [],
  },
  {
    fault: 'cover_open',
    name: 'a switch that reports changes only',
    settings: { lastStands: true },
    steps: [
      { s: 0, value: 0 },
      { s: 100, value: 1 },
      { s: 900, value: 0 },
    ],
    untilS: 1000,
    verdicts: ['raised@103', 'cleared@902'],
  },
  {
    fault: 'cover_open',
    name: 'a bounce of a switch that reports changes only',
    settings: { lastStands: true },
    steps: [
      { s: 0, value: 0 },
      { s: 100, value: 1 },
      { s: 102, value: 0 },
    ],
    untilS: 200,
    verdicts: [],
  },
  {
    fault: 'cover_open',
    name: 'a contact that bounces while the cover is open',
    steps: span(0, 60, (s) => (s < 5 ? 0 : s > 20 && s < 21.5 ? Math.round(s * 7) % 2 : 1), { everyS: 0.1 }),
    verdicts: ['raised@8'],
  },
  {
    fault: 'cover_open',
    name: 'the same where changes only are reported',
    settings: { lastStands: true },
    steps: [
      { s: 0, value: 1 },
      { s: 100, value: 0 },
      { s: 101, value: 1 },
    ],
    untilS: 200,
    verdicts: ['raised@3'],
  },
  {
    fault: 'gas_alarm',
    name: 'a register that reads 0 once ends no alarm',
    steps: [...span(0, 20, 60), { s: 20, value: 0 }, ...span(21, 60, 60)],
    verdicts: ['raised@3'],
  },
  {
    fault: 'water_level_high',
    name: 'above a metre for a minute',
    steps: [...span(0, 60, 0.2), ...span(60, 180, 1.2), ...span(180, 200, 0.5)],
    verdicts: ['raised@120', 'cleared@182'],
  },
  {
    fault: 'water_level_high',
    name: 'waves around the threshold',
    steps: span(0, 600, noisy(0.95, 0.1)),
    verdicts: [],
  },
  {
    fault: 'gas_warning',
    name: 'first stage',
    steps: [...span(0, 10, 2), ...span(10, 60, 25), ...span(60, 70, 10)],
    verdicts: ['raised@20', 'cleared@62'],
  },
  { fault: 'gas_alarm', name: 'the second stage is not the first', steps: span(0, 60, 25), verdicts: [] },
  {
    fault: 'gas_alarm',
    name: 'second stage, soon',
    steps: [...span(0, 10, 2), ...span(10, 20, 60)],
    verdicts: ['raised@13'],
  },
  {
    fault: 'gas_alarm',
    name: 'one spike of a noisy sensor',
    steps: [...span(0, 10, 2), { s: 10, value: 80 }, ...span(11, 30, 2)],
    verdicts: [],
  },
  {
    fault: 'leakage_warning',
    name: 'from 30 mA',
    steps: [...span(0, 10, 5), ...span(10, 30, 30), ...span(30, 40, 10)],
    verdicts: ['raised@15', 'cleared@32'],
  },
  { fault: 'leakage_warning', name: 'not at 29 mA', steps: span(0, 600, 29), verdicts: [] },
  {
    fault: 'leakage_alarm',
    name: 'from 100 mA',
    steps: [...span(0, 10, 5), ...span(10, 20, 120)],
    verdicts: ['raised@11'],
  },
  {
    fault: 'leakage_alarm',
    name: 'an inrush when the lamp is switched on',
    steps: span(0, 60, (s) => (s >= 20 && s < 20.5 ? 300 : 4), { everyS: 0.1 }),
    verdicts: [],
  },
  {
    fault: 'mains_undervoltage',
    name: 'below 198 V for a minute',
    steps: [...span(0, 10, 220), ...span(10, 100, 190), ...span(100, 110, 221)],
    verdicts: ['raised@70', 'cleared@102'],
  },
  {
    fault: 'mains_undervoltage',
    name: 'a dip of 40 s',
    steps: [...span(0, 10, 220), ...span(10, 50, 120), ...span(50, 200, 220)],
    verdicts: [],
  },
  {
    fault: 'mains_undervoltage',
    name: 'dips, one after the other',
    steps: span(0, 900, (s) => (s % 60 < 30 ? 150 : 218)),
    verdicts: [],
  },
  {
    fault: 'mains_overvoltage',
    name: 'above 242 V',
    steps: [...span(0, 10, 230), ...span(10, 100, 250), ...span(100, 110, 236)],
    verdicts: ['raised@70', 'cleared@102'],
  },
  {
    fault: 'mains_overvoltage',
    name: 'a line that is high but right',
    steps: span(0, 900, noisy(238, 3)),
    verdicts: [],
  },
  {
    fault: 'door_open',
    name: 'open for ten seconds',
    steps: [...span(0, 10, 0), ...span(10, 60, 1), ...span(60, 70, 0)],
    verdicts: ['raised@20', 'cleared@62'],
  },
  {
    fault: 'over_temperature',
    name: 'hot for half a minute',
    steps: [...span(0, 10, 40), ...span(10, 100, 80), ...span(100, 160, 70), ...span(160, 170, 60)],
    verdicts: ['raised@40', 'cleared@162'],
  },
  {
    fault: 'over_temperature',
    name: 'another threshold at this lamp',
    settings: { raise: 90, clear: 80 },
    steps: span(0, 100, 85),
    verdicts: [],
  },
  {
    fault: 'low_battery',
    name: 'low for ten minutes',
    steps: [...span(0, 60, 40, { everyS: 10 }), ...span(60, 900, 15, { everyS: 10 }), { s: 900, value: 100 }],
    verdicts: ['raised@660', 'cleared@900'],
  },
  {
    fault: 'low_battery',
    name: 'it sags while the radio sends',
    steps: span(0, 3600, (s) => (s % 300 < 20 ? 12 : 55), { everyS: 5 }),
    verdicts: [],
  },
  {
    fault: 'low_battery',
    name: 'it stood before a restart',
    raised: true,
    steps: [...span(0, 100, 25), ...span(100, 110, 90)],
    verdicts: ['cleared@102'],
  },
]

test.each(scenarios)('$fault: $name', ({ fault, settings, raised = false, steps, untilS, verdicts }) => {
  const metric = METRICS[fault]!
  const detector = detectorOf(fault, settings, { raised })
  expect(play(detector, steps, untilS === undefined ? { metric } : { metric, untilS }).verdicts).toEqual(
    verdicts,
  )
})

/** Written apart from the catalogue: a sensor's wiring depends on these names. */
const METRICS: Record<string, string> = {
  cover_open: 'cover_open',
  water_level_high: 'water_depth_m',
  gas_warning: 'gas_lel_pct',
  gas_alarm: 'gas_lel_pct',
  leakage_warning: 'leakage_ma',
  leakage_alarm: 'leakage_ma',
  mains_undervoltage: 'mains_v',
  mains_overvoltage: 'mains_v',
  door_open: 'door_open',
  over_temperature: 'temperature_c',
  low_battery: 'battery_pct',
}

test('another metric is none of its business', () => {
  expect(play(detectorOf('gas_alarm'), span(0, 60, 99), { metric: 'tilt_deg' }).judgements).toEqual([])
})
