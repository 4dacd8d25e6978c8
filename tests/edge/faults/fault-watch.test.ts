import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import type { ComponentConfig } from '../../../gateway/edge/config.ts'
import { Episodes } from '../../../gateway/edge/faults/episodes.ts'
import { FaultWatch } from '../../../gateway/edge/faults/fault-watch.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { decodeBody } from '../../../proto/codec/codec.ts'
import { CASE_ID_PATTERN, type CaseReport } from '../../../proto/domain.ts'

const CODE = '3101010101000001'
const T0 = Date.UTC(2026, 4, 1)

class SetClock extends EdgeClock {
  atMs = 0
  override monotonicMs(): number {
    return this.atMs
  }
}

function gateway(database = new DatabaseSync(':memory:'), component: Partial<ComponentConfig> = {}) {
  const clock = new SetClock()
  const outbox = new SqliteOutbox(database, { boot: '0000000000aa', maxBytes: 1e6, log: silentLog() })
  const watch = new FaultWatch({
    gateway: 'roadside-01',
    components: [
      {
        code: CODE,
        sensors: [{ metric: 'tilt_deg', port: 'board', channel: 'A0', scale: [-90, 90] }],
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
  })
  return {
    tilt(second: number, value: number) {
      clock.atMs = second * 1000
      watch.observe({ component: CODE, metric: 'tilt_deg', timeMs: T0 + second * 1000, value })
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
  edge.tilt(30, 2)
  const [raised, cleared, ...more] = await edge.reports()
  expect(more).toEqual([])
  expect(raised).toMatchObject({
    event: 'raised',
    revision: 1,
    episode: 1,
    timeMs: T0 + 15_000,
    position: { lat: 31.23, lon: 121.47, source: 'survey' },
    evidence: { rule: 'cover_tilted/1', raise: 15, clear: 8, holdMs: 5000, suppressed: 1 },
  })
  expect(raised!.caseId).toMatch(CASE_ID_PATTERN)
  expect(raised!.evidence.samples.at(-1)).toEqual({ timeMs: T0 + 15_000, value: 24 })
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
  after.tilt(40, 0)
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
  edge.tilt(1, 0)
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
