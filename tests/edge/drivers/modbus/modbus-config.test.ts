import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ModbusPort, modbusSilenceMistake } from '../../../../gateway/edge/drivers/modbus/modbus-config.ts'

const REGISTER = {
  component: '3101010101000001',
  metric: 'level_mm',
  unit: 3,
  table: 'holding',
  address: 0,
}
const port = (register: object, rest: object = {}) => ({
  driver: 'modbus',
  registers: [{ ...REGISTER, ...register }],
  ...rest,
})

function problems(value: unknown): string[] {
  const { error } = ModbusPort.safeParse(value)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

test('what a register needs is little; the rest has defaults', () => {
  expect(ModbusPort.parse(port({}))).toEqual({
    driver: 'modbus',
    baud: 9600,
    parity: 'none',
    timeoutMs: 500,
    retries: 2,
    registers: [{ ...REGISTER, scale: 1, offset: 0, noValue: [], everyMs: 5000 }],
  })
})

test.each([
  [
    'an address as manuals write it',
    port({ address: 400_001 }),
    'registers.0.address: expected 0 to 65535, as on the wire: 40001 in a manual is holding 0',
  ],
  ['a slave that cannot be', port({ unit: 248 }), 'registers.0.unit: expected a slave from 1 to 247'],
  ['the broadcast address', port({ unit: 0 }), 'registers.0.unit: expected a slave from 1 to 247'],
  [
    'a type for a bit',
    port({ table: 'coil', type: 'u16' }),
    'registers.0.type: a coil is one bit: leave out type',
  ],
  [
    'an order of one register',
    port({ type: 'i16', order: 'CDAB' }),
    'registers.0.order: order is for u32, i32 and f32: a value of one register has none',
  ],
  [
    'a wide value at the last address',
    port({ type: 'f32', address: 65_535 }),
    'registers.0.address: f32 takes two registers: expected an address up to 65534',
  ],
  [
    'a component that is no code',
    port({ component: '31' }),
    'registers.0.component: expected a component code of 16 digits',
  ],
  [
    'a metric without a name',
    port({ metric: 'Level' }),
    'registers.0.metric: expected a name with its unit such as level_mm',
  ],
  [
    'one metric twice',
    { driver: 'modbus', registers: [REGISTER, { ...REGISTER, address: 4 }] },
    'registers.1.metric: level_mm of 3101010101000001 is read by registers[0] too',
  ],
  [
    'more slaves than a line drives',
    {
      driver: 'modbus',
      registers: Array.from({ length: 33 }, (_, i) => ({ ...REGISTER, unit: i + 1, metric: `m${i}` })),
    },
    'registers: 33 slaves on one line: expected at most 32',
  ],
])('%s is refused', (_, value, message) => {
  expect(problems(value)).toEqual([message])
})

test.each([
  [15, 5000, undefined],
  [15, 60_000, 'found 15, but the line is asked only every 60 s: expected at least 120'],
])('a watchdog of %d s and a register every %d ms', (silenceS, everyMs, mistake) => {
  expect(modbusSilenceMistake({ ...ModbusPort.parse(port({ everyMs })), silenceS })).toBe(mistake)
})

test('the sample of the page is right', () => {
  const page = readFileSync(new URL('../../../../docs/drivers/modbus.md', import.meta.url), 'utf8')
  const sample = parse(/```yaml\n([\s\S]*?)```/.exec(page)![1]!) as { ports: unknown[] }
  const AnyPort = z.strictObject({
    ...ModbusPort.shape,
    name: z.string(),
    path: z.string(),
    silenceS: z.number().default(15),
  })
  const port = AnyPort.parse(sample.ports[0])
  expect(modbusSilenceMistake(port)).toBeUndefined()
  expect(port.driver).toBe('modbus')
})
