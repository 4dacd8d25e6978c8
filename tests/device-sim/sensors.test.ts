import { describe, expect, it } from 'vitest'
import { DEMO_REPEAT_S, DEMO_SCHEDULE } from '../../device-sim/demo-schedule.ts'
import { CoverSensor } from '../../device-sim/hardware/cover-sensor.ts'
import { LampSensor } from '../../device-sim/hardware/lamp-sensor.ts'
import { type ScheduleStep, Timeline } from '../../device-sim/hardware/schedule.ts'
import { faultKind } from '../../proto/catalogue/catalogue.ts'

/** The wiring contract, written apart from the sensors. */
const degOf = (adc: number) => (adc / 1023) * 180 - 90
const ampsOf = (adc: number) => (adc / 1023) * 5
const luxOf = (adc: number) => (adc / 1023) * 1000

const cover = (steps: ScheduleStep[], repeatS?: number) => new CoverSensor(1, new Timeline(steps, repeatS))
const lamp = (steps: ScheduleStep[]) => new LampSensor(1, new Timeline(steps))
const every = (fromS: number, toS: number, stepS = 0.05) =>
  Array.from({ length: Math.round((toS - fromS) / stepS) }, (_, index) => fromS + index * stepS)

describe('CoverSensor', () => {
  it('reads level with a little background and noise of one or two counts', () => {
    const sensor = cover([])
    const counts = every(0, 100).map((atS) => sensor.adc(atS))
    expect(Math.max(...counts) - Math.min(...counts)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(5)
    for (const count of counts) expect(Math.abs(degOf(count))).toBeLessThan(2)
    expect(sensor.adc(12.345)).toBe(sensor.adc(12.345))
  })

  it.each([
    {
      name: 'held for a while',
      steps: [{ atS: 15, what: 'tilt', deg: 24, forS: 180 }],
      at: [
        [14.9, 0],
        [16.1, 24],
        [194, 24],
        [196.1, 0],
      ],
    },
    {
      name: 'held for good',
      steps: [{ atS: 5, what: 'tilt', deg: -50 }],
      at: [
        [7, -50],
        [90_000, -50],
      ],
    },
    {
      name: 'laid back by a step',
      steps: [
        { atS: 5, what: 'tilt', deg: 30 },
        { atS: 9, what: 'tilt', deg: 0 },
      ],
      at: [
        [8, 30],
        [10.5, 0],
      ],
    },
    {
      name: 'tilted further',
      steps: [
        { atS: 5, what: 'tilt', deg: 30, forS: 60 },
        { atS: 20, what: 'tilt', deg: 60, forS: 10 },
      ],
      at: [
        [19, 30],
        [22, 60],
        [40, 0],
        [66, 0],
      ],
    },
  ] as { name: string; steps: ScheduleStep[]; at: [number, number][] }[])('tilts: $name', ({ steps, at }) => {
    const sensor = cover(steps)
    for (const [atS, deg] of at) {
      expect(sensor.tiltDeg(atS)).toBeCloseTo(deg + 1.1, 5)
      expect(Math.abs(degOf(sensor.adc(atS)) - sensor.tiltDeg(atS))).toBeLessThan(0.5)
    }
  })

  it('a truck passes the threshold, but for less than 2 s', () => {
    const { raise } = faultKind('cover_tilted')
    const sensor = cover([{ atS: 10, what: 'truck' }])
    const over = every(0, 30).filter((atS) => Math.abs(degOf(sensor.adc(atS))) > raise)
    expect(over.length).toBeGreaterThan(3)
    expect(over.at(-1)! - over[0]!).toBeLessThan(2)
    expect(over[0]).toBeGreaterThanOrEqual(10)
  })

  it('stays within the converter', () => {
    const sensor = cover([
      { atS: 1, what: 'tilt', deg: 120 },
      { atS: 20, what: 'tilt', deg: -120 },
    ])
    expect(sensor.adc(10)).toBe(1023)
    expect(sensor.adc(30)).toBe(0)
  })
})

describe('LampSensor', () => {
  it('burns at about 0.6 A in the dark until it dies, and again when it recovers', () => {
    const sensor = lamp([
      { atS: 35, what: 'lamp-dies' },
      { atS: 100, what: 'lamp-recovers' },
    ])
    for (const atS of every(0, 150)) {
      const amps = ampsOf(sensor.currentAdc(atS))
      if (atS >= 35 && atS < 100) expect(amps).toBeLessThan(0.02)
      else expect(Math.abs(amps - 0.6)).toBeLessThan(0.02)
      expect(Math.abs(luxOf(sensor.lightAdc(atS)) - 3)).toBeLessThan(3)
    }
  })

  it('is off by day, and burns before it is as dark as a fault wants it', () => {
    const { darkLux, raise } = faultKind('lamp_out')
    const sensor = lamp([
      { atS: 10, what: 'dawn' },
      { atS: 100, what: 'dusk' },
    ])
    expect(sensor.currentA(50)).toBe(0)
    expect(luxOf(sensor.lightAdc(50))).toBeCloseTo(800, -1)
    expect(sensor.lightLux(150)).toBe(3)
    for (const atS of every(0, 200))
      if (sensor.lightLux(atS) < darkLux!) expect(sensor.currentA(atS)).toBeGreaterThan(raise)
  })
})

describe('Timeline', () => {
  it('repeats in rounds, across their border', () => {
    const timeline = new Timeline(
      [
        { atS: 10, what: 'lamp-dies' },
        { atS: 70, what: 'lamp-recovers' },
      ],
      100,
    )
    expect(timeline.latest(5, ['lamp-dies', 'lamp-recovers'])).toBeUndefined()
    expect(timeline.latest(105, ['lamp-dies', 'lamp-recovers'])).toEqual({ atS: 70, what: 'lamp-recovers' })
    expect(timeline.latest(1010, ['lamp-dies', 'lamp-recovers'])).toEqual({ atS: 1010, what: 'lamp-dies' })
    expect(timeline.between(10, 170).map((step) => step.atS)).toEqual([70, 110, 170])
    expect(timeline.between(-1, 10).map((step) => step.atS)).toEqual([10])
    expect(timeline.between(200, 200)).toEqual([])
  })

  it('refuses steps outside the round', () => {
    expect(() => new Timeline([{ atS: -1, what: 'truck' }])).toThrow('expected atS from 0')
    expect(() => new Timeline([{ atS: 90, what: 'tilt', deg: 20, forS: 20 }], 100)).toThrow('below 100')
  })
})

it('the demo schedule: a truck as a trap, the cover at 15 s for 3 min, the lamp at 35 s for 4 min, every 8 min', () => {
  const timeline = new Timeline(DEMO_SCHEDULE, DEMO_REPEAT_S)
  const kinds = (fromS: number, toS: number) =>
    timeline.between(fromS, toS).map((step) => [step.atS, step.what])
  expect(kinds(-1, 480)).toEqual([
    [9, 'truck'],
    [15, 'tilt'],
    [35, 'lamp-dies'],
    [195, 'tilt'],
    [275, 'lamp-recovers'],
    [300, 'truck'],
  ])
  const sensor = new CoverSensor(1, timeline)
  const { raise, clear } = faultKind('cover_tilted')
  for (let cycle = 0; cycle < 12; cycle++) {
    expect(sensor.tiltDeg(cycle * 480 + 60)).toBeGreaterThan(raise)
    expect(sensor.tiltDeg(cycle * 480 + 250)).toBeLessThan(clear)
  }
  expect(sensor.tiltDeg(60)).toBeCloseTo(25.1, 5)
  const lux = new LampSensor(1, timeline)
  for (let cycle = 0; cycle < 12; cycle++) expect(lux.lightLux(cycle * 480 + 100)).toBe(3)
})
