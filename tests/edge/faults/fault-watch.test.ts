import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { DetectorMemories } from '../../../gateway/edge/faults/detector-memories.ts'
import { Episodes } from '../../../gateway/edge/faults/episodes.ts'
import type { WatchedComponent } from '../../../gateway/edge/faults/fault-config.ts'
import { FaultWatch, type FaultWatchOptions } from '../../../gateway/edge/faults/fault-watch.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { loadCatalogue } from '../../../proto/catalogue/catalogue.ts'
import { decodeBody } from '../../../proto/codec/codec.ts'
import { CASE_ID_PATTERN, type CaseReport } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'

const CODE = '3101010101000001'
const T0 = Date.UTC(2026, 4, 1)

class SetClock extends EdgeClock {
  atMs = 0
  /** How far wall time was set ahead. */
  steppedMs = 0
  override monotonicMs(): number {
    return this.atMs
  }
  override nowMs(): number {
    return T0 + this.atMs + this.steppedMs
  }
}

function gateway(
  database = new DatabaseSync(':memory:'),
  component: Partial<WatchedComponent> = {},
  options: Partial<FaultWatchOptions> = {},
) {
  const clock = new SetClock()
  const outbox = new SqliteOutbox(database, { boot: '0000000000aa', maxBytes: 1e6, log: silentLog() })
  const watch = new FaultWatch({
    gateway: 'roadside-01',
    components: [
      {
        code: CODE,
        sensors: [{ metric: 'tilt_deg', port: 'board' }],
        faults: { cover_tilted: {} },
        position: { lat: 31.23, lon: 121.47 },
        ...component,
      },
    ],
    clock,
    episodes: new Episodes(database),
    outbox,
    lastPosition: () => ({ lat: 1, lon: 2 }),
    log: silentLog(),
    ...options,
  })
  return {
    clock,
    watch,
    tilt(second: number, value: number) {
      clock.atMs = second * 1000
      watch.tick()
      watch.observe({ component: CODE, metric: 'tilt_deg', timeMs: clock.nowMs(), value })
    },
    async reports(): Promise<CaseReport[]> {
      await outbox.append('health', Buffer.from('flush'))
      return outbox.peek(100).flatMap((record) => {
        if (record.lane !== 'case') return []
        const body = decodeBody('case', record.body)
        return body.lane === 'case' ? [body.report] : []
      })
    },
  }
}

test('a held tilt becomes one case with its reason and its place; its recovery closes the same case', async () => {
  const edge = gateway()
  for (let s = 0; s < 4; s++) edge.tilt(s, 1)
  edge.tilt(4, 40)
  edge.tilt(5, 1)
  for (let s = 10; s < 30; s++) edge.tilt(s, 24)
  for (let s = 30; s < 33; s++) edge.tilt(s, 2)
  const [raised, cleared, ...more] = await edge.reports()
  expect(more).toEqual([])
  expect(raised).toMatchObject({
    event: 'raised',
    revision: 1,
    episode: 1,
    timeMs: T0 + 15_000,
    position: { lat: 31.23, lon: 121.47, source: 'survey' },
    evidence: { rule: 'cover_tilted/3', raise: 15, clear: 8, holdMs: 5000, suppressed: 1 },
  })
  expect(raised!.caseId).toMatch(CASE_ID_PATTERN)
  expect(raised!.evidence!.samples.at(-1)).toEqual({ timeMs: T0 + 15_000, value: 24 })
  expect(cleared).toMatchObject({
    event: 'cleared',
    revision: 2,
    caseId: raised!.caseId,
    raisedMs: raised!.timeMs,
  })
})

test('a restart while the fault stands neither raises it again nor forgets to clear it', async () => {
  const database = new DatabaseSync(':memory:')
  const before = gateway(database)
  for (let s = 0; s < 10; s++) before.tilt(s, 24)
  const [raised] = await before.reports()
  const after = gateway(database)
  for (let s = 20; s < 40; s++) after.tilt(s, 24)
  for (let s = 40; s < 43; s++) after.tilt(s, 0)
  for (let s = 50; s < 60; s++) after.tilt(s, 30)
  const reports = await after.reports()
  expect(reports.map(({ event, episode, revision }) => [event, episode, revision])).toEqual([
    ['raised', 1, 1],
    // The first value after a restart refreshes the case: the centre sees that it is watched again.
    ['updated', 1, 2],
    ['cleared', 1, 3],
    ['raised', 2, 1],
  ])
  expect(reports[2]!.caseId).toBe(raised!.caseId)
  expect(reports[3]!.caseId).not.toBe(raised!.caseId)
})

test('raised and cleared within one commit are two reports of one case', async () => {
  const edge = gateway(undefined, { faults: { cover_tilted: { holdMs: 0 } } })
  edge.tilt(0, 20)
  edge.tilt(3, 0)
  const reports = await edge.reports()
  expect(reports.map(({ event, revision }) => [event, revision])).toEqual([
    ['raised', 1],
    ['cleared', 2],
  ])
})

test('a standing fault is reported anew every ten minutes', async () => {
  const edge = gateway()
  for (let s = 0; s <= 1300; s++) edge.tilt(s, 24)
  expect((await edge.reports()).map(({ event, timeMs }) => [event, (timeMs - T0) / 1000])).toEqual([
    ['raised', 5],
    ['updated', 605],
    ['updated', 1205],
  ])
})

test('the angle is judged against the installed background angle', async () => {
  const edge = gateway(undefined, { faults: { cover_tilted: { backgroundDeg: 12 } } })
  for (let s = 0; s < 10; s++) edge.tilt(s, 20)
  for (let s = 10; s < 20; s++) edge.tilt(s, -5)
  const reports = await edge.reports()
  expect(reports.map(({ timeMs }) => (timeMs - T0) / 1000)).toEqual([15])
})

test('a component that was not surveyed is placed where the gateway is', async () => {
  const edge = gateway(undefined, { position: undefined })
  for (let s = 0; s < 10; s++) edge.tilt(s, 24)
  expect((await edge.reports())[0]!.position).toEqual({ lat: 1, lon: 2, source: 'fix' })
})

test('a truck during the hold is counted, a clock that is set anew changes nothing of it', async () => {
  const edge = gateway()
  edge.tilt(0, 1)
  edge.tilt(1, 40)
  for (let s = 2; s < 6; s++) edge.tilt(s, 1)
  for (let s = 6; s < 9; s++) edge.tilt(s, 24)
  edge.clock.steppedMs = 86_400_000
  for (let s = 9; s < 15; s++) edge.tilt(s, 24)
  edge.clock.steppedMs = -3_600_000
  for (let s = 15; s < 18; s++) edge.tilt(s, 0)
  const [raised, cleared, ...more] = await edge.reports()
  expect(more).toEqual([])
  expect(raised).toMatchObject({
    event: 'raised',
    timeMs: T0 + 11_000 + 86_400_000,
    evidence: { suppressed: 1 },
  })
  expect(raised!.evidence!.samples.map(({ timeMs }) => (timeMs - T0 - 86_400_000) / 1000)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ])
  expect(cleared).toMatchObject({ event: 'cleared', caseId: raised!.caseId })
  const times = cleared!.evidence!.samples.map(({ timeMs }) => timeMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.length).toBe(17)
})

test('a fault that comes and goes is held open, and clears when it has been away for its time', async () => {
  const edge = gateway(undefined, { faults: { cover_tilted: { holdMs: 2000 } } })
  let s = 0
  for (let episode = 0; episode < 6; episode++) {
    for (const endS = s + 5; s < endS; s++) edge.tilt(s, 24)
    for (const endS = s + 5; s < endS; s++) edge.tilt(s, 1)
  }
  for (const endS = s + 700; s < endS; s++) edge.tilt(s, 1)
  const reports = await edge.reports()
  expect(reports.map(({ event, episode }) => `${event} ${episode}`)).toEqual([
    'raised 1',
    'cleared 1',
    'raised 2',
    'cleared 2',
    'raised 3',
    'cleared 3',
  ])
  // Raised six times: 1 min doubled three times after the last recovery, at second 57.
  expect((reports.at(-1)!.timeMs - T0) / 1000).toBeLessThanOrEqual(57 + 480)
  expect((reports.at(-1)!.timeMs - T0) / 1000).toBeGreaterThan(57 + 470)
})

test('damping never hides a fault that stands', async () => {
  const edge = gateway()
  let s = 0
  for (let episode = 0; episode < 8; episode++) {
    for (const endS = s + 10; s < endS; s++) edge.tilt(s, 24)
    for (const endS = s + 3; s < endS; s++) edge.tilt(s, 1)
  }
  for (const endS = s + 2000; s < endS; s++) edge.tilt(s, 24)
  const reports = await edge.reports()
  expect(reports.at(-1)!.event).not.toBe('cleared')
  expect(reports.filter(({ event }) => event === 'raised').length).toBe(3)
})

test('a restart while a clearing is held forgets neither', async () => {
  const database = new DatabaseSync(':memory:')
  const before = gateway(database, { faults: { cover_tilted: { holdMs: 2000 } } })
  for (let s = 0; s < 28; s++) before.tilt(s, s % 8 < 4 ? 24 : 1)
  const reports = await before.reports()
  expect(reports.at(-1)!.event).toBe('raised')
  const after = gateway(database)
  for (let s = 100; s < 110; s++) after.tilt(s, 1)
  expect((await after.reports()).slice(reports.length).map(({ event }) => event)).toEqual(['cleared'])
})

const LAMPS = Array.from({ length: 50 }, (_, i) => `31010101180000${String(i + 10)}`)

/** Fifty lamps on one circuit, each watched for its own silence as well. */
function lampGateway() {
  const own = {
    sensors: [{ metric: 'current_a' }],
    faults: { sensor_silent: { raise: 180 } },
    position: { lat: 1, lon: 2 },
  }
  const box = {
    code: CODE,
    sensors: [],
    faults: { circuit_silent: { members: LAMPS } },
    position: { lat: 1, lon: 2 },
  }
  const edge = gateway(undefined, {}, { components: [box, ...LAMPS.map((code) => ({ code, ...own }))] })
  return {
    ...edge,
    second(s: number, speaking: string[]) {
      edge.clock.atMs = s * 1000
      edge.watch.tick()
      // Each reports every 30 s, at its own second.
      for (const [i, component] of speaking.entries())
        if ((s + i) % 30 === 0)
          edge.watch.observe({ component, metric: 'current_a', timeMs: edge.clock.nowMs(), value: 0.6 })
    },
  }
}

test('a cut cable is one case for the circuit, not fifty; a single lamp that falls silent is its own', async () => {
  const edge = lampGateway()
  for (let s = 0; s < 600; s++) edge.second(s, s < 300 ? LAMPS : [])
  for (let s = 600; s < 1800; s++) edge.second(s, s < 1200 ? LAMPS : LAMPS.slice(1))
  const reports = await edge.reports()
  expect(reports.map(({ event, fault, component }) => [event, fault, component])).toEqual([
    ['raised', 'circuit_silent', CODE],
    ['cleared', 'circuit_silent', CODE],
    ['raised', 'sensor_silent', LAMPS[0]],
  ])
})

test('a port that is gone is one case; what is wired to it waits', async () => {
  const edge = gateway(
    undefined,
    { faults: { port_silent: {}, sensor_silent: { raise: 120 }, gps_lost: {} } },
    {
      ports: [
        { name: 'board', driver: 'firmata' },
        { name: 'gps', driver: 'nmea' },
      ],
    },
  )
  for (let s = 0; s <= 2000; s++) {
    const working = s < 100 || s >= 1000
    edge.clock.atMs = s * 1000
    edge.watch.observePort('board', working)
    edge.watch.observePort('gps', true)
    if (s < 1200) edge.watch.observeFix('gps')
    if (working && s < 1400) edge.tilt(s, 1)
    else edge.watch.tick()
  }
  const reports = await edge.reports()
  expect(reports.map(({ event, fault, timeMs }) => `${event} ${fault} ${(timeMs - T0) / 1000}`)).toEqual([
    'raised port_silent 160',
    'updated port_silent 760',
    'cleared port_silent 1000',
    'raised gps_lost 1499',
    'raised sensor_silent 1519',
  ])
})

test('nonsense is shown to nobody, an impossible value only to those that judge sensors', async () => {
  const edge = gateway(undefined, { faults: { cover_tilted: { holdMs: 2000 }, sensor_out_of_range: {} } })
  for (let s = 0; s < 20; s++) edge.tilt(s, Number.NaN)
  expect(await edge.reports()).toEqual([])
  for (let s = 20; s < 60; s++) edge.tilt(s, 1e6)
  const [report, ...more] = await edge.reports()
  expect(more).toEqual([])
  expect(report).toMatchObject({
    fault: 'sensor_out_of_range',
    evidence: { metric: 'tilt_deg', raise: 180, clear: 180 },
  })
})

test('what is learnt outlasts a restart', async () => {
  const database = new DatabaseSync(':memory:')
  const memories = () => ({ memories: new DetectorMemories(database, silentLog()) })
  const before = gateway(database, {}, memories())
  for (let s = 0; s < 900; s++) before.tilt(s, 6)
  const after = gateway(database, {}, memories())
  for (let s = 900; s < 930; s++) after.tilt(s, 20)
  expect(await after.reports()).toEqual([])
  const forgetful = gateway(database)
  for (let s = 930; s < 960; s++) forgetful.tilt(s, 20)
  expect((await forgetful.reports()).map(({ event }) => event)).toEqual(['raised'])
})

test("a city's own kind of fault is found by its catalogue", async () => {
  const dir = testFolder()
  writeFileSync(
    join(dir, 'fault-kinds.yaml'),
    `cover_ajar:
  { zh: 井盖微开, en: Cover ajar, version: 7, detector: threshold, metric: tilt_deg, raise: 4, clear: 2, holdMs: 1000,
    class: B, limits: cover, source: a city, confidence: low }\n`,
  )
  const edge = gateway(undefined, { faults: { cover_ajar: {} } }, { catalogue: loadCatalogue(dir) })
  for (let s = 0; s < 5; s++) edge.tilt(s, 5)
  expect((await edge.reports())[0]!.evidence!.rule).toBe('cover_ajar/7')
  expect(() =>
    gateway(undefined, { faults: { cover_tilted: {} } }, { catalogue: loadCatalogue(dir) }),
  ).toThrow('fault "cover_tilted": expected one of cover_ajar')
})
