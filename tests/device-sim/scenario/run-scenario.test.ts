import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SerialPort } from 'serialport'
import { afterEach, expect, test, vi } from 'vitest'
import { parseScenario } from '../../../device-sim/scenario/load-scenario.ts'
import { type ScenarioOptions, startScenario, type Told } from '../../../device-sim/scenario/run-scenario.ts'
import type { HappeningTruth, TruthEntry } from '../../../device-sim/truth.ts'
import { MemoryPty } from './memory-pty.ts'

const START_MS = Date.UTC(2026, 4, 1, 11)
const DEVICES = `about: A test.
startsAt: 2026-05-01T19:00:00+08:00
lasts: 20min
devices:
  - { id: manhole-01, kind: manhole, wired: line, components: 2, every: 200ms }
  - { id: lamp-01, kind: lamp, wired: modbus, components: 5, circuits: 2 }
  - { id: terminal-01, kind: terminal, receivers: 2, noise: { coldStart: false, voidsPerHour: 0, powerGapsPerHour: 0 } }
`

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  vi.useRealTimers()
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'run-scenario-'))
  cleanups.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A scenario on a clock that goes where it is told to; it looks around every 5 ms. */
function run(happens: string[], options: Partial<ScenarioOptions> = {}, devices = DEVICES) {
  const clock = { nowMs: 1_000_000 }
  const truth: TruthEntry[] = []
  const list = happens.map((happening) => `  - { ${happening} }`).join('\n')
  const running = startScenario(parseScenario(`${devices}happens:\n${list || '  []'}\n`, 'test.yaml'), {
    nowMs: () => clock.nowMs,
    truth: { write: (entry) => truth.push(entry) },
    lookMs: 5,
    ...options,
  })
  cleanups.push(() => running.stop())
  const device = (id: string) => running.devices.find((one) => one.id === id)!
  const go = async (ms: number) => {
    clock.nowMs += ms
    await sleep(20)
  }
  return { running, truth, device, go, happened: () => truth.filter(isHappening) }
}

const isHappening = (entry: TruthEntry): entry is HappeningTruth => 'component' in entry

async function listen(path: string, baudRate = 9600): Promise<{ port: SerialPort; text: () => string }> {
  const port = new SerialPort({ path, baudRate })
  cleanups.push(() => new Promise<void>((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve())))
  let text = ''
  port.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1')
  })
  await once(port, 'open')
  return { port, text: () => text }
}

test('devices tell what they are: neighbours of the district, ports, circuits', () => {
  const { running, device } = run([])
  const codes = running.district.components.features.map(({ properties }) => properties.code)
  for (const { components } of running.devices)
    for (const { code, position } of components) {
      const feature = running.district.components.features[codes.indexOf(code)]!
      expect(feature.geometry.coordinates).toEqual([position.lon, position.lat])
    }
  const all = running.devices.flatMap(({ code, components, circuits }) => [
    code,
    ...components.map((component) => component.code),
    ...circuits.map((circuit) => circuit.code),
  ])
  expect(new Set(all).size).toBe(all.length)
  const lamps = device('lamp-01')
  expect(lamps.circuits.map(({ members }) => members.length)).toEqual([3, 2])
  expect(lamps.circuits.flatMap(({ members }) => members)).toEqual(lamps.components.map(({ code }) => code))
  expect(lamps.components.map(({ phaseDeg }) => phaseDeg)).toEqual([0, 120, 240, 0, 120])
  expect(device('terminal-01').ports.map(({ name, driver }) => [name, driver])).toEqual([
    ['gps', 'nmea'],
    ['gps2', 'nmea'],
  ])
})

test('the truth tells each occurrence as it begins, at the component that it is at', async () => {
  const { device, go, happened } = run([
    'at: 10s, every: 30s, times: 2, for: 5s, device: manhole-01, component: 2, what: tilts, deg: 30, fault: cover_tilted',
    'at: 20s, device: lamp-01, what: circuit-cut, circuit: 2, fault: circuit_silent, faultAfter: 2min, trap: sensor_silent',
    'at: 20s, for: 1min, device: terminal-01, what: antenna-off, port: gps2',
  ])
  await go(9_000)
  expect(happened()).toEqual([])
  await go(3_000)
  const tilts = {
    timeMs: START_MS + 10_000,
    untilMs: START_MS + 15_000,
    device: 'manhole-01',
    component: device('manhole-01').components[1]!.code,
    what: 'tilts',
    deg: 30,
    over: 1000,
    fault: ['cover_tilted'],
  }
  expect(happened()).toEqual([tilts])
  await go(60_000)
  expect(happened().slice(1)).toEqual([
    {
      timeMs: START_MS + 20_000,
      device: 'lamp-01',
      component: device('lamp-01').circuits[1]!.code,
      what: 'circuit-cut',
      circuit: 2,
      fault: ['circuit_silent'],
      trap: ['sensor_silent'],
      faultMs: START_MS + 140_000,
    },
    {
      timeMs: START_MS + 20_000,
      untilMs: START_MS + 80_000,
      device: 'terminal-01',
      component: device('terminal-01').code,
      what: 'antenna-off',
      port: 'gps2',
    },
    { ...tilts, timeMs: START_MS + 40_000, untilMs: START_MS + 45_000 },
  ])
})

test('positions are in the truth each second; a gap is where no receiver has a fix', async () => {
  const { truth, go } = run([
    'at: 10s, for: 10s, device: terminal-01, what: antenna-off, port: gps2',
    'at: 30s, for: 10s, device: terminal-01, what: antenna-off',
  ])
  for (let second = 0; second < 60; second++) await go(1000)
  const positions = truth.filter((entry) => entry.what === 'position')
  expect(positions.map(({ timeMs }) => timeMs)).toEqual(
    Array.from({ length: 61 }, (_, second) => START_MS + second * 1000),
  )
  const gapsS = positions.flatMap((entry) =>
    'gap' in entry ? [(Number(entry.timeMs) - START_MS) / 1000] : [],
  )
  expect(gapsS.slice(0, 10)).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39])
  expect(gapsS.at(-1)).toBeLessThan(45)
})

test('what a gateway must be told is told', async () => {
  const told: Told[] = []
  const { go } = run(
    [
      'at: 10s, device: terminal-01, what: clock-step, by: -1h',
      'at: 20s, for: 30s, device: lamp-01, what: uplink-lost',
      'at: 40s, device: lamp-01, what: gateway-restarts, for: 5s',
    ],
    { onTold: (one) => told.push(one) },
  )
  await go(41_000)
  await go(60_000)
  expect(told).toEqual([
    { phase: 'begin', what: 'clock-step', device: 'terminal-01', byMs: -3_600_000 },
    { phase: 'begin', what: 'uplink-lost', device: 'lamp-01' },
    { phase: 'begin', what: 'gateway-restarts', device: 'lamp-01' },
    { phase: 'end', what: 'uplink-lost', device: 'lamp-01' },
    { phase: 'end', what: 'gateway-restarts', device: 'lamp-01' },
  ])
})

test('it is done when it is over, and the links are gone when it is stopped', async () => {
  const linkDir = folder()
  const { running, go } = run([], { linkDir })
  expect(
    readdirSync(linkDir)
      .filter((name) => !name.startsWith('.'))
      .toSorted(),
  ).toEqual(['lamp-01-bus', 'manhole-01-line', 'terminal-01-gps', 'terminal-01-gps2'])
  const done = vi.fn()
  void running.done.then(done)
  await go(1_199_000)
  expect(done).not.toHaveBeenCalled()
  await go(1_000)
  expect(done).toHaveBeenCalledOnce()
  running.stop()
  running.stop()
  expect(readdirSync(linkDir)).toEqual([])
})

test('a device that is unplugged is gone, and comes back by the same link', async () => {
  const { device, go } = run(['at: 10s, for: 10s, device: manhole-01, what: unplugged'])
  const { path } = device('manhole-01').ports[0]!
  const before = await listen(path)
  await sleep(200)
  await go(1000)
  await vi.waitFor(() => expect(before.text()).toContain('C01 tilt='))
  // serialport sees a pulled cable only while it waits for bytes.
  await sleep(300)
  await go(9_500)
  expect(existsSync(path)).toBe(false)
  await vi.waitFor(() => expect(before.port.isOpen).toBe(false), { timeout: 5000 })
  await go(10_000)
  expect(readlinkSync(path)).toMatch(/^\/dev\//)
  const after = await listen(path)
  await sleep(200)
  await go(1000)
  await vi.waitFor(() => expect(after.text()).toContain('C02 tilt='))
})

test.each([
  ['power-lost', (text: string) => expect(text).toBe('')],
  ['wrong-baud', (text: string) => expect(text.length > 0 && !text.includes('tilt=')).toBe(true)],
  [
    'garbage, bytesPerS: 200',
    (text: string) => expect(/[\x80-\xff]/.test(text) && text.includes('tilt=')).toBe(true),
  ],
])('%s on a line of text, and an end to it', async (what, check) => {
  const { device, go } = run([`at: 10s, for: 20s, device: manhole-01, what: ${what}`])
  const line = await listen(device('manhole-01').ports[0]!.path)
  await sleep(200)
  await go(10_500)
  const before = line.text().length
  for (let second = 0; second < 10; second++) await go(1000)
  await sleep(100)
  check(line.text().slice(before))
  await go(20_000)
  await sleep(100)
  const after = line.text().length
  for (let second = 0; second < 5; second++) await go(1000)
  await sleep(100)
  expect(line.text().slice(after)).toMatch(/^(C0[12] tilt=[^\n]*\r\n)+$/)
})

test('a component that falls silent writes no line, and one without a sensor a blank', async () => {
  const { device, go } = run([
    'at: 1s, device: manhole-01, component: 1, what: falls-silent',
    'at: 1s, device: manhole-01, component: 2, what: falls-silent, metric: gas_lel_pct',
    'at: 1s, device: manhole-01, component: 2, what: overflows, metric: water_depth_m',
    'at: 1s, device: manhole-01, component: 2, what: not-a-number, metric: temperature_c',
  ])
  const line = await listen(device('manhole-01').ports[0]!.path)
  await sleep(200)
  for (let second = 0; second < 5; second++) await go(1000)
  await vi.waitFor(() => expect(line.text()).toContain('temp=NaN'))
  const lines = line.text().split('\r\n').slice(4, -1)
  expect(lines.every((text) => /^C02 .* water=65535 gas= .* temp=NaN$/.test(text))).toBe(true)
})

test('the same file gives the same truth and the same bytes again', async () => {
  const play = async () => {
    const { device, truth, go, running } = run([
      'at: [1s, 20s], every: [2s, 9s], device: manhole-01, component: all, what: truck',
      'at: [1s, 20s], for: [5s, 9s], device: terminal-01, what: tunnel',
    ])
    const [line, gps] = await Promise.all([
      listen(device('manhole-01').ports[0]!.path),
      listen(device('terminal-01').ports[1]!.path),
    ])
    await sleep(300)
    for (let second = 0; second < 40; second++) await go(1000)
    await sleep(100)
    running.stop()
    return { truth, line: line.text(), gps: gps.text() }
  }
  const one = await play()
  expect(one.line.length).toBeGreaterThan(1000)
  expect(one.gps.length).toBeGreaterThan(5000)
  expect(await play()).toEqual(one)
})

test('hours pass in seconds when timers, clocks and lines are virtual', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
  vi.setSystemTime(START_MS)
  const truth: TruthEntry[] = []
  const trucks = 'at: 10s, every: 5min, device: manhole-01, component: all, what: truck'
  const running = startScenario(
    parseScenario(`${DEVICES.replace('20min', '3h')}happens:\n  - { ${trucks} }\n`, 'test.yaml'),
    {
      nowMs: Date.now,
      truth: { write: (entry) => truth.push(entry) },
      lookMs: 250,
      openPty: () => new MemoryPty(),
    },
  )
  cleanups.push(() => running.stop())
  vi.advanceTimersByTime(3 * 3_600_000)
  expect(truth.filter(({ what }) => what === 'truck')).toHaveLength(72)
  expect(truth.filter(({ what }) => what === 'position')).toHaveLength(3 * 3600 + 1)
})

test.each([
  [
    'devices: [{ id: a, kind: manhole, components: 64 }, { id: b, kind: manhole, components: 64 }, { id: c, kind: manhole, components: 64 }, { id: d, kind: manhole, components: 64 }, { id: e, kind: manhole, components: 64 }, { id: f, kind: manhole, components: 64 }]',
    /^[a-f]: the district has only \d+ components of kind manhole left; expected at most so many$/,
  ],
  ['devices: [{ id: a, kind: ebike, beat: ["999"] }]', /no street lies in these grids/],
  ['devices: [{ id: a, kind: ebike, receiver: { rateHz: 11 } }]', /rateHz: found 11, expected/],
])('%s', (devices, message) => {
  const linkDir = folder()
  const text = `about: A test.\nlasts: 20min\n${devices}\n`
  expect(() => startScenario(parseScenario(text, 'test.yaml'), { nowMs: Date.now, linkDir })).toThrow(message)
  expect(readdirSync(linkDir)).toEqual([])
})
