import { describe, expect, type TestContext, test, vi } from 'vitest'
import {
  ConfigurableReceiver,
  type ReceiverFamily,
} from '../../../device-sim/hardware/configurable-receiver.ts'
import { openPty } from '../../../device-sim/hardware/pty.ts'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { startNmeaDriver } from '../../../gateway/edge/drivers/nmea-driver.ts'
import { PortSetup } from '../../../gateway/edge/drivers/receiver-setup/receiver-setup.ts'
import { ReceiverSetup } from '../../../gateway/edge/drivers/receiver-setup/receiver-setup-config.ts'
import { DeviceReceivers } from '../../../gateway/edge/receivers/device-receivers.ts'
import { ReceiverChoiceConfig } from '../../../gateway/edge/receivers/receiver-choice-config.ts'
import { openSerialPort } from '../../../gateway/edge/serial/open-serial-port.ts'
import { SerialLine } from '../../../gateway/edge/serial/serial-line.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import type { Fix } from '../../../proto/domain.ts'

/** The real serialport on real ptys; behind them receivers that can be told what to write. */

const SHANGHAI = { lat: 31.23, lon: 121.47 }
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 25_000, interval: 50 })

/** Ptys, receivers and lines of one test, closed behind it, the last one first. */
function bench({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const cleanups: (() => unknown)[] = []
  onTestFinished(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup()
  })
  return {
    receiver(family: ReceiverFamily, { place = SHANGHAI, refuses = [] as string[] } = {}) {
      const pty = openPty()
      cleanups.push(() => pty.close())
      const device = new ConfigurableReceiver(pty, { family, nowMs: Date.now, place, refuses })
      device.start()
      cleanups.push(() => device.stop())
      return { device, pty }
    },
    gateway(path: () => string, setup?: PortSetup, onFix: (fix: Fix) => void = () => {}) {
      const fixes: Fix[] = []
      const clock = new EdgeClock()
      const take = (fix: Fix): void => {
        fixes.push(fix)
        onFix(fix)
      }
      const serial = new SerialLine({
        name: 'gps',
        path: path(),
        silenceMs: 60_000,
        open: () => openSerialPort(path(), 9600),
        drive: (context) => startNmeaDriver(context, clock, take, { setup }),
        onStateChange() {},
        log: silentLog(),
      })
      serial.start()
      cleanups.push(() => serial.stop())
      const counters = () => serial.state.counters
      return { serial, fixes, counters }
    },
  }
}

const setupOf = (value: unknown, againAfterMs?: number): PortSetup =>
  PortSetup.of(ReceiverSetup.parse(value), againAfterMs)!

describe.concurrent('set-up on a pty', { timeout: 60_000 }, () => {
  const wishes = { rateHz: 5, constellations: ['gps', 'beidou'], sentences: ['rmc', 'gga', 'gsa'] }

  test.for([
    ['casic', 0],
    ['mtk', 3],
    ['quectel-pair', 9],
    ['unicore', 10],
    ['ublox', 2],
  ] as const)('%s writes what it is told, and %d answers are counted', async ([family, answers], context) => {
    const { receiver, gateway } = bench(context)
    const { device, pty } = receiver(family)
    const { fixes, counters } = gateway(() => pty.path, setupOf({ ...wishes, profile: family }))
    await eventually(() => {
      expect(device.settings.intervalMs).toBe(200)
      expect([...device.settings.sentences].toSorted()).toEqual(['gga', 'gsa', 'rmc'])
      expect([...device.settings.constellations].toSorted()).toEqual(['beidou', 'gps'])
    })
    await eventually(() => expect(counters()['setup-acknowledged'] ?? 0).toBe(answers))
    // Fixes come five times a second now, and nothing of what was said is mistaken for something else.
    const before = fixes.length
    await eventually(() => {
      const last = fixes.slice(before)
      expect(last.length).toBeGreaterThan(10)
      expect(last.at(-1)!.timeMs - last.at(-6)!.timeMs).toBeLessThan(2500)
    })
    const { 'setup-refused': refused, 'setup-unanswered': unanswered, ...others } = counters()
    expect([refused, unanswered]).toEqual([undefined, undefined])
    expect(Object.keys(others).filter((name) => name.startsWith('rejected-'))).toEqual([])
    expect(fixes.at(-1)).toMatchObject({ lat: expect.closeTo(31.23, 5), lon: expect.closeTo(121.47, 5) })
  })

  test('what a receiver refuses is counted, and the rest is set', async (context) => {
    const { receiver, gateway } = bench(context)
    const { device, pty } = receiver('quectel-pair', { refuses: ['PAIR050', 'PAIR062,6'] })
    const { counters } = gateway(
      () => pty.path,
      setupOf({ profile: 'quectel-pair', rateHz: 5, sentences: ['rmc'] }),
    )
    await eventually(() => {
      expect([...device.settings.sentences]).toEqual(['rmc'])
      expect(counters()).toMatchObject({ 'setup-sent': 8, 'setup-refused': 2, 'setup-acknowledged': 6 })
    })
    expect(device.settings.intervalMs).toBe(1000)
  })

  test('a receiver that does not understand gives its fixes all the same', async (context) => {
    const { receiver, gateway } = bench(context)
    const { device, pty } = receiver('deaf')
    const { fixes, counters } = gateway(() => pty.path, setupOf({ ...wishes, profile: 'mtk' }))
    await eventually(() => expect(counters()['setup-unanswered']).toBe(3))
    await eventually(() => expect(fixes.length).toBeGreaterThan(12))
    expect(device.settings.sentences).toContain('gsv')
    expect(counters()).toMatchObject({ opened: 1, 'setup-sent': 5 })
    fixes.forEach((fix, i) => {
      if (i > 0) expect(fix.timeMs).toBeGreaterThan(fixes[i - 1]!.timeMs)
    })
  })

  test('after a loss of power, with the line open, it is told again', async (context) => {
    const { receiver, gateway } = bench(context)
    const { device, pty } = receiver('casic')
    const setup = setupOf({ profile: 'casic', rateHz: 5, sentences: ['rmc'] }, 2000)
    const { fixes, counters } = gateway(() => pty.path, setup)
    await eventually(() => expect(device.settings.intervalMs).toBe(200))
    await eventually(() => expect([...device.settings.sentences]).toEqual(['rmc']))
    device.powerOff()
    device.powerOn()
    expect(device.settings.intervalMs).toBe(1000)
    await eventually(() => expect(device.settings.intervalMs).toBe(200))
    await eventually(() => expect([...device.settings.sentences]).toEqual(['rmc']))
    expect(counters()).toMatchObject({ opened: 1, 'setup-again': 1 })
    const before = fixes.length
    await eventually(() => expect(fixes.length).toBeGreaterThan(before + 5))
  })

  test('a receiver that does not say that it has started is told again by its silence', async (context) => {
    const { receiver, gateway } = bench(context)
    const { device, pty } = receiver('unicore')
    const { counters } = gateway(() => pty.path, setupOf({ profile: 'unicore', rateHz: 5 }, 2000))
    await eventually(() => expect(device.settings.intervalMs).toBe(200))
    device.powerOff()
    await new Promise((resolve) => setTimeout(resolve, 5500))
    device.powerOn()
    await eventually(() => expect(device.settings.intervalMs).toBe(200))
    expect(counters()).toMatchObject({ opened: 1, 'setup-again': 1 })
  })

  test('a line that is pulled out in the middle of it is set up when it is back', async (context) => {
    const { receiver, gateway } = bench(context)
    let { device, pty } = receiver('mtk')
    const { counters, serial } = gateway(() => pty.path, setupOf({ ...wishes, profile: 'mtk' }))
    await eventually(() => expect(device.heard.length).toBeGreaterThan(0))
    device.stop()
    pty.close()
    ;({ device, pty } = receiver('mtk'))
    await eventually(() => expect(device.settings.intervalMs).toBe(200))
    await eventually(() => expect([...device.settings.sentences].toSorted()).toEqual(['gga', 'gsa', 'rmc']))
    expect(counters().opened).toBeGreaterThanOrEqual(2)
    await eventually(() => expect(serial.state.state).toBe('open'))
  })

  test('without a set-up nothing is written', async (context) => {
    const { receiver, gateway } = bench(context)
    const { device, pty } = receiver('mtk')
    const { fixes, counters } = gateway(() => pty.path)
    await eventually(() => expect(fixes.length).toBeGreaterThan(4))
    expect(device.heard).toEqual([])
    expect(Object.keys(counters()).filter((name) => name.startsWith('setup'))).toEqual([])
  })
})

test('of two receivers the second takes over when the cable of the first is pulled, and gives back', {
  timeout: 60_000,
}, async (context) => {
  const { receiver, gateway } = bench(context)
  const rules = ReceiverChoiceConfig.parse({ failoverAfterS: 2, returnAfterS: 4 })
  const out: Fix[] = []
  const receivers = new DeviceReceivers({
    ports: [
      { name: 'roof', priority: 1 },
      { name: 'board', priority: 2 },
    ],
    gateway: 'ebike-01',
    rules,
    isGood: () => true,
    onFix: (_, fix) => out.push(fix),
    log: silentLog(),
  })
  const NORTH = { lat: 31.2301, lon: 121.47 }
  let roof = receiver('casic')
  const board = receiver('casic', { place: NORTH })
  const came: { port: string; fix: Fix; atMs: number }[] = []
  const push = (port: string) => (fix: Fix) => {
    const atMs = performance.now()
    came.push({ port, fix, atMs })
    receivers.push(port, fix, atMs)
  }
  gateway(() => roof.pty.path, undefined, push('roof'))
  gateway(() => board.pty.path, undefined, push('board'))
  const isRoof = ({ lat }: Fix): boolean => Math.abs(lat - SHANGHAI.lat) < 1e-6

  await eventually(() => expect(receivers.isUsed('roof')).toBe(true))
  await eventually(() => expect(out.filter(isRoof).length).toBeGreaterThan(2))
  roof.device.stop()
  roof.pty.close()
  await eventually(() => expect(receivers.isUsed('board')).toBe(true))
  // The first fix of the other one that comes two seconds behind the last one of the first.
  const last = came.findLast(({ port }) => port === 'roof')!
  const due = came.find(({ port, atMs }) => port === 'board' && atMs - last.atMs >= 2000)!
  expect(out[out.indexOf(last.fix) + 1]).toEqual(due.fix)

  roof = receiver('casic')
  await eventually(() => expect(receivers.isUsed('roof')).toBe(true))
  await eventually(() => expect(isRoof(out.at(-1)!)).toBe(true))
  out.forEach(({ timeMs }, i) => {
    if (i > 0) expect(timeMs).toBeGreaterThan(out[i - 1]!.timeMs)
  })
  expect(receivers.countersOf('board')['receiver-switches']).toBeGreaterThanOrEqual(1)
})
