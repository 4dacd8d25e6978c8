import { expect, test } from 'vitest'
import { METRICS_OF, type Metric } from '../../../device-sim/scenario/device-options.ts'
import { Happening, type What } from '../../../device-sim/scenario/happenings.ts'
import { skyLux, sunElevationDeg } from '../../../device-sim/signals/daylight.ts'
import { solarElevationDeg } from '../../../gateway/edge/faults/sun.ts'
import { CATALOGUE } from '../../../proto/catalogue/catalogue.ts'
import { componentWith } from './component.ts'

const KINDS = ['manhole', 'lamp'] as const
const NIGHT = '2026-05-01T22:00:00+08:00'
const NOON = '2026-05-01T12:00:00+08:00'
const EVERY_MINUTE = Array.from({ length: 1440 }, (_, minute) => minute)

type At = ReturnType<typeof componentWith>

/** What a metric says every 20 ms from one second to another. */
const seen = (at: At, metric: Metric, fromS: number, toS: number): number[] =>
  Array.from({ length: (toS - fromS) * 50 }, (_, tick) => at(metric, (fromS + tick / 50) / 60)!)

test.each(KINDS.flatMap((kind) => METRICS_OF[kind].map((metric) => ({ kind, metric }))))(
  '$metric of a $kind in order stays in its range, and passes no threshold of the catalogue',
  ({ kind, metric }) => {
    const { min, max } = CATALOGUE.metric(metric)!
    const rules = CATALOGUE.faultNamesKnown()
      .map((name) => CATALOGUE.faultKind(name))
      .filter((rule) => rule.metric === metric && rule.detector === 'threshold')
    for (const seed of [1, 2, 3]) {
      const at = componentWith({ kind, seed })
      for (const minute of EVERY_MINUTE) {
        const value = at(metric, minute)!
        expect(value).toBeGreaterThanOrEqual(min!)
        expect(value).toBeLessThanOrEqual(max!)
        for (const { raise, clear } of rules) expect(raise > clear ? value < raise : value > raise).toBe(true)
      }
    }
  },
)

test('whoever asks twice gets the same answer twice, and another seed another one', () => {
  const [one, same, other] = [5, 5, 6].map((seed) => {
    const at = componentWith({ kind: 'lamp', seed })
    return METRICS_OF.lamp.map((metric) => EVERY_MINUTE.map((minute) => at(metric, minute)))
  })
  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
})

/** What happens from minute 10 to 20, and what the metric then is against the same component without it. */
const EFFECTS: Record<
  string,
  {
    kind?: 'lamp'
    startsAt?: string
    happens: string
    metric: Metric
    to: (calm: number) => number
    within: number
    backBy?: number
  }
> = {
  tilts: { happens: 'what: tilts, deg: 30', metric: 'tilt_deg', to: (calm) => calm + 30, within: 0.01 },
  'tilts past the upright': {
    happens: 'what: tilts, deg: -120',
    metric: 'tilt_deg',
    to: (calm) => calm - 120,
    within: 0.01,
  },
  'opens, the lid': { happens: 'what: opens', metric: 'tilt_deg', to: (calm) => calm + 75, within: 0.01 },
  'opens, the switch': { happens: 'what: opens', metric: 'cover_open', to: () => 1, within: 0 },
  'gas-leaks': {
    happens: 'what: gas-leaks, pct: 60',
    metric: 'gas_lel_pct',
    to: (calm) => calm + 60,
    within: 0.01,
    backBy: 23,
  },
  burst: {
    happens: 'what: burst, m: 1.5',
    metric: 'water_depth_m',
    to: (calm) => calm + 1.5,
    within: 0.001,
    backBy: 51,
  },
  'battery-drains': {
    happens: 'what: battery-drains, pct: 9, over: 1min',
    metric: 'battery_pct',
    to: () => 9,
    within: 0.01,
  },
  'battery-sags': {
    happens: 'what: battery-sags, pct: 25',
    metric: 'battery_pct',
    to: (calm) => calm - 25,
    within: 0.01,
  },
  heats: {
    happens: 'what: heats, c: 70, over: 90s',
    metric: 'temperature_c',
    to: (calm) => calm + 70,
    within: 0.01,
    backBy: 31,
  },
  'lamp-dies': {
    kind: 'lamp',
    startsAt: NIGHT,
    happens: 'what: lamp-dies',
    metric: 'current_a',
    to: () => 0,
    within: 0.01,
  },
  'stays-on': {
    kind: 'lamp',
    startsAt: NOON,
    happens: 'what: stays-on',
    metric: 'current_a',
    to: () => 0.6,
    within: 0.15,
  },
  dims: {
    kind: 'lamp',
    startsAt: NIGHT,
    happens: 'what: dims, pct: 50',
    metric: 'current_a',
    to: (calm) => calm / 2,
    within: 0.01,
  },
  headlights: {
    kind: 'lamp',
    startsAt: NIGHT,
    happens: 'what: headlights, lux: 400',
    metric: 'light_lux',
    to: () => 400,
    within: 20,
  },
  'clouds, the sensor': {
    kind: 'lamp',
    startsAt: NOON,
    happens: 'what: clouds, pct: 90',
    metric: 'light_lux',
    to: (calm) => calm / 10,
    within: 10,
    backBy: 24,
  },
  'clouds, the photocell': {
    kind: 'lamp',
    startsAt: '2026-05-01T18:35:00+08:00',
    happens: 'what: clouds, pct: 95',
    metric: 'current_a',
    to: () => 0.6,
    within: 0.15,
  },
  'sensor-covered': {
    kind: 'lamp',
    startsAt: NOON,
    happens: 'what: sensor-covered, pct: 100',
    metric: 'light_lux',
    to: () => 0,
    within: 0.5,
  },
  'mains, a brown-out': {
    kind: 'lamp',
    happens: 'what: mains, v: 180',
    metric: 'mains_v',
    to: () => 180,
    within: 1,
  },
  'mains, a cut': {
    kind: 'lamp',
    startsAt: NIGHT,
    happens: 'what: mains, v: 0',
    metric: 'current_a',
    to: () => 0,
    within: 0.01,
  },
  leaks: {
    kind: 'lamp',
    happens: 'what: leaks, ma: 120',
    metric: 'leakage_ma',
    to: (calm) => calm + 120,
    within: 0.01,
  },
  'phase-shifts': {
    kind: 'lamp',
    happens: 'what: phase-shifts, deg: 120',
    metric: 'phase_deg',
    to: (calm) => calm + 120 - 360,
    within: 0.01,
  },
  'door-opens': { kind: 'lamp', happens: 'what: door-opens', metric: 'door_open', to: () => 1, within: 0 },
  reads: {
    happens: 'what: reads, metric: water_depth_m, value: 250',
    metric: 'water_depth_m',
    to: () => 250,
    within: 0,
  },
}

test.each(Object.entries(EFFECTS))('%s', (_, { happens, metric, to, within, backBy = 21, ...where }) => {
  const calm = componentWith(where)
  const at = componentWith({ ...where, happens: [`at: 10min, for: 10min, ${happens}`] })
  expect(at(metric, 9.99)).toBe(calm(metric, 9.99))
  expect(Math.abs(at(metric, 15)! - to(calm(metric, 15)!))).toBeLessThanOrEqual(within)
  expect(at(metric, backBy)).toBeCloseTo(calm(metric, backBy)!, 6)
})

test('a truck shakes a cover to both sides past any threshold, for less than two seconds', () => {
  const at = componentWith({ happens: ['at: 60s, what: truck, deg: 60'] })
  const calmDeg = at('tilt_deg', 0.9)!
  const away = seen(at, 'tilt_deg', 58, 66).map((deg) => deg - calmDeg)
  expect(Math.max(...away.map(Math.abs))).toBeGreaterThan(40)
  expect(Math.max(...away)).toBeGreaterThan(15)
  expect(Math.min(...away)).toBeLessThan(-15)
  const beyond = away.flatMap((deg, tick) => (Math.abs(deg) > 8 ? [tick] : []))
  expect((beyond.at(-1)! - beyond[0]!) / 50).toBeLessThan(1.6)
  expect(new Set(seen(at, 'cover_open', 60, 61))).toEqual(new Set([0, 1]))
  expect(new Set(seen(at, 'cover_open', 62, 63))).toEqual(new Set([0]))
})

test('a truck that rattles nothing', () => {
  const at = componentWith({ happens: ['at: 60s, what: truck, rattles: false'] })
  expect(new Set(seen(at, 'cover_open', 59, 63))).toEqual(new Set([0]))
})

test('what settles stays settled', () => {
  const at = componentWith({ happens: ['at: 1h, for: 2h, what: settles, degPerDay: 48'] })
  const calm = componentWith({})
  expect(at('tilt_deg', 120)! - calm('tilt_deg', 120)!).toBeCloseTo(2, 6)
  expect(at('tilt_deg', 600)! - calm('tilt_deg', 600)!).toBeCloseTo(4, 6)
})

test('wind sways a pole about where it stands', () => {
  const at = componentWith({
    kind: 'lamp',
    happens: ['at: 1min, for: 10min, what: wind, deg: 8, period: 3s'],
  })
  const calmDeg = at('tilt_deg', 0.5)!
  const away = seen(at, 'tilt_deg', 180, 240).map((deg) => deg - calmDeg)
  expect(Math.max(...away)).toBeGreaterThan(3)
  expect(Math.max(...away)).toBeLessThan(8.5)
  expect(Math.min(...away)).toBeLessThan(-3)
  expect(Math.abs(away.reduce((sum, deg) => sum + deg, 0) / away.length)).toBeLessThan(0.5)
})

test('rain fills a well steadily until its end, runs off, and makes leakage wander', () => {
  const happens = ['at: 60min, for: 60min, what: rain, m: 1.2, recedes: 2h, ma: 20']
  const [well, dryWell] = [componentWith({ happens }), componentWith({})]
  const risen = (minute: number) => well('water_depth_m', minute)! - dryWell('water_depth_m', minute)!
  expect([60, 90, 119.999, 180, 240].map((minute) => Math.round(risen(minute) * 100) / 100)).toEqual([
    0, 0.6, 1.2, 0.6, 0,
  ])
  const lamp = { kind: 'lamp' as const }
  const [wet, dry] = [componentWith({ ...lamp, happens }), componentWith(lamp)]
  const more = EVERY_MINUTE.slice(75, 115).map(
    (minute) => wet('leakage_ma', minute)! - dry('leakage_ma', minute)!,
  )
  expect(Math.max(...more)).toBeGreaterThan(10)
  expect(Math.max(...more)).toBeLessThanOrEqual(20)
  expect(Math.min(...more)).toBeLessThan(8)
  expect(Math.min(...more)).toBeGreaterThanOrEqual(0)
})

test('a lamp that flickers switches twice in each period', () => {
  const at = componentWith({
    kind: 'lamp',
    startsAt: NIGHT,
    happens: ['at: 60s, for: 60s, what: flickers, period: 4s'],
  })
  const burns = seen(at, 'current_a', 55, 125).map((current) => current > 0.2)
  const switchings = burns.filter((on, tick) => tick > 0 && on !== burns[tick - 1]).length
  expect(switchings).toBe(30)
})

test.each([
  [
    'freezes',
    'what: freezes, metric: temperature_c',
    'temperature_c',
    (values: number[]) => new Set(values).size === 1,
  ],
  [
    'noise',
    'what: noise, metric: gas_lel_pct, by: 40',
    'gas_lel_pct',
    (values: number[]) => Math.max(...values) > 30 && Math.min(...values) < -20,
  ],
  [
    'bounces',
    'what: bounces, metric: cover_open',
    'cover_open',
    (values: number[]) => values.includes(0) && values.includes(1),
  ],
  [
    'overflows',
    'what: overflows, metric: tilt_deg',
    'tilt_deg',
    (values: number[]) => values.every((value) => value === Infinity),
  ],
  [
    'not-a-number',
    'what: not-a-number, metric: gas_lel_pct',
    'gas_lel_pct',
    (values: number[]) => values.every(Number.isNaN),
  ],
  [
    'falls-silent',
    'what: falls-silent, metric: battery_pct',
    'battery_pct',
    (values: (number | undefined)[]) => values.every((value) => value === undefined),
  ],
  [
    'falls-silent as a whole',
    'what: falls-silent',
    'water_depth_m',
    (values: (number | undefined)[]) => values.every((value) => value === undefined),
  ],
] as const)('a sensor that %s', (_, happens, metric, holds) => {
  const at = componentWith({ happens: [`at: 1min, for: 1min, ${happens}`] })
  expect(holds(seen(at, metric, 61, 71))).toBe(true)
  const calm = componentWith({})
  for (const minute of [0.5, 2.5]) expect(at(metric, minute)).toBe(calm(metric, minute))
  expect(at('temperature_c', 0.5)).toBe(calm('temperature_c', 0.5))
})

test('a sensor that has frozen says what it said first', () => {
  const at = componentWith({
    happens: [
      'at: 1min, for: 5min, what: freezes, metric: water_depth_m',
      'at: 2min, for: 1h, what: burst, m: 3',
    ],
  })
  expect(at('water_depth_m', 5)).toBe(componentWith({})('water_depth_m', 1))
  expect(at('water_depth_m', 8)).toBeGreaterThan(2)
})

test.each(['photocell', 'sun'] as const)(
  'a lamp switched by its %s burns by night and not by day, and switches once',
  (switchedBy) => {
    const at = componentWith({ kind: 'lamp', startsAt: '2026-05-01T12:00:00+08:00', switchedBy })
    const burns = EVERY_MINUTE.map((minute) => at('current_a', minute)! > 0.2)
    expect(burns[0]).toBe(false)
    expect(burns[600]).toBe(true)
    const switchedMinutes = burns.flatMap((on, minute) =>
      minute > 0 && on !== burns[minute - 1] ? [minute] : [],
    )
    expect(switchedMinutes).toHaveLength(2)
    // Dusk is towards seven in Shanghai on 1 May, dawn towards five.
    expect(switchedMinutes[0]).toBeGreaterThan(380)
    expect(switchedMinutes[0]).toBeLessThan(430)
    expect(switchedMinutes[1]).toBeGreaterThan(990)
    expect(switchedMinutes[1]).toBeLessThan(1040)
  },
)

test('the sun stands where another formula has it', () => {
  for (let day = 0; day < 365; day += 9)
    for (let hour = 0; hour < 24; hour += 3) {
      const timeMs = Date.UTC(2026, 0, 1 + day, hour)
      expect(
        Math.abs(sunElevationDeg(timeMs, 31.23, 121.47) - solarElevationDeg(timeMs, 31.23, 121.47)),
      ).toBeLessThan(0.03)
    }
})

test('the sky is the darker the lower the sun', () => {
  const lux = Array.from({ length: 1800 }, (_, tenth) => skyLux(-90 + tenth / 10))
  expect(lux).toEqual(lux.toSorted((a, b) => a - b))
  expect(skyLux(-6)).toBeCloseTo(3.4, 6)
  expect(skyLux(95)).toBe(110_000)
})

test('every happening that is measured has been seen to do something', () => {
  const elsewhere: What[] = ['answers-late', 'refuses', 'answers-damaged', 'node-restarts']
  const tried = [
    ...Object.keys(EFFECTS).map((name) => name.split(',')[0]!.split(' ')[0]!),
    'truck',
    'settles',
    'wind',
    'rain',
    'flickers',
    'freezes',
    'noise',
    'bounces',
    'overflows',
    'not-a-number',
    'falls-silent',
  ]
  const measured = Happening.options
    .filter(({ shape }) => 'component' in shape)
    .map(({ shape }) => shape.what.value)
  expect([...new Set([...tried, ...elsewhere])].toSorted()).toEqual(measured.toSorted())
})
