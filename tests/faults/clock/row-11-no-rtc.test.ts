import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { CASE_ID_PATTERN, type CaseReport } from '../../../proto/domain.ts'
import { type GridpatrolProcess, startGridpatrol } from '../../end-to-end/gridpatrol-process.ts'
import { testFolder } from '../../test-folder.ts'
import { type HearingHub, hearingHub } from '../hearing-hub.ts'
import { COMPONENT, eventually, testPty } from '../pty-gateway.ts'
import { second } from '../receiver.ts'

/** A gateway on a board without a battery: its system clock stands in 1970 until it is set. */
interface Board {
  start(): Promise<GridpatrolProcess>
  setSystemClock(): void
}

const PRELOAD = new URL('./preset-system-clock.ts', import.meta.url).href

function board(hub: HearingHub, ports: object[]): Board {
  const folder = testFolder()
  const systemClock = join(folder, 'system-clock')
  writeFileSync(systemClock, '')
  const file = join(folder, 'edge.yaml')
  writeFileSync(
    file,
    stringify({
      gateway: 'roadside-01',
      data: join(folder, 'edge'),
      broker: { url: hub.url },
      ports,
      components: [
        {
          code: COMPONENT,
          position: { lat: 31.23, lon: 121.47 },
          faults: { cover_tilted: { holdMs: 2000 } },
        },
      ],
      batch: { maxDelayMs: 200 },
      readingsEveryS: 1,
      healthEveryS: 1,
    }),
  )
  return {
    async start() {
      const { NODE_OPTIONS, SYSTEM_CLOCK_FILE } = process.env
      Object.assign(process.env, { NODE_OPTIONS: `--import=${PRELOAD}`, SYSTEM_CLOCK_FILE: systemClock })
      const gateway = startGridpatrol('edge', '--config', file)
      for (const [name, value] of Object.entries({ NODE_OPTIONS, SYSTEM_CLOCK_FILE }))
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      onTestFinished(() => gateway.kill())
      await gateway.says(/is running/)
      return gateway
    },
    setSystemClock: () => writeFileSync(systemClock, 'set'),
  }
}

/** A sensor that writes an angle ten times a second. */
function tiltSensor() {
  const pty = testPty()
  let deg = 0
  const writing = setInterval(() => pty.write(Buffer.from(`T=${deg}\n`)), 100)
  onTestFinished(() => clearInterval(writing))
  return {
    tilt(angle: number) {
      deg = angle
    },
    port: {
      name: 'cover',
      path: pty.path,
      driver: 'line',
      patterns: [
        {
          regex: '^T=(?<deg>\\d+)$',
          readings: [{ component: COMPONENT, metric: 'tilt_deg', group: 'deg' }],
        },
      ],
    },
  }
}

const timeSources = (hub: HearingHub, lane: 'fix' | 'reading') =>
  hub.bodies().flatMap((body) => (body.lane === lane ? [body.batch.timeSource] : []))

const order = (reports: CaseReport[]) => reports.map(({ event, revision }) => `${event} ${revision}`)

test('11 no RTC: a case from before the time was known is stamped when NTP sets the clock, over a power cut too', async () => {
  const hub = await hearingHub()
  const sensor = tiltSensor()
  const gateway = board(hub, [sensor.port])

  const first = await gateway.start()
  await first.says(/the time is not known: records wait/)
  await first.says(/port is open and speaks/)
  sensor.tilt(40)
  await first.says(/case raised/)
  await eventually(() => expect(hub.clients()).toBe(1))
  // On disk, and nothing of it told: the hub would refuse a case of 1971.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  expect(hub.bodies()).toEqual([])
  await first.kill()

  const bootedMs = Date.now()
  const second = await gateway.start()
  const runningMs = Date.now()
  await second.says(/port is open and speaks/)
  sensor.tilt(0)
  await second.says(/case cleared/)
  const clearedMs = Date.now()
  expect(hub.bodies()).toEqual([])
  gateway.setSystemClock()
  await second.says(/the time is known/)
  await second.says(/records from before the time was known are dated/)

  await eventually(() => expect(order(hub.cases())).toContain('cleared 3'))
  const reports = hub.cases()
  expect(order(reports)).toEqual(['raised 1', 'updated 2', 'cleared 3'])
  const [raised, updated, cleared] = reports as [CaseReport, CaseReport, CaseReport]
  expect(new Set(reports.map(({ caseId }) => caseId)).size).toBe(1)
  expect(raised.caseId).toMatch(CASE_ID_PATTERN)
  // The power was cut before the time was known: as late as it can be, and it says so.
  expect(raised.timeSource).toBe('estimated')
  expect(raised.raisedMs).toBe(raised.timeMs)
  expect(raised.timeMs).toBeLessThan(runningMs)
  expect(raised.timeMs).toBeGreaterThan(bootedMs - 60_000)
  // The same moment in each report of the case; what this boot saw is exact.
  expect(reports.map(({ raisedMs }) => raisedMs)).toEqual(Array(3).fill(raised.raisedMs))
  expect([updated.timeSource, cleared.timeSource]).toEqual(['system', 'system'])
  expect(cleared.timeMs).toBeGreaterThan(runningMs - 1000)
  expect(cleared.timeMs).toBeLessThanOrEqual(clearedMs + 1000)
  expect(cleared.evidence!.samples.every(({ timeMs }) => timeMs > bootedMs - 1000)).toBe(true)
  expect(hub.refused()).toEqual([])
  const times = hub.readingTimes()
  expect(times.length).toBeGreaterThan(1)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(new Set(times).size).toBe(times.length)
  // Each record says how good its time is.
  await eventually(() =>
    expect(new Set(timeSources(hub, 'reading'))).toEqual(new Set(['estimated', 'system'])),
  )
  // The operator sees in the health records since when the time is known.
  await eventually(() =>
    expect(new Set(hub.health().map(({ timeSource }) => timeSource))).toEqual(
      new Set(['estimated', 'system']),
    ),
  )
  expect(await second.stop()).toBe(0)
})

test('11 no RTC: GPS says the time; fixes keep their own dates, all else from before is stamped', async () => {
  const hub = await hearingHub()
  const sensor = tiltSensor()
  const receiver = testPty()
  const gateway = board(hub, [sensor.port, { name: 'gps', path: receiver.path, driver: 'nmea' }])
  const startedMs = Date.now()
  const running = await gateway.start()
  sensor.tilt(40)
  await running.says(/case raised/)
  expect(hub.bodies()).toEqual([])

  const written: number[] = []
  const speaking = setInterval(() => {
    const timeMs = Math.floor(Date.now() / 1000) * 1000
    if (timeMs === written.at(-1)) return
    receiver.write(second(written.length, timeMs))
    written.push(timeMs)
  }, 50)
  onTestFinished(() => clearInterval(speaking))
  await running.says(/"source":"gps".*the time is known/)
  await eventually(() => expect(hub.cases()).toHaveLength(1))
  const [raised] = hub.cases()
  expect(raised).toMatchObject({ event: 'raised', timeSource: 'gps' })
  expect(raised!.timeMs).toBeGreaterThan(startedMs - 2000)
  expect(raised!.timeMs).toBeLessThan(Date.now())
  await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(3))
  expect(written).toEqual(expect.arrayContaining(hub.fixTimes()))
  expect(new Set(timeSources(hub, 'fix'))).toEqual(new Set(['gps']))
  expect(hub.health().every(({ timeMs }) => Math.abs(timeMs - Date.now()) < 60_000)).toBe(true)
  expect(hub.refused()).toEqual([])
  expect(await running.stop()).toBe(0)
})
