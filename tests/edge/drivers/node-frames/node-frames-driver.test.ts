import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import {
  encodeNodeFrame,
  RadioBridge,
  type RadioMishaps,
  SensorNode,
} from '../../../../device-sim/hardware/node-frames.ts'
import { openPty, type Pty } from '../../../../device-sim/hardware/pty.ts'
import { NodeFramesPort } from '../../../../gateway/edge/drivers/node-frames/node-frames-config.ts'
import { startNodeFramesDriver } from '../../../../gateway/edge/drivers/node-frames/node-frames-driver.ts'
import { NodeRoster } from '../../../../gateway/edge/drivers/node-frames/node-roster.ts'
import { openSerialPort } from '../../../../gateway/edge/serial/open-serial-port.ts'
import { SerialLine } from '../../../../gateway/edge/serial/serial-line.ts'
import { silentLog } from '../../../../gateway/foundation/log.ts'

/** The real serialport on a real pty; behind it simulated nodes with an encoder of their own. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const COVER = '3101010101000001'
const WELL = '3101010102000001'
const NODES = [
  {
    node: 17,
    heartbeatS: 3600,
    battery: { component: COVER },
    samples: [
      { code: 1, component: COVER, metric: 'tilt_deg', scale: 0.1 },
      { code: 2, component: WELL, metric: 'level_mm', offset: 5 },
    ],
  },
  { node: 18, heartbeatS: 3600, samples: [{ code: 1, component: WELL, metric: 'gas_ppm' }] },
]

function pty(): Pty {
  const opened = openPty()
  cleanups.push(() => opened.close())
  return opened
}

function gateway(path: string, silenceMs = 60_000) {
  const config = NodeFramesPort.parse({ driver: 'node-frames', nodes: NODES })
  const values: { component: string; metric: string; value: number; ageMs: number }[] = []
  const nodeStates: string[] = []
  const roster = new NodeRoster(config.nodes, (node, state) => nodeStates.push(`${node} ${state}`))
  cleanups.push(() => roster.stop())
  const serial = new SerialLine({
    name: 'radio',
    path,
    silenceMs,
    open: () => openSerialPort(path, config.baud),
    drive: (context) => startNodeFramesDriver(context, roster, (value) => values.push(value)),
    onStateChange() {},
    log: silentLog(),
  })
  serial.start()
  cleanups.push(() => serial.stop())
  const count = (name: string) => serial.state.counters[name] ?? 0
  return { serial, values, nodeStates, count }
}

async function line(mishaps: RadioMishaps = {}) {
  const radio = pty()
  const opened = gateway(radio.path)
  await radio.ready()
  return { radio, bridge: new RadioBridge(radio, 1, mishaps), ...opened }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 20 })
const clock = () => {
  let nowMs = 0
  return { nowMs: () => nowMs, pass: (ms: number) => (nowMs += ms) }
}

test('samples become readings, oldest first, in the units of the configuration', async () => {
  const { bridge, values, serial, nodeStates } = await line()
  const node = new SensorNode(17, () => 0)
  bridge.relay(
    node.say({
      batteryMv: 3580,
      samples: [
        { metric: 2, value: -40 },
        { metric: 1, value: 215, ageMs: 60_000 },
      ],
    }),
  )
  await eventually(() => expect(values).toHaveLength(3))
  expect(values).toEqual([
    { component: COVER, metric: 'battery_mv', value: 3580, ageMs: 0 },
    { component: COVER, metric: 'tilt_deg', value: 21.5, ageMs: 60_000 },
    { component: WELL, metric: 'level_mm', value: -35, ageMs: 0 },
  ])
  expect(serial.state.state).toBe('open')
  expect(nodeStates).toEqual(['17 heard'])
})

test('with frames lost, repeated and damaged, each value comes once and everything is accounted for', async () => {
  const { bridge, radio, values, count } = await line({ lost: 0.1, repeated: 0.1, bitFlipped: 0.1 })
  const time = clock()
  const node = new SensorNode(17, time.nowMs)
  const FRAMES = 300
  for (let i = 1; i <= FRAMES; i++) {
    time.pass(60_000)
    bridge.relay(node.say({ samples: [{ metric: 2, value: i }] }))
  }
  const { lost, repeated, bitFlipped } = bridge.counts
  // The last frame comes unharmed, behind a delimiter.
  const last = node.say({ samples: [{ metric: 2, value: FRAMES + 1 }] })
  radio.write(Uint8Array.from([0, ...encodeNodeFrame(last)]))
  const heard = () => values.map(({ value }) => value - 5)
  await eventually(() => expect(heard().at(-1)).toBe(FRAMES + 1))
  expect(heard()).toEqual([...new Set(heard())].toSorted((a, b) => a - b))
  // A flipped bit costs its own frame, and that of a neighbour where it makes or takes a delimiter.
  expect(heard().length).toBeGreaterThanOrEqual(FRAMES + 1 - lost - 2 * bitFlipped)
  expect(count('lost-frames')).toBe(FRAMES + 2 - heard()[0]! - heard().length)
  expect(count('duplicates')).toBeGreaterThan(0)
  expect(count('duplicates')).toBeLessThanOrEqual(repeated)
  expect(count('rejected-crc')).toBeGreaterThan(0)
})

test('a node with a new battery is heard at once, though it counts from 1 again', async () => {
  const { bridge, values, count } = await line()
  const time = clock()
  const node = new SensorNode(17, time.nowMs)
  for (const value of [1, 2, 3]) {
    bridge.relay(node.say({ samples: [{ metric: 2, value }] }))
    time.pass(60_000)
  }
  node.restart()
  bridge.relay(node.say({ samples: [{ metric: 2, value: 4 }] }))
  time.pass(60_000)
  bridge.relay(node.say({ samples: [{ metric: 2, value: 5 }] }))
  await eventually(() => expect(values.map(({ value }) => value - 5)).toEqual([1, 2, 3, 4, 5]))
  expect(count('node-restarts')).toBe(1)
  expect(count('duplicates')).toBe(0)
})

test('what is not known is counted: nodes, quantities, versions, alarms', async () => {
  const { bridge, radio, values, count } = await line()
  bridge.relay(new SensorNode(99, () => 0).say({ samples: [{ metric: 1, value: 1 }] }))
  bridge.relay(new SensorNode(18, () => 0).say({ samples: [{ metric: 7, value: 1 }], alarm: true }))
  bridge.relay({ version: 2, node: 17, boot: 7, sequence: 1, uptimeS: 0 })
  radio.write(Uint8Array.from([0x03, 0xff, 0xff, 0x00]))
  await eventually(() => expect(count('rejected-too-short')).toBe(1))
  expect(count('unknown-nodes')).toBe(1)
  expect(count('unknown-metrics')).toBe(1)
  expect(count('alarm-frames')).toBe(1)
  expect(count('rejected-version')).toBe(1)
  expect(values).toEqual([])
})

test('a frame that comes behind a newer one gives no values', async () => {
  const { radio, values, count } = await line()
  const frame = (sequence: number) =>
    encodeNodeFrame({
      node: 17,
      boot: 7,
      sequence,
      uptimeS: sequence,
      samples: [{ metric: 2, value: sequence }],
    })
  for (const sequence of [1, 3, 2, 4]) radio.write(frame(sequence))
  await eventually(() => expect(values.map(({ value }) => value - 5)).toEqual([1, 3, 4]))
  expect(count('late-frames')).toBe(1)
  expect(count('lost-frames')).toBe(1)
})

test('a bridge that was pulled and put in again goes on where it was: what is repeated is still known', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'by-id-'))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'usb-radio')
  const before = openPty()
  symlinkSync(before.path, path)
  const { serial, values, count, nodeStates } = gateway(path, 2000)
  const node = new SensorNode(17, () => 0)
  const first = node.say({ samples: [{ metric: 2, value: 1 }] })
  await before.ready()
  new RadioBridge(before, 1).relay(first)
  await eventually(() => expect(values).toHaveLength(1))
  unlinkSync(path)
  before.close()
  await eventually(() => expect(serial.state.state).not.toBe('open'))
  const after = pty()
  symlinkSync(after.path, path)
  await after.ready()
  const bridge = new RadioBridge(after, 1)
  bridge.relay(first)
  bridge.relay(node.say({ samples: [{ metric: 2, value: 2 }] }))
  await eventually(() => expect(values.map(({ value }) => value - 5)).toEqual([1, 2]))
  expect(count('duplicates')).toBe(1)
  expect(nodeStates).toEqual(['17 heard'])
})

test('bytes that are no frames ask whether the baud rate is right', async () => {
  const radio = pty()
  const { serial } = gateway(radio.path, 400)
  await eventually(() => {
    radio.write(Uint8Array.from([0x55, 0x00, 0xaa, 0x03, 0x00]))
    expect(serial.state.state).toBe('baud')
  })
})
