import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detectorOf, KeptMemory, play, type Step, span, truckDeg } from '../scenario.ts'

const noise = (s: number) => Math.sin(s * 12.9898) * 0.4
const FAST = { everyS: 0.1 }

interface Scenario {
  name: string
  steps: Step[]
  fault?: string
  settings?: Parameters<typeof detectorOf>[1]
  raised?: boolean
  untilS?: number
  verdicts: string[]
}

const scenarios: Scenario[] = [
  {
    name: 'a cover that lies open is raised after the hold and cleared after two seconds in which nothing else is said',
    steps: [...span(0, 10, 1), ...span(10, 30, 24), ...span(30, 40, 2)],
    verdicts: ['raised@15', 'cleared@32'],
  },
  {
    name: 'it may lean to the other side',
    steps: [...span(0, 10, 1), ...span(10, 30, -24), ...span(30, 40, 2)],
    verdicts: ['raised@15', 'cleared@32'],
  },
  {
    name: 'a truck shakes it for a second and a half',
    steps: span(0, 60, (s) => truckDeg(s - 20), FAST),
    verdicts: [],
  },
  {
    name: 'trucks all day, one every three seconds',
    steps: span(0, 600, (s) => 1 + noise(s) + truckDeg(s % 3, 60), FAST),
    verdicts: [],
  },
  {
    name: 'works nearby shake it for a minute: it was never held to one side',
    steps: span(0, 90, (s) => (s > 20 && s < 80 ? 40 * Math.sin(2 * Math.PI * 0.23 * s) : 0), FAST),
    verdicts: [],
  },
  {
    name: 'a truck over an open cover swings it through the level: it stays open',
    steps: span(0, 60, (s) => 24 - truckDeg(s - 20, 60), FAST),
    verdicts: ['raised@5'],
  },
  {
    name: 'so it does where it is read once a second only',
    steps: [...span(0, 20, 24), { s: 20, value: 3 }, ...span(21, 60, 24)],
    verdicts: ['raised@5'],
  },
  {
    name: 'trucks over an open cover all the time, one every three seconds: it is found all the same',
    steps: [...span(0, 10, 1, FAST), ...span(10, 60, (s) => 24 + truckDeg(s % 3, 60), FAST)],
    verdicts: ['raised@15'],
  },
  {
    name: 'a cover that lies askew for less than the hold',
    steps: [...span(0, 10, 1, FAST), ...span(10, 14.5, 24, FAST), ...span(14.5, 60, 1, FAST)],
    verdicts: [],
  },
  {
    name: 'a recovery that bounces is told within half a second',
    steps: [
      ...span(0, 20, 24, FAST),
      ...span(20, 21, (s) => 24 * (21 - s) - 3, FAST),
      ...span(21, 30, 0.5, FAST),
    ],
    verdicts: ['raised@5', 'cleared@21.1'],
  },
  {
    name: 'noise around the threshold raises once and clears once',
    steps: [...span(0, 120, (s) => 16.5 + noise(s), FAST), ...span(120, 140, 3, FAST)],
    verdicts: ['raised@5', 'cleared@120.5'],
  },
  {
    name: 'between the thresholds nothing changes',
    steps: [...span(0, 60, 12), ...span(60, 80, 20), ...span(80, 200, 10)],
    verdicts: ['raised@65'],
  },
  {
    name: 'turned over: at once, without any hold',
    steps: [...span(0, 10, 1), { s: 10, value: 120 }],
    verdicts: ['raised@10'],
  },
  {
    name: 'turned over the other way',
    steps: [...span(0, 10, 1), { s: 10, value: -91 }],
    verdicts: ['raised@10'],
  },
  {
    name: 'raised before a restart: not again, and its end is told',
    raised: true,
    steps: [...span(0, 20, 24), ...span(20, 30, 0)],
    verdicts: ['cleared@22'],
  },
  {
    name: 'closed while the gateway was off: the first value says so',
    raised: true,
    steps: span(0, 10, 0),
    verdicts: ['cleared@0'],
  },
  {
    name: 'the angle as installed, from the configuration',
    settings: { backgroundDeg: 12 },
    steps: [...span(0, 20, 20), ...span(20, 40, 28)],
    verdicts: ['raised@25'],
  },
  {
    name: 'installed upside down: the short way round',
    settings: { backgroundDeg: 178 },
    steps: [...span(0, 20, -178), ...span(20, 40, -160)],
    verdicts: ['raised@25'],
  },
  {
    name: 'a node that reports changes only: its last value completes the hold',
    settings: { lastStands: true },
    steps: [
      { s: 0, value: 0 },
      { s: 10, value: 30 },
      { s: 600, value: 1 },
    ],
    untilS: 700,
    verdicts: ['raised@15', 'cleared@602'],
  },
  {
    name: 'a truck over an open cover whose node reports changes only',
    settings: { lastStands: true },
    steps: [
      { s: 0, value: 0 },
      { s: 10, value: 30 },
      { s: 100, value: 2 },
      { s: 101, value: 29 },
    ],
    untilS: 700,
    verdicts: ['raised@15'],
  },
  {
    name: 'a cover that is asked once in ten seconds: one reading is enough',
    steps: [...span(0, 100, 24, { everyS: 10 }), ...span(100, 130, 2, { everyS: 10 })],
    verdicts: ['raised@10', 'cleared@100'],
  },
  {
    name: 'a sensor that falls silent after a truck proves nothing',
    steps: [...span(0, 10, 1, FAST), { s: 10, value: 35 }],
    untilS: 600,
    verdicts: [],
  },
  {
    name: 'a pole in the wind sways to both sides',
    fault: 'pole_tilted',
    steps: span(0, 600, (s) => 7 * Math.sin(s / 2), FAST),
    verdicts: [],
  },
  {
    name: 'a pole that leans is raised after a minute',
    fault: 'pole_tilted',
    steps: [...span(0, 10, 0.5), ...span(10, 100, 9)],
    verdicts: ['raised@70'],
  },
  {
    name: 'a pole that leans is found in the wind too',
    fault: 'pole_tilted',
    steps: [...span(0, 10, 0.5, FAST), ...span(10, 100, (s) => 9 + 7 * Math.sin(s * 1.5), FAST)],
    verdicts: ['raised@72.2'],
  },
  {
    name: 'a pole that a car has hit is raised at once',
    fault: 'pole_tilted',
    steps: [...span(0, 10, 0.5), ...span(10, 12, 60)],
    verdicts: ['raised@10'],
  },
]

test.each(scenarios)(
  '$name',
  ({ fault = 'cover_tilted', settings, raised = false, steps, untilS, verdicts }) => {
    const detector = detectorOf(fault, settings, { raised })
    expect(play(detector, steps, untilS === undefined ? {} : { untilS }).verdicts).toEqual(verdicts)
  },
)

test('the case of a turned cover names the angle that decided, not the hold', () => {
  const { judgements } = play(detectorOf('cover_tilted'), [{ s: 0, value: 100 }])
  expect(judgements[0]).toMatchObject({
    verdict: 'raised',
    value: 100,
    thresholds: { raise: 90, clear: 8, holdMs: 0 },
  })
})

describe('the background angle is learnt', () => {
  const quiet = (minutes: number, deg: number, fromS = 0) =>
    span(fromS, fromS + minutes * 60, (s) => deg + noise(s) / 2, { everyS: 5 })

  test('a cover that lies at 7° is judged against 7° after ten quiet minutes', () => {
    const steps = [...quiet(12, 7), ...span(720, 730, 20), ...span(730, 760, 23)]
    const { verdicts, judgements } = play(detectorOf('cover_tilted'), steps)
    expect(verdicts).toEqual(['raised@735'])
    expect(judgements.at(-1)!.context!.background_deg).toBeCloseTo(7, 0)
  })

  test('before that, against level: a cover that lies open from the start is found', () => {
    expect(play(detectorOf('cover_tilted'), quiet(30, 20)).verdicts).toEqual(['raised@5'])
  })

  test('an alarm is never learnt, nor what lies beyond the clear threshold', () => {
    for (const deg of [9, 14, 16, 40]) {
      const memory = new KeptMemory()
      play(detectorOf('cover_tilted', {}, { memory }), quiet(120, deg))
      expect(memory.state).toBeUndefined()
    }
  })

  test('minutes that shake are not learnt', () => {
    const memory = new KeptMemory()
    play(
      detectorOf('cover_tilted', {}, { memory }),
      span(0, 3600, (s) => 3 + truckDeg(s % 40, 30), { everyS: 0.2 }),
    )
    expect(memory.state).toBeUndefined()
  })

  test('it outlasts a restart', () => {
    const memory = new KeptMemory()
    play(detectorOf('cover_tilted', {}, { memory }), quiet(12, 7))
    const steps = [...span(0, 20, 20), ...span(20, 40, 24)]
    expect(play(detectorOf('cover_tilted', {}, { memory }), steps).verdicts).toEqual(['raised@25'])
  })

  test.each([[undefined], ['7'], [{ deg: 'x', firstDeg: 1 }], [null], [[7, 7]]])(
    'a memory of %j is none',
    (state) => {
      const memory = new KeptMemory()
      memory.state = state
      const { judgements } = play(detectorOf('cover_tilted', {}, { memory }), [{ s: 0, value: 5 }])
      expect(judgements[0]!.value).toBe(5)
    },
  )

  test('slow settling is followed, but a cover that sinks for months is found', () => {
    const memory = new KeptMemory()
    const detector = detectorOf('cover_tilted', {}, { memory })
    const day = 86_400
    // A tenth of a degree a day, a reading every ten minutes, for 200 days.
    const steps = span(0, 200 * day, (s) => (s / day) * 0.1, { everyS: 600 })
    // Ticks every second of 200 days would prove nothing more.
    const raisedS = steps.find(({ s, value }) => {
      const verdict = detector.observe({
        source: '',
        metric: 'tilt_deg',
        value,
        atMs: s * 1000,
        timeMs: s * 1000,
      })?.verdict
      return verdict === 'raised'
    })?.s
    expect(memory.state).toMatchObject({ firstDeg: expect.closeTo(0, 1), deg: expect.closeTo(3, 0) })
    // 15° from a background that stopped at 3°.
    expect(raisedS! / day).toBeGreaterThan(175)
    expect(memory.saves).toBeLessThan(250)
  })

  test('a pinned angle is not learnt over', () => {
    const memory = new KeptMemory()
    const steps = [...quiet(30, 6), ...span(1800, 1820, 17)]
    expect(play(detectorOf('cover_tilted', { backgroundDeg: 0 }, { memory }), steps).verdicts).toEqual([
      'raised@1805',
    ])
    expect(memory.saves).toBe(0)
  })
})

test('verdicts alternate; raised is what was beyond on one side for most of the last while, cleared what is level', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -120, max: 120 }), { maxLength: 150 }), (values) => {
      const { verdicts } = play(
        detectorOf('cover_tilted', { backgroundDeg: 0 }),
        values.map((value, s) => ({ s, value })),
      )
      expect(verdicts.map((verdict) => verdict.split('@')[0])).toEqual(
        verdicts.map((_, i) => (i % 2 === 0 ? 'raised' : 'cleared')),
      )
      for (const verdict of verdicts) {
        const s = Number(verdict.split('@')[1])
        if (verdict.startsWith('cleared'))
          for (const value of values.slice(Math.max(0, s - 2), s + 1))
            expect(Math.abs(value)).toBeLessThanOrEqual(8)
        else if (Math.abs(values[s]!) < 90) {
          const side = Math.sign(values[s]!)
          const beyond = (value: number) => side * value >= 15
          expect(beyond(values[s]!)).toBe(true)
          // Each value stands for the second after it.
          expect(values.slice(s - 4, s).filter(beyond).length).toBeGreaterThanOrEqual(3)
        }
      }
    }),
  )
})

test('a cover that stays tilted is always raised, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -60, max: 60 }), { maxLength: 100 }), (values) => {
      const detector = detectorOf('cover_tilted', { backgroundDeg: 0 })
      play(detector, [
        ...values.map((value, s) => ({ s, value })),
        // What swung to the other side before may take a while to be forgotten.
        ...span(values.length, values.length + 12, 24),
      ])
      expect(detector.raised).toBe(true)
    }),
  )
})
