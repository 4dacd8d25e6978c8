import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import five from 'johnny-five'
import { expect, onTestFinished as onEnd, test } from 'vitest'
import { Tmp102 } from '../../../../device-sim/hardware/i2c-chips.ts'
import { boardLine, eventually } from './board-line.ts'

const SENSORS = [
  { metric: 'light_lux', channel: 'A0', scale: [0, 1023] as [number, number] },
  { metric: 'door_open', channel: 'D7', pullUp: true },
  {
    metric: 'temperature_c',
    i2c: { address: 0x48, register: 0, type: 'int16-be' as const, scale: 1 / 256, everyMs: 100 },
  },
  { metric: 'tilt_deg', i2c: { chip: 'ADXL345', everyMs: 100 } },
]
const METRICS = ['light_lux', 'door_open', 'temperature_c']
const CYCLES = 30

/** What this process holds of the system. */
function held() {
  const resources = process.getActiveResourcesInfo()
  return {
    timers: resources.filter((name) => name === 'Timeout').length,
    resources: resources.filter((name) => name !== 'Timeout').length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    files: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    boards: five.Board.cache.length,
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

test(`pulled and plugged ${CYCLES} times: readings go on, of the board that is there, and nothing grows`, {
  timeout: 180_000,
}, async () => {
  let plugged = 0
  const chips = [new Tmp102(() => plugged)]
  // Captured by each board: a value of an earlier board would show.
  const wired = () => {
    const here = plugged
    return { analog: () => here, digital: () => (here % 2) as 0 | 1, chips }
  }
  const line = boardLine({ board: wired(), sensors: SENSORS, samplingMs: 20, onEnd })
  const boards: WeakRef<object>[] = []
  const seen: ReturnType<typeof held>[] = []

  for (;;) {
    const from = line.values.length
    await eventually(() => {
      const metrics = line.values.slice(from).map(({ metric }) => metric)
      for (const metric of METRICS) expect(metrics).toContain(metric)
    })
    expect(line.serial.state.state).toBe('open')
    for (const { metric, value } of line.values.slice(from))
      expect({ metric, value }).toEqual({ metric, value: metric === 'door_open' ? plugged % 2 : plugged })
    boards.push(new WeakRef(five.Board.cache[0]!.io))
    seen.push(held())
    if (plugged === CYCLES) break

    line.pull()
    await eventually(() => expect(line.serial.state.state).toBe('failed'))
    expect(line.serial.state.detail).toMatch(/closed|EIO|disconnected|unplugged/i)
    plugged++
    line.plug(wired())
  }

  expect(line.count('boards-ready')).toBe(CYCLES + 1)
  // Timers of a moment come and go; a leak of one a cycle would show as 25.
  const [early, late] = [seen[5]!, seen.at(-1)!]
  expect(late.boards).toBe(1)
  expect(late.listeners).toBe(early.listeners)
  for (const what of ['timers', 'resources', 'files'] as const)
    expect(Math.abs(late[what] - early[what]), what).toBeLessThanOrEqual(5)
  collectGarbage()
  await new Promise((resolve) => setTimeout(resolve, 50))
  collectGarbage()
  expect(boards.filter((board) => board.deref()).length).toBeLessThanOrEqual(3)
})

test('pulled without a word: no value from then on, and none of old after it is back', async () => {
  let level: 0 | 1 = 1
  let lux = 20
  const line = boardLine({
    board: { analog: () => lux, digital: () => level, chips: [new Tmp102(() => lux)] },
    sensors: SENSORS,
    silenceMs: 4000,
    onEnd,
  })
  await eventually(() => {
    for (const metric of METRICS) expect(line.newest(metric)).toBeDefined()
  })
  line.board.stop()
  // What it had sent is still on the line.
  await new Promise((resolve) => setTimeout(resolve, 200))
  const before = line.values.length
  await eventually(() => expect(line.serial.state.state).toBe('silent'))
  expect(line.values.length).toBe(before)
  level = 0
  lux = 90
  line.board.start()
  await eventually(() => {
    const metrics = line.values.slice(before).map(({ metric }) => metric)
    for (const metric of METRICS) expect(metrics).toContain(metric)
  })
  expect(new Set(line.values.slice(before).map(({ value }) => value))).toEqual(new Set([0, 90]))
})
