import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SerialPort } from 'serialport'
import { afterAll, afterEach, expect, it } from 'vitest'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { type Simulation, type SimulationOptions, startSimulation } from '../../device-sim/device-sim.ts'
import { makeFleet } from '../../device-sim/ebike/fleet.ts'
import { componentKind } from '../../proto/catalogue/catalogue.ts'

const { Firmata } = createRequire(import.meta.url)('firmata-io') as {
  Firmata: new (
    port: SerialPort,
  ) => {
    once(event: 'ready', listener: () => void): void
    analogRead(channel: number, listener: (value: number) => void): void
  }
}
const district = generateDistrict(5)
const START_MS = Date.UTC(2026, 2, 2, 0, 0, 0)
const folder = mkdtempSync(join(tmpdir(), 'device-sim-'))
let simulation: Simulation | undefined
const ports: SerialPort[] = []

function start(options: Partial<SimulationOptions> = {}): Simulation {
  simulation = startSimulation({
    seed: 5,
    district,
    ebikes: 2,
    startMs: START_MS,
    nowMs: () => START_MS,
    ...options,
  })
  return simulation
}

async function stop(): Promise<void> {
  await simulation!.stop()
  simulation = undefined
}

async function open(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115200 })
  ports.push(port)
  await once(port, 'open')
  return port
}

afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  for (const port of ports.splice(0))
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()))
  await simulation?.stop()
  simulation = undefined
})

it('opens a port for each e-bike and for the board, and names real components', async () => {
  const { ebikes, boards } = start({ ebikes: 6 })
  expect(ebikes.map((ebike) => ebike.id)).toEqual([1, 2, 3, 4, 5, 6].map((number) => `ebike-0${number}`))
  expect(new Set(ebikes.flatMap((ebike) => ebike.beat)).size).toBe(16)
  expect(boards).toHaveLength(1)
  const [board] = boards
  expect(board!.id).toBe('roadside-01')
  expect(board!.components.map(({ kind, channels }) => ({ kind, channels }))).toEqual([
    { kind: 'cover', channels: { tilt: 0 } },
    { kind: 'lamp', channels: { current: 1, light: 2 } },
  ])
  const codes = district.components.features.map((component) => component.properties.code)
  for (const { code } of board!.components) expect(codes).toContain(code)
  expect(componentKind(board!.components[0]!.code)!.zh).toContain('井盖')
  expect(componentKind(board!.components[1]!.code)!.zh).toBe('路灯')
  const paths = [...ebikes, ...boards].map((device) => device.path)
  expect(new Set(paths).size).toBe(7)
})

it('stop pulls every cable', async () => {
  let now = START_MS
  const { ebikes, boards } = start({ nowMs: () => now, noise: { coldStart: false } })
  const closed: Promise<unknown>[] = []
  for (const { path } of [...ebikes, ...boards]) {
    const port = await open(path)
    closed.push(once(port, 'close'))
    const first = once(port, 'data')
    const clock = setInterval(() => {
      now += 1000
    }, 50)
    await first
    clearInterval(clock)
  }
  // serialport notices a pulled cable only while it waits for more.
  await sleep(200)
  await stop()
  const errors = (await Promise.all(closed)) as [{ disconnected: boolean }][]
  expect(errors.every(([error]) => error.disconnected)).toBe(true)
})

it('rides go on by the clock that is given, and what they write arrives', async () => {
  let now = START_MS
  const { ebikes } = start({ nowMs: () => now, noise: { coldStart: false } })
  const port = await open(ebikes[1]!.path)
  const chunks: Buffer[] = []
  port.on('data', (chunk: Buffer) => chunks.push(chunk))
  const text = () => Buffer.concat(chunks).toString('latin1')
  // A second of the simulated clock for each tenth of a real one.
  const clock = setInterval(() => {
    now += 1000
  }, 100)
  while ((text().match(/RMC,/g) ?? []).length < 5) await once(port, 'data')
  clearInterval(clock)
  const times = [...text().matchAll(/RMC,(\d{6})\.00,A/g)].map((match) => Number(match[1]))
  for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).toBe(1)
})

it('takes over e-bikes that are under way', () => {
  const rides = makeFleet({ seed: 5, district, ebikes: 3, startMs: START_MS - 60_000 })
  for (const ride of rides) while (ride.nextMs < START_MS) ride.next()
  const { ebikes } = start({ rides })
  expect(ebikes.map(({ id, beat }) => ({ id, beat }))).toEqual(rides.map(({ id, beat }) => ({ id, beat })))
})

it('shows the demo faults to the unmodified Firmata client, and tells the truth of them', async () => {
  let now = START_MS
  const truthFile = join(folder, 'truth.jsonl')
  const { boards, ebikes } = start({ nowMs: () => now, truthFile })
  const host = new Firmata(await open(boards[0]!.path))
  await new Promise<void>((resolve) => host.once('ready', resolve))
  const last = [0, 0, 0]
  let reports = 0
  for (const channel of [0, 1, 2])
    host.analogRead(channel, (value) => {
      last[channel] = value
      reports++
    })
  const at = async (elapsedS: number) => {
    now = START_MS + elapsedS * 1000
    const from = reports
    while (reports < from + 12) await sleep(5)
    return { deg: (last[0]! / 1023) * 180 - 90, amps: (last[1]! / 1023) * 5, lux: (last[2]! / 1023) * 1000 }
  }
  expect(Math.abs((await at(5)).deg)).toBeLessThan(2)
  expect((await at(20)).deg).toBeCloseTo(25, 0)
  expect((await at(30)).amps).toBeCloseTo(0.6, 1)
  const dead = await at(60)
  expect(dead.amps).toBeLessThan(0.05)
  expect(dead.lux).toBeLessThan(10)
  expect((await at(290)).amps).toBeCloseTo(0.6, 1)
  expect(Math.abs((await at(291)).deg)).toBeLessThan(2)
  await stop()

  const entries = readFileSync(truthFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [cover, lamp] = boards[0]!.components.map((component) => component.code)
  expect(entries.filter((entry) => 'component' in entry)).toEqual([
    { component: cover, timeMs: START_MS + 9_000, what: 'truck' },
    { component: cover, timeMs: START_MS + 15_000, what: 'tilt-begins', deg: 24 },
    { component: lamp, timeMs: START_MS + 35_000, what: 'lamp-dies' },
    { component: cover, timeMs: START_MS + 195_000, what: 'tilt-ends' },
    { component: lamp, timeMs: START_MS + 275_000, what: 'lamp-recovers' },
  ])
  for (const { id } of ebikes) {
    const positions = entries.filter((entry) => entry.device === id && entry.what === 'position')
    expect(positions.length).toBeGreaterThanOrEqual(290)
    expect(positions[0].timeMs).toBe(START_MS)
  }
})

it('closes what it has opened when the district will not do', () => {
  const bare = { ...district, components: { type: 'FeatureCollection' as const, features: [] } }
  expect(() => start({ district: bare })).toThrow('expected at least one intact lamp and cover')
})
