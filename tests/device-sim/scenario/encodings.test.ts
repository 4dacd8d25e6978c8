import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ENCODINGS,
  lineText,
  nodeNumber,
  registerWords,
  voltage,
} from '../../../device-sim/devices/encodings.ts'
import type { Metric } from '../../../device-sim/scenario/device-options.ts'
import { isSwitch } from '../../../device-sim/scenario/device-ports.ts'
import { ModbusPort } from '../../../gateway/edge/drivers/modbus/modbus-config.ts'
import { registerValue } from '../../../gateway/edge/drivers/modbus/register-value.ts'

const METRICS = Object.keys(ENCODINGS) as Metric[]
const ANALOG = METRICS.filter((metric) => !isSwitch(metric))
/** Values that every wiring has room for. */
const RANGES: Partial<Record<Metric, [number, number]>> = {
  tilt_deg: [-180, 180],
  water_depth_m: [0, 5],
  temperature_c: [-50, 200],
  current_a: [0, 5],
  phase_deg: [-180, 180],
}
const valuesOf = (metric: Metric) => {
  const [min, max] = RANGES[metric] ?? [0, 100]
  return fc.double({ min, max, noNaN: true })
}

/** What the gateway reads from the registers that hold a value. */
function read(metric: Metric, value: number | undefined): number | undefined {
  const { register } = ENCODINGS[metric]
  const words = registerWords(register, value)
  const config = ModbusPort.parse({
    driver: 'modbus',
    registers: [{ component: '3101010101000001', metric, unit: 1, address: 0, ...register }],
  }).registers[0]!
  const bytes = register.table === 'discrete' ? words : words.flatMap((word) => [word >> 8, word & 0xff])
  return registerValue(config, Uint8Array.from(bytes), 0)
}

test.each(ANALOG)('%s survives each wire within its resolution', (metric) => {
  const { register, node, line, volts } = ENCODINGS[metric]
  fc.assert(
    fc.property(valuesOf(metric), (value) => {
      // A float of 32 bits keeps 24 binary digits.
      const step = register.scale ?? Math.abs(value) * 2 ** -23
      expect(Math.abs(read(metric, value)! - value)).toBeLessThanOrEqual(step / 2 + 1e-9)
      expect(Math.abs(nodeNumber(node, value) * node.scale - value)).toBeLessThanOrEqual(
        node.scale / 2 + 1e-9,
      )
      expect(Math.abs(Number(lineText(line, value)) - value)).toBeLessThanOrEqual(
        10 ** -line.digits / 2 + 1e-9,
      )
      expect(volts[0] + (volts[1] - volts[0]) * voltage(ENCODINGS[metric], value)).toBeCloseTo(value, 6)
    }),
  )
})

test.each(METRICS)('%s without a value', (metric) => {
  expect(lineText(ENCODINGS[metric].line, undefined)).toBe('')
  expect(lineText(ENCODINGS[metric].line, Number.NaN)).toBe('NaN')
  // A contact has no way of saying that it does not know.
  for (const none of [undefined, Number.NaN])
    expect(read(metric, none)).toBe(isSwitch(metric) ? 0 : undefined)
})

test.each(ANALOG)('%s at the end of its range is a value, and a large one', (metric) => {
  expect(read(metric, Number.POSITIVE_INFINITY)).toBeGreaterThan(60)
  expect(lineText(ENCODINGS[metric].line, Number.POSITIVE_INFINITY)).toBe('65535')
  expect(nodeNumber(ENCODINGS[metric].node, 1e30)).toBe(2 ** 31 - 1)
  expect(voltage(ENCODINGS[metric], 1e30)).toBe(1)
})

test('no two quantities share a number or a word', () => {
  expect(new Set(METRICS.map((metric) => ENCODINGS[metric].node.code)).size).toBe(METRICS.length)
  expect(new Set(METRICS.map((metric) => ENCODINGS[metric].line.word)).size).toBe(METRICS.length)
})
