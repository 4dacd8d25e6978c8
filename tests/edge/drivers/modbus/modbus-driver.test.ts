import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { ModbusSlaves, type SlaveTables } from '../../../../device-sim/hardware/modbus-slaves.ts'
import { openPty, type Pty } from '../../../../device-sim/hardware/pty.ts'
import { ModbusPort } from '../../../../gateway/edge/drivers/modbus/modbus-config.ts'
import { startModbusDriver } from '../../../../gateway/edge/drivers/modbus/modbus-driver.ts'
import { openSerialPort } from '../../../../gateway/edge/serial/open-serial-port.ts'
import { SerialLine } from '../../../../gateway/edge/serial/serial-line.ts'
import { silentLog } from '../../../../gateway/foundation/log.ts'

/** The real modbus-serial and serialport on a real pty; behind it simulated slaves with an encoder of their own. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const WELL = '3101010101000001'
const LAMP = '3101010118000001'

const LEVEL = { component: WELL, metric: 'level_mm', unit: 3, table: 'holding', address: 0, everyMs: 100 }
const TEMPERATURE = {
  ...LEVEL,
  metric: 'temperature_c',
  address: 1,
  type: 'i16',
  scale: 0.1,
  noValue: [0x7fff],
}
const ENERGY = { ...LEVEL, component: LAMP, metric: 'energy_wh', unit: 7, address: 10, type: 'u32' }

interface Line {
  path?: string
  slaves?: Record<number, SlaveTables>
  registers: object[]
  timeoutMs?: number
  retries?: number
  silenceMs?: number
}

function slavesOn(pty: Pty, slaves: Record<number, SlaveTables>): ModbusSlaves {
  const simulated = new ModbusSlaves(pty, slaves)
  cleanups.push(() => simulated.stop())
  return simulated
}

function pty(): Pty {
  const opened = openPty()
  cleanups.push(() => opened.close())
  return opened
}

function gateway({ path, registers, silenceMs = 60_000, ...rest }: Line & { path: string }) {
  const config = ModbusPort.parse({ driver: 'modbus', baud: 19_200, registers, ...rest })
  const values: { component: string; metric: string; value: number }[] = []
  const slaveStates: string[] = []
  const serial = new SerialLine({
    name: 'meters',
    path,
    silenceMs,
    open: () => openSerialPort(path, config.baud),
    drive: (context) =>
      startModbusDriver(
        context,
        config,
        (value) => values.push(value),
        (unit, state, detail) => slaveStates.push(`${unit} ${state}${detail && `: ${detail}`}`),
      ),
    onStateChange() {},
    log: silentLog(),
  })
  serial.start()
  cleanups.push(() => serial.stop())
  const newest = (metric: string) => values.findLast((value) => value.metric === metric)?.value
  const count = (name: string) => serial.state.counters[name] ?? 0
  return { serial, values, newest, slaveStates, count }
}

function line({ slaves = {}, ...rest }: Line) {
  const opened = pty()
  const simulated = slavesOn(opened, slaves)
  return { simulated, ...gateway({ path: opened.path, ...rest }) }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

const words: SlaveTables = { holding: (address) => [1250, 0xff9c][address] }
const meter: SlaveTables = { holding: (address) => ({ 10: 0x0001, 11: 0xe240 })[address] }

test('registers of several slaves become readings in the units of the register map', async () => {
  const { newest, serial, slaveStates, values } = line({
    slaves: { 3: words, 7: meter },
    registers: [LEVEL, TEMPERATURE, ENERGY],
  })
  await eventually(() => expect(newest('energy_wh')).toBeDefined())
  expect(values.filter(({ metric }) => metric === 'level_mm')[0]).toEqual({
    component: WELL,
    metric: 'level_mm',
    value: 1250,
  })
  expect(newest('temperature_c')).toBeCloseTo(-10, 9)
  expect(newest('energy_wh')).toBe(123_456)
  expect(serial.state.state).toBe('open')
  expect(slaveStates.toSorted()).toEqual(['3 answering', '7 answering'])
})

test('all four tables are read, neighbours in one request', async () => {
  const bits = (set: number[]) => (address: number) => (set.includes(address) ? 1 : 0)
  const { newest, simulated } = line({
    slaves: { 3: { coil: bits([21]), discrete: bits([5]), input: () => 77, holding: () => 11 } },
    registers: [
      { ...LEVEL, metric: 'coil_a', table: 'coil', address: 20 },
      { ...LEVEL, metric: 'coil_b', table: 'coil', address: 21 },
      { ...LEVEL, metric: 'door_open', table: 'discrete', address: 5, scale: -1, offset: 1 },
      { ...LEVEL, metric: 'input_a', table: 'input', address: 100 },
      { ...LEVEL, metric: 'holding_a', table: 'holding', address: 100 },
    ],
  })
  await eventually(() => {
    expect(newest('coil_a')).toBe(0)
    expect(newest('coil_b')).toBe(1)
    expect(newest('door_open')).toBe(0)
    expect(newest('input_a')).toBe(77)
    expect(newest('holding_a')).toBe(11)
  })
  const asked = new Set(
    simulated.requests.map(({ functionCode, address, count }) => `${functionCode} ${address} ${count}`),
  )
  expect(asked).toEqual(new Set(['1 20 2', '2 5 1', '3 100 1', '4 100 1']))
})

test('a value by which the slave says that it has none is left out', async () => {
  const { values, count } = line({
    slaves: { 3: { holding: (address) => [1250, 0x7fff][address] } },
    registers: [LEVEL, TEMPERATURE],
  })
  await eventually(() => expect(count('without-value')).toBeGreaterThan(1))
  expect(new Set(values.map(({ metric }) => metric))).toEqual(new Set(['level_mm']))
})

test('a dead slave is reported, does not hold up the others, and is heard again when it comes back', async () => {
  const { newest, values, simulated, slaveStates, serial, count } = line({
    slaves: { 3: words, 7: meter },
    registers: [LEVEL, ENERGY],
    timeoutMs: 150,
    retries: 1,
  })
  simulated.setFault(7, { kind: 'silent' })
  await eventually(() =>
    expect(slaveStates).toContain('7 silent: no answer within 150 ms, 2 of 2 times: holding 10 to 11'),
  )
  const lostBefore = count('unit-3-unanswered')
  const asked = (unit: number) => simulated.requests.filter((request) => request.unit === unit).length
  const askedBefore = { 3: asked(3), 7: asked(7) }
  const valuesBefore = values.length
  await eventually(() => expect(values.length).toBeGreaterThan(valuesBefore + 20))
  expect(asked(7) - askedBefore[7]).toBeLessThan((asked(3) - askedBefore[3]) / 3)
  expect(newest('energy_wh')).toBeUndefined()
  expect(serial.state.state).toBe('open')
  expect(count('unit-7-unanswered')).toBeGreaterThanOrEqual(2)
  expect(count('unit-3-unanswered')).toBe(lostBefore)
  simulated.setFault(7, undefined)
  await eventually(() => expect(newest('energy_wh')).toBe(123_456))
  expect(slaveStates.filter((state) => state.startsWith('7'))).toEqual([
    expect.stringMatching(/^7 silent/),
    '7 answering',
  ])
})

test('an exception is an answer, counted by code and by slave, and told with its address', async () => {
  const { simulated, count, slaveStates, serial, values, newest } = line({
    slaves: { 3: words, 7: meter },
    registers: [LEVEL, ENERGY],
  })
  simulated.setFault(7, { kind: 'exception', code: 4 })
  await eventually(() => expect(count('exception-4')).toBeGreaterThan(1))
  expect(count('unit-7-exceptions')).toBe(count('exception-4'))
  expect(slaveStates).toContain('7 answering: refuses holding 10 to 11: exception 4, device failure')
  expect(values.every(({ metric }) => metric === 'level_mm')).toBe(true)
  expect(serial.state.state).toBe('open')
  simulated.setFault(7, undefined)
  await eventually(() => expect(newest('energy_wh')).toBe(123_456))
  expect(slaveStates.at(-1)).toBe('7 answering')
})

test('one address that a slave does not have costs one value, not its neighbours', async () => {
  const { newest, count, slaveStates } = line({
    slaves: { 3: words },
    registers: [LEVEL, TEMPERATURE, { ...LEVEL, metric: 'ph', address: 2 }],
  })
  await eventually(() => expect(newest('temperature_c')).toBeCloseTo(-10, 9))
  expect(newest('level_mm')).toBe(1250)
  expect(newest('ph')).toBeUndefined()
  expect(count('blocks-split')).toBe(1)
  await eventually(() =>
    expect(slaveStates.at(-1)).toBe('3 answering: refuses holding 2: exception 2, illegal data address'),
  )
})

test.each([
  ['noise around the answer', { kind: 'noise' }],
  ['an answer in two pieces', { kind: 'halting', pauseMs: 30 }],
  ['an adapter that echoes the request', { kind: 'echo' }],
] as const)('%s does no harm', async (_, fault) => {
  const { simulated, newest, slaveStates, count } = line({
    slaves: { 3: words },
    registers: [LEVEL, TEMPERATURE],
  })
  simulated.setFault(3, fault)
  await eventually(() => expect(count('answers')).toBeGreaterThan(3))
  expect(newest('level_mm')).toBe(1250)
  expect(slaveStates).toEqual(['3 answering'])
  if (fault.kind !== 'halting') expect(count('skipped-bytes')).toBeGreaterThan(0)
})

test.each([
  ['a wrong checksum', { kind: 'crc' }],
  ['an answer that ends early', { kind: 'cut', bytes: 4 }],
] as const)(
  '%s is no value: the request is repeated, and the slave is told to be unheard',
  async (_, fault) => {
    const { simulated, values, slaveStates, count } = line({
      slaves: { 3: words },
      registers: [LEVEL],
      timeoutMs: 100,
      retries: 2,
    })
    simulated.setFault(3, fault)
    await eventually(() => expect(slaveStates).toHaveLength(1))
    expect(slaveStates[0]).toMatch(
      /^3 silent: only damaged bytes within 100 ms \(wiring, .*\), 3 of 3 times: holding 0$/,
    )
    await eventually(() => expect(count('damaged')).toBeGreaterThanOrEqual(3))
    expect(values).toEqual([])
    simulated.setFault(3, undefined)
    await eventually(() => expect(values.length).toBeGreaterThan(0))
  },
)

test('an answer that comes late is never taken for the answer to another question', async () => {
  const { simulated, values, count } = line({
    slaves: { 3: { holding: (address) => 1000 + address } },
    registers: [
      { ...LEVEL, metric: 'first' },
      { ...LEVEL, metric: 'second', address: 50 },
    ],
    timeoutMs: 100,
    retries: 3,
  })
  simulated.setFault(3, { kind: 'slow', delayMs: 180 })
  await eventually(() => expect(values.length).toBeGreaterThan(6))
  expect(count('timeouts')).toBeGreaterThan(0)
  const heard = new Set(values.map(({ metric, value }) => `${metric} ${value}`))
  expect(heard).toEqual(new Set(['first 1000', 'second 1050']))
})

test('the line comes back after it was pulled, at another device', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'by-id-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'usb-rs485')
  const before = openPty()
  slavesOn(before, { 3: words })
  symlinkSync(before.path, path)
  const { serial, values, newest } = gateway({ path, registers: [LEVEL], timeoutMs: 60, silenceMs: 2000 })
  await eventually(() => expect(newest('level_mm')).toBe(1250))
  unlinkSync(path)
  before.close()
  await eventually(() => expect(serial.state.state).not.toBe('open'))
  const after = pty()
  slavesOn(after, { 3: { holding: () => 990 } })
  symlinkSync(after.path, path)
  await eventually(() => expect(newest('level_mm')).toBe(990))
  expect(serial.state.state).toBe('open')
  expect(values.every(({ value }) => value === 1250 || value === 990)).toBe(true)
})

test('a line on which no slave answers is silent, and is opened anew', async () => {
  const { serial, count } = line({ registers: [LEVEL], timeoutMs: 60, silenceMs: 500 })
  await eventually(() => expect(serial.state.state).toBe('silent'))
  await eventually(() => expect(count('opened')).toBeGreaterThan(1))
})
