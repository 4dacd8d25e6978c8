import { describe, test } from 'vitest'
import { Adxl345, Bh1750, Mpu6050, Tmp102 } from '../../../../device-sim/hardware/i2c-chips.ts'
import { boardLine, COVER, eventually } from './board-line.ts'

/** Gravity along the axes of something that leans by so many degrees. */
const leaning = (deg: number) =>
  [0, Math.sin((deg * Math.PI) / 180), Math.cos((deg * Math.PI) / 180)] as const

const TILT = { metric: 'tilt_deg', i2c: { chip: 'ADXL345', everyMs: 200 } }
const LIGHT = { metric: 'light_lux', i2c: { chip: 'BH1750', everyMs: 200 } }
const TEMPERATURE = {
  metric: 'temperature_c',
  i2c: { address: 0x48, register: 0, type: 'int16-be' as const, scale: 1 / 256, everyMs: 200 },
}

describe.concurrent('chips on the bus of a board', () => {
  test('several are read in turn, each in its unit, beside channels', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const line = boardLine({
      board: {
        analog: () => 1023,
        chips: [
          new Adxl345(() => leaning(25)),
          new Mpu6050(() => leaning(140)),
          new Bh1750(() => 321),
          new Tmp102(() => -12.5),
        ],
      },
      sensors: [
        TILT,
        { metric: 'lid_tilt_deg', i2c: { chip: 'MPU6050', everyMs: 200 } },
        LIGHT,
        { ...TEMPERATURE, i2c: { ...TEMPERATURE.i2c, bytes: 4 } },
        { metric: 'kelvin', i2c: { ...TEMPERATURE.i2c, offset: 273.15 } },
        { metric: 'current_a', channel: 'A0', scale: [0, 5] },
      ],
      onEnd,
    })
    const metrics = ['tilt_deg', 'lid_tilt_deg', 'light_lux', 'temperature_c', 'kelvin', 'current_a']
    await eventually(() => {
      for (const metric of metrics) expect(line.valuesOf(metric).length).toBeGreaterThan(2)
    })
    const only = (metric: string) => [...new Set(line.valuesOf(metric).map((value) => value.toFixed(1)))]
    expect(metrics.map(only)).toEqual([['25.0'], ['140.0'], ['320.8'], ['-12.5'], ['260.6'], ['5.0']])
    expect(line.count('i2c-unanswered')).toBe(0)
    expect(line.told.slice(1).toSorted()).toEqual(
      metrics
        .slice(0, 5)
        .map((metric) => `well: ${COVER} ${metric} answering: `)
        .toSorted(),
    )
  })

  test.for([
    { firmware: 'that says how few bytes came', repeatsOldI2cBytes: false },
    { firmware: 'that answers for a dead chip with the bytes of another', repeatsOldI2cBytes: true },
  ])(
    'on firmware $firmware, a dead chip has no values and the others none of old',
    async ({ repeatsOldI2cBytes }, { expect, onTestFinished: onEnd }) => {
      let celsius = 0
      const alive = new Tmp102(() => celsius++)
      const dying = new Adxl345(() => leaning(10))
      const line = boardLine({
        board: { chips: [alive, dying], repeatsOldI2cBytes },
        sensors: [TEMPERATURE, TILT, LIGHT],
        onEnd,
      })
      await eventually(() => expect(line.newest('tilt_deg')).toBeCloseTo(10, 0))
      dying.powered = false
      const tilts = line.valuesOf('tilt_deg').length
      await eventually(() => expect(line.count('i2c-unanswered')).toBeGreaterThan(2))
      const readings = line.valuesOf('temperature_c').length
      await eventually(() => expect(line.valuesOf('temperature_c').length).toBeGreaterThan(readings + 10))
      expect(line.valuesOf('tilt_deg').length - tilts).toBeLessThanOrEqual(1)
      expect(line.valuesOf('light_lux')).toEqual([])
      // Each value is of a measurement of its own.
      const temperatures = line.valuesOf('temperature_c')
      expect(temperatures).toEqual([...new Set(temperatures)].toSorted((a, b) => a - b))
      expect(line.serial.state.state).toBe('open')
      expect(line.told).toContain(
        `ill: ${COVER} light_lux unanswered: nothing at 0x23: check its power, its two lines and its address`,
      )
      expect(line.told.at(-1)).toMatch(new RegExp(`^ill: ${COVER} tilt_deg unanswered: nothing at 0x53: `))
    },
  )

  test('a chip that gets its power back is set up again, and has right values only', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const chip = new Mpu6050(() => leaning(40))
    const line = boardLine({
      board: { chips: [chip] },
      sensors: [{ metric: 'tilt_deg', i2c: { chip: 'MPU6050', everyMs: 100 } }],
      onEnd,
    })
    await eventually(() => expect(line.newest('tilt_deg')).toBeCloseTo(40, 1))
    chip.powered = false
    await eventually(() => expect(line.count('i2c-unanswered')).toBe(1))
    chip.powered = true
    const before = line.values.length
    await eventually(() => expect(line.values.length).toBeGreaterThan(before + 3))
    // For so short a time that nobody has asked it in between.
    chip.powered = false
    chip.powered = true
    const between = line.values.length
    await eventually(() => expect(line.values.length).toBeGreaterThan(between + 3))
    expect(line.count('i2c-without-value')).toBe(1)
    expect(new Set(line.values.map(({ value }) => value.toFixed(1)))).toEqual(new Set(['40.0']))
    expect(line.told.slice(1).map((text) => text.split(':')[1]?.trim())).toEqual(
      ['answering', 'unanswered', 'answering'].map((state) => `${COVER} tilt_deg ${state}`),
    )
  })

  test('a chip that answers and measures nothing is told', async ({ expect, onTestFinished: onEnd }) => {
    const line = boardLine({
      board: { chips: [new Adxl345(() => [0, 0, 0])] },
      sensors: [{ metric: 'tilt_deg', i2c: { chip: 'ADXL345', everyMs: 100 } }],
      onEnd,
    })
    await eventually(() =>
      expect(line.told.at(-1)).toBe(
        `ill: ${COVER} tilt_deg without value: ADXL345 at 0x53 answers, but measures nothing`,
      ),
    )
    expect(line.count('i2c-without-value')).toBeGreaterThanOrEqual(10)
    expect(line.values).toEqual([])
    expect(line.serial.state.state).toBe('open')
  })

  test('registers are set up as the configuration says, at the address that it says', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const line = boardLine({
      board: { chips: [new Adxl345(() => [0.5, 0, 0.866], 0x1d), new Bh1750(() => 10, 0x5c)] },
      sensors: [
        {
          metric: 'x_g',
          i2c: {
            address: 0x1d,
            register: 0x32,
            type: 'int16-le',
            scale: 1 / 256,
            setUp: [
              [0x31, 0x0b],
              [0x2d, 0x08],
            ],
            everyMs: 100,
          },
        },
        { metric: 'light_lux', i2c: { chip: 'BH1750', address: 0x5c, everyMs: 100 } },
      ],
      onEnd,
    })
    await eventually(() => expect(line.newest('x_g')).toBeCloseTo(0.5, 6))
    await eventually(() => expect(line.newest('light_lux')).toBeCloseTo(10, 6))
    expect(line.valuesOf('x_g')).not.toContain(0)
  })
})
