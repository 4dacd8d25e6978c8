import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHIPS } from '../../../../gateway/edge/drivers/firmata/chips/chips.ts'
import { tiltDeg } from '../../../../gateway/edge/drivers/firmata/chips/tilt.ts'

describe('tilt', () => {
  test.each([
    ['flat', [0, 0, 1], 0],
    ['on its edge', [1, 0, 0], 90],
    ['on the other edge', [0, -1, 0], 90],
    ['upside down', [0, 0, -1], 180],
    ['at 30°', [0, 0.5, Math.sqrt(3) / 2], 30],
    ['at 45°, in a heavier field', [0.7, 0, 0.7], 45],
    ['in free fall', [0, 0, 0], undefined],
    ['shaken', [0, 1, 1.5], undefined],
    ['without a number', [Number.NaN, 0, 1], undefined],
  ] as const)('%s', (_, [x, y, z], tilt) => {
    if (tilt === undefined) expect(tiltDeg(x, y, z)).toBeUndefined()
    else expect(tiltDeg(x, y, z)).toBeCloseTo(tilt, 9)
  })

  test('a body tilted by an angle shows that angle, whichever way it leans', () => {
    const angle = fc.double({ min: 0, max: 180, noNaN: true })
    const way = fc.double({ min: 0, max: 360, noNaN: true })
    const field = fc.double({ min: 0.9, max: 1.1, noNaN: true })
    fc.assert(
      fc.property(angle, way, field, (tilt, wayDeg, g) => {
        const [t, w] = [(tilt * Math.PI) / 180, (wayDeg * Math.PI) / 180]
        const across = g * Math.sin(t)
        expect(tiltDeg(across * Math.cos(w), across * Math.sin(w), g * Math.cos(t))).toBeCloseTo(tilt, 6)
      }),
    )
  })
})

test.each([
  ['ADXL345', [0, 0, 0, 0, 0, 1], 0],
  ['ADXL345', [0, 1, 0, 0, 0, 0], 90],
  ['ADXL345', [0, 0, 0x80, 0, 0x80, 0xff], 135],
  ['ADXL345', [0, 0, 0, 0, 0, 0], undefined],
  ['MPU6050', [0, 0, 0, 0, 0x20, 0], 0],
  ['MPU6050', [0, 0, 0xe0, 0, 0, 0], 90],
  ['MPU6050', [0, 0, 0, 0, 0, 0], undefined],
  ['BH1750', [0x83, 0x90], 28_067],
  ['BH1750', [0, 0], 0],
])('%s: %j', (name, bytes, expected) => {
  const value = CHIPS.find((chip) => chip.name === name)!.value(new DataView(Uint8Array.from(bytes).buffer))
  expect(value === undefined ? undefined : Math.round(value)).toBe(expected)
})

test('each chip stands once, and takes any bytes', () => {
  expect(new Set(CHIPS.map(({ name }) => name)).size).toBe(CHIPS.length)
  for (const chip of CHIPS)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: chip.bytes, maxLength: chip.bytes }), (bytes) => {
        const value = chip.value(new DataView(bytes.slice().buffer))
        expect(value === undefined || Number.isFinite(value)).toBe(true)
      }),
    )
})
