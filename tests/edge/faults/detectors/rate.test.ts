import { describe, expect, test } from 'vitest'
import { detectorOf, play, span } from '../scenario.ts'

const noise = (s: number) => 0.02 * Math.sin(s * 12.9898)

describe('water_rising', () => {
  const run = (depth: (s: number) => number, toS: number, raised = false) =>
    play(detectorOf('water_rising', {}, { raised }), span(0, toS, depth, { everyS: 2 }), {
      metric: 'water_depth_m',
    })

  test('a tenth of a metre a minute is raised within the window, and cleared when it stands', () => {
    const { verdicts, judgements } = run(
      (s) => 0.2 + noise(s) + (0.1 * Math.min(600, Math.max(0, s - 600))) / 60,
      2000,
    )
    expect(verdicts.length).toBe(2)
    const [raisedS, clearedS] = verdicts.map((verdict) => Number(verdict.split('@')[1]))
    expect(raisedS).toBeGreaterThan(650)
    expect(raisedS).toBeLessThan(930)
    expect(clearedS).toBeGreaterThan(1200)
    expect(clearedS).toBeLessThan(1520)
    expect(judgements.find(({ s }) => s === 1100)!.value).toBeCloseTo(0.1, 2)
  })

  test.each([
    ['noise alone', (s: number) => 0.5 + noise(s)],
    ['a slow tide', (s: number) => 0.5 + (0.01 * s) / 60],
    ['water that falls', (s: number) => 5 - (0.1 * s) / 60],
    ['waves', (s: number) => 0.5 + 0.1 * Math.sin(s / 3)],
    ['a wave that slaps over the probe', (s: number) => (s >= 1000 && s < 1020 ? 1.5 : 0.2) + noise(s)],
  ])('%s raises nothing', (_, depth) => expect(run(depth, 3000).verdicts).toEqual([]))

  test('too little of the window is not judged: a start, or two readings an hour apart', () => {
    expect(run((s) => s, 200).judgements).toEqual([])
    const sparse = span(0, 36_000, (s) => s / 1000, { everyS: 3600 })
    expect(play(detectorOf('water_rising'), sparse, { metric: 'water_depth_m' }).judgements).toEqual([])
  })

  test('a node that says what has changed: its last value stands', () => {
    const steps = [...span(0, 1200, 0.2, { everyS: 60 }), ...span(1203, 1800, 2, { everyS: 60 })]
    const burst = play(detectorOf('water_rising'), steps, { metric: 'water_depth_m' })
    expect(burst.verdicts).toEqual([
      expect.stringMatching(/^raised@1[23]/),
      expect.stringMatching(/^cleared@1[45]/),
    ])
    const drops = span(0, 1200, (s) => (s === 600 ? 1.5 : 0.2), { everyS: 60 })
    const dropsBack = { s: 606, value: 0.2 }
    expect(
      play(detectorOf('water_rising'), [...drops, dropsBack], { metric: 'water_depth_m' }).verdicts,
    ).toEqual([])
  })

  test('it stood before a restart: cleared when the window shows it', () => {
    expect(run(() => 1, 400, true).verdicts).toEqual(['cleared@240'])
  })
})

test('rapid_heating: a short circuit is found, a sunrise is not', () => {
  const run = (temperature: (s: number) => number) =>
    play(detectorOf('rapid_heating'), span(0, 1200, temperature, { everyS: 2 }), { metric: 'temperature_c' })
      .verdicts
  expect(run((s) => 30 + s / 120)).toEqual([])
  // A loose wire for ten seconds.
  expect(run((s) => (s > 600 && s <= 610 ? 120 : 30))).toEqual([])
  expect(run((s) => 30 + (s > 600 ? ((s - 600) * 8) / 60 : 0))).toEqual([
    expect.stringMatching(/^raised@(6|7)/),
  ])
})
