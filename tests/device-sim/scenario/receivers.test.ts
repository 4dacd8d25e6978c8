import { afterEach, expect, test, vi } from 'vitest'
import { parseScenario } from '../../../device-sim/scenario/load-scenario.ts'
import { startScenario } from '../../../device-sim/scenario/run-scenario.ts'
import type { TruthEntry } from '../../../device-sim/truth.ts'
import { MemoryPty } from './memory-pty.ts'

const START_MS = Date.UTC(2026, 4, 2)
afterEach(() => vi.useRealTimers())

interface Second {
  /** Seconds from the start by the receiver's own time; undefined while it writes nothing. */
  saidS: number
  date: string
  status: string
  position: string
  lat: number
}

/** Two receivers of a terminal over ten minutes: the RMC of each second, and where the terminal really was. */
function ride(happening: string): { ports: (Second | undefined)[][]; lats: number[] } {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  vi.setSystemTime(START_MS)
  const ptys: MemoryPty[] = []
  const lats: number[] = []
  const quiet = '{ coldStart: false, voidsPerHour: 0, powerGapsPerHour: 0, blankFields: 0 }'
  const running = startScenario(
    parseScenario(
      `about: Two receivers.
startsAt: 2026-05-02T08:00:00+08:00
lasts: 10min
devices: [{ id: terminal-01, kind: terminal, receivers: 2, noise: ${quiet}, receiver: { deadReckoningS: 0, make: gp } }]
happens: [{ device: terminal-01, ${happening} }]
`,
      'test.yaml',
    ),
    {
      nowMs: Date.now,
      openPty: () => {
        const pty = new MemoryPty()
        ptys.push(pty)
        return pty
      },
      truth: { write: (entry: TruthEntry) => 'lat' in entry && lats.push(Number(entry.lat)) },
    },
  )
  const ports: (Second | undefined)[][] = ptys.map(() => [])
  for (let second = 0; second < 600; second++) {
    ptys.forEach((pty, nth) => {
      ports[nth]!.push(secondOf(pty.written))
      pty.written = ''
    })
    vi.advanceTimersByTime(1000)
  }
  running.stop()
  return { ports, lats }
}

function secondOf(written: string): Second | undefined {
  const fields = /\$GPRMC,([^*]*)\*/.exec(written)?.[1]?.split(',')
  if (!fields) return undefined
  const [clock = '', status = '', lat = '', , lon = '', , , , date = ''] = fields
  const saidS = Number(clock.slice(0, 2)) * 3600 + Number(clock.slice(2, 4)) * 60 + Number(clock.slice(4))
  const degrees = Number(lat.slice(0, 2)) + Number(lat.slice(2)) / 60
  return { saidS, date, status, position: `${lat} ${lon}`, lat: degrees }
}

const from = (seconds: (Second | undefined)[], fromS: number, toS: number) => seconds.slice(fromS, toS)
const statuses = (seconds: (Second | undefined)[]) => new Set(seconds.map((second) => second?.status))

test('two receivers ride along one way, each with an error of its own', () => {
  const { ports, lats } = ride('at: 9min, what: uplink-lost')
  const [gps, gps2] = ports
  expect(statuses(gps!.slice(1))).toEqual(new Set(['A']))
  expect(gps!.map((second) => second?.position)).not.toEqual(gps2!.map((second) => second?.position))
  // Some tens of metres at most, in a canyon.
  for (const port of ports)
    for (const [index, second] of port.entries())
      if (second) expect(Math.abs(second.lat - lats[index]!)).toBeLessThan(0.0008)
})

test('antenna-off: status V on that receiver, and only then', () => {
  const { ports } = ride('at: 100s, for: 60s, what: antenna-off, port: gps2')
  expect(statuses(from(ports[1]!, 101, 159))).toEqual(new Set(['V']))
  expect(statuses(from(ports[1]!, 170, 600))).toEqual(new Set(['A']))
  expect(statuses(from(ports[0]!, 1, 600))).toEqual(new Set(['A']))
})

test('tunnel: status V on both', () => {
  const { ports } = ride('at: 100s, for: 60s, what: tunnel')
  for (const port of ports) {
    expect(statuses(from(port, 101, 159))).toEqual(new Set(['V']))
    expect(statuses(from(port, 170, 600))).toEqual(new Set(['A']))
  }
})

test.each([
  ['receiver-dead, port: gps', 0, 1],
  ['receiver-dead, port: gps2', 1, 0],
])('%s: nothing at all, then a start', (what, dead, alive) => {
  const { ports } = ride(`at: 100s, for: 60s, what: ${what}`)
  expect(from(ports[dead]!, 101, 160).every((second) => second === undefined)).toBe(true)
  expect(statuses(from(ports[dead]!, 162, 175))).toEqual(new Set(['V']))
  expect(statuses(from(ports[dead]!, 210, 600))).toEqual(new Set(['A']))
  expect(statuses(from(ports[alive]!, 1, 600))).toEqual(new Set(['A']))
})

test('power-lost: nothing on either', () => {
  const { ports } = ride('at: 100s, for: 60s, what: power-lost')
  for (const port of ports) expect(from(port, 101, 160).every((second) => second === undefined)).toBe(true)
})

test.each([
  [false, 50],
  [true, 1],
])('position-freezes, clock %s', (clock, times) => {
  const { ports } = ride(`at: 100s, for: 60s, what: position-freezes, port: gps, clock: ${clock}`)
  const frozen = from(ports[0]!, 105, 155)
  expect(new Set(frozen.map((second) => second!.position)).size).toBe(1)
  expect(new Set(frozen.map((second) => second!.saidS)).size).toBe(times)
  expect(new Set(from(ports[1]!, 105, 155).map((second) => second!.position)).size).toBeGreaterThan(10)
})

test('positions-copied: those of two minutes before, with the time of now', () => {
  const { ports } = ride('at: 300s, for: 100s, what: positions-copied, port: gps, lag: 2min')
  const positions = ports[0]!.map((second) => second?.position)
  expect(positions.slice(305, 395)).toEqual(positions.slice(185, 275))
  expect(ports[0]![350]!.saidS - ports[0]![349]!.saidS).toBe(1)
})

test('spoofed: the track is moved', () => {
  const { ports, lats } = ride('at: 300s, for: 100s, what: spoofed, port: gps, eastM: 0, northM: 5000')
  for (const [second, northDeg] of [
    [250, 0],
    [350, 0.0451],
    [450, 0],
  ] as const)
    expect(Math.abs(ports[0]![second]!.lat - lats[second]! - northDeg)).toBeLessThan(0.001)
})

test('receiver-clock-jumps: off by so much, and right again', () => {
  const { ports } = ride('at: 100s, for: 60s, what: receiver-clock-jumps, port: gps, by: +1h')
  const offS = (second: number) => ports[0]![second]!.saidS - ports[1]![second]!.saidS
  expect([50, 130, 200].map(offS)).toEqual([0, 3600, 0])
})

test('week-rollover: dates 1024 weeks early from then on', () => {
  const { ports } = ride('at: 100s, what: week-rollover, port: gps2')
  const dates = [50, 130, 590].map((second) => ports[1]![second]!.date)
  expect(dates).toEqual(['020526', '160906', '160906'])
  expect(ports[0]![590]!.date).toBe('020526')
})
