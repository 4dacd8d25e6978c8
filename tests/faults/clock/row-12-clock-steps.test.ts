import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { sentence } from '../../edge/drivers/nmea/nmea-writer.ts'
import { COMPONENT, eventually, ptyGateway, testPty } from '../pty-gateway.ts'
import { say, second } from '../receiver.ts'

const HOUR_MS = 3_600_000
afterEach(() => vi.restoreAllMocks())

/** The system clock in the hand of the test; the monotonic clock is left alone. */
function systemClock() {
  const realNow = Date.now.bind(Date)
  let stepMs = 0
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + stepMs)
  return {
    realNow,
    step(ms: number) {
      stepMs += ms
    },
  }
}

/** A device that counts, ten times a second, and writes an angle with each number. */
function countingSensor() {
  const pty = testPty()
  let count = 0
  let deg = 0
  const writing = setInterval(() => pty.write(Buffer.from(`N=${++count} T=${deg}\n`)), 100)
  onTestFinished(() => clearInterval(writing))
  const reading = (metric: string, group: string) => ({ component: COMPONENT, metric, group })
  return {
    path: pty.path,
    tilt(angle: number) {
      deg = angle
    },
    port: {
      driver: 'line',
      patterns: [
        {
          regex: '^N=(?<n>\\d+) T=(?<deg>\\d+)$',
          readings: [reading('count_n', 'n'), reading('tilt_deg', 'deg')],
        },
      ],
    },
  }
}

/** Faults that a clock could make or hide, were it asked: a hold, a silence, a lost receiver, a silent port. */
const WATCHED = {
  cover_tilted: { holdMs: 8000 },
  sensor_silent: { raise: 60 },
  port_silent: { raise: 60 },
}

test('12 the system clock steps, forth, back and to 1970: order is kept, nothing is doubled, no fault comes or goes', async () => {
  const clock = systemClock()
  const sensor = countingSensor()
  const gateway = await ptyGateway(sensor.path, {
    port: sensor.port,
    components: [{ code: COMPONENT, faults: WATCHED }],
  })
  await eventually(() => expect(gateway.port().state).toBe('open'))
  const steps = [2 * HOUR_MS, -HOUR_MS, -1000, 24 * HOUR_MS, -25 * HOUR_MS]
  for (const stepMs of steps) {
    clock.step(stepMs)
    await sleep(1100)
  }
  const backMs = -Date.now() + 5000
  clock.step(backMs)
  await sleep(1100)
  clock.step(-backMs)

  // A hold that runs while the clock steps is neither cut short nor begun anew.
  expect(gateway.cases()).toEqual([])
  sensor.tilt(40)
  await sleep(1000)
  clock.step(2 * HOUR_MS)
  await sleep(1000)
  expect(gateway.cases()).toEqual([])
  clock.step(-2 * HOUR_MS)
  await eventually(() => expect(gateway.cases()).toHaveLength(1))
  clock.step(HOUR_MS)
  await sleep(1500)
  clock.step(-HOUR_MS)
  sensor.tilt(0)
  await eventually(() => expect(gateway.cases()).toHaveLength(2))

  const [raised, cleared] = gateway.cases()
  expect(raised).toMatchObject({ fault: 'cover_tilted', event: 'raised', revision: 1 })
  expect(cleared).toMatchObject({
    event: 'cleared',
    revision: 2,
    caseId: raised!.caseId,
    raisedMs: raised!.raisedMs,
  })
  // The evidence stays in order, though the clock moved between its samples.
  const samples = raised!.evidence!.samples.map(({ timeMs }) => timeMs)
  expect(samples).toEqual(samples.toSorted((a, b) => a - b))

  const counts = gateway.readings().flatMap(({ metric, value }) => (metric === 'count_n' ? [value] : []))
  expect(counts.length).toBeGreaterThan(8)
  expect(counts).toEqual([...new Set(counts)].toSorted((a, b) => a - b))
  // 1970 was not followed; each real step was told.
  const earliestMs = clock.realNow() - HOUR_MS
  expect(gateway.readings().every(({ timeMs }) => timeMs > earliestMs)).toBe(true)
  const told = gateway.warnings().map(({ msg }) => msg)
  expect(told.filter((msg) => msg === 'the clock was set').length).toBeGreaterThanOrEqual(4)
  expect(told).toContain('the system clock was set to a time that cannot be: not followed')
})

test('12 GPS corrects a system clock that is hours wrong: what comes after has the right time, the order stays', async () => {
  const clock = systemClock()
  clock.step(2 * HOUR_MS)
  const sensor = countingSensor()
  const receiver = testPty()
  const gateway = await ptyGateway(sensor.path, {
    port: sensor.port,
    morePorts: [{ name: 'receiver', path: receiver.path, driver: 'nmea' }],
    components: [{ code: COMPONENT, faults: { ...WATCHED, gps_lost: { raise: 60 } } }],
  })
  await eventually(() => expect(gateway.readings().length).toBeGreaterThan(2))
  expect(gateway.edge.health().timeSource).toBe('system')
  const written: number[] = []
  const speaking = setInterval(() => {
    const timeMs = Math.floor(clock.realNow() / 1000) * 1000
    if (timeMs === written.at(-1)) return
    receiver.write(second(written.length, timeMs))
    written.push(timeMs)
  }, 50)
  onTestFinished(() => clearInterval(speaking))
  await eventually(() => expect(gateway.edge.health().timeSource).toBe('gps'))
  const before = gateway.readings().length
  await eventually(() => expect(gateway.readings().length).toBeGreaterThan(before + 4))

  expect(Math.abs(gateway.readings().at(-1)!.timeMs - clock.realNow())).toBeLessThan(60_000)
  const counts = gateway.readings().flatMap(({ metric, value }) => (metric === 'count_n' ? [value] : []))
  expect(counts).toEqual([...new Set(counts)].toSorted((a, b) => a - b))
  expect(written).toEqual(expect.arrayContaining(gateway.fixes().map(({ timeMs }) => timeMs)))
  expect(gateway.cases()).toEqual([])
  expect(gateway.warnings()).toContainEqual(
    expect.objectContaining({ msg: 'the clock was set', source: 'gps' }),
  )
})

test('12 a leap second in the sentences, 23:59:60: each fix is kept, and time does not run back', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const fix = (time: string, date: string) =>
    sentence(`GNRMC,${time}.00,A,3113.0000,N,12128.0000,E,8.0,56.0,${date},,,A`)
  const sentences = [
    ['235958', '311226'],
    ['235959', '311226'],
    ['235960', '311226'],
    ['000000', '010127'],
    ['000001', '010127'],
  ].map(([time, date]) => fix(time!, date!))
  await say(pty, Buffer.from(sentences.join('')))
  const midnightMs = Date.UTC(2027, 0, 1)
  await eventually(() =>
    expect(gateway.fixes().map(({ timeMs }) => timeMs - midnightMs)).toEqual([-2000, -1000, 0, 0, 1000]),
  )
})
