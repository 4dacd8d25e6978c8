import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../../gateway/foundation/log.ts'
import { findingRoutes } from '../../../../gateway/hub/api/routes/findings.ts'
import { shiftRoutes } from '../../../../gateway/hub/api/routes/shifts.ts'
import { startHttpServer } from '../../../../gateway/hub/api/server.ts'
import type { SqliteTrackStore } from '../../../../gateway/hub/stores/sqlite-track-store.ts'
import { type Beat, Findings, Shift, ShiftReport, Shifts } from '../../../../proto/patrol-http.ts'
import { testFolder } from '../../../test-folder.ts'
import { at, everySecond } from '../made-track.ts'
import { openJudge } from './made-judge.ts'
import { apart, HOUR_S, honestPlace, honestRide, scatterM } from './made-shift.ts'

const FROM = '2026-05-01T08:00:00+08:00'
const TO = '2026-05-01T09:00:00+08:00'
const RANGE = 'from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z'
const PLAN = { device: 'bike-1', inspector: '王芳', grids: ['310101'], from: FROM, to: TO }

let url: string
let store: SqliteTrackStore
let opened: ReturnType<typeof openJudge>
beforeEach(async () => {
  opened = openJudge(testFolder(), {
    coverageOf: async () => ({ area: { coverage: 0.5, cannotTell: 0 } }),
  })
  const { plan, judged, grids } = opened
  store = opened.store
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    page: {},
    root: [],
    api: [shiftRoutes({ plan, grids: () => grids, judged }), findingRoutes({ plan, judged })],
    log: silentLog(),
  })
  onTestFinished(() => server.close())
  url = `${server.url}/api/v1`
})

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: await response.json() }
}
const planned = async (plan: object = PLAN) => Shift.parse((await ask('POST', '/shifts', plan)).body)

describe('shifts', () => {
  test('are planned, listed, changed, taken out', async () => {
    const { status, body } = await ask('POST', '/shifts', {
      ...PLAN,
      breaks: [{ from: '2026-05-01T00:20:00Z', to: '2026-05-01T00:30:00Z' }],
    })
    expect(status).toBe(201)
    const shift = Shift.parse(body)
    expect(shift).toMatchObject({
      device: 'bike-1',
      grids: ['310101'],
      from: '2026-05-01T00:00:00.000Z',
      running: false,
    })
    expect(Shifts.parse((await ask('GET', `/shifts?${RANGE}`)).body).shifts).toEqual([shift])
    expect(Shifts.parse((await ask('GET', `/shifts?${RANGE}&device=bike-2`)).body).shifts).toEqual([])
    expect((await ask('GET', `/shifts/${shift.id}`)).body).toEqual(shift)
    const changed = Shift.parse(
      (await ask('PUT', `/shifts/${shift.id}`, { ...PLAN, from: '2026-05-01T08:30:00+08:00' })).body,
    )
    expect(changed).toMatchObject({ from: '2026-05-01T00:30:00.000Z', breaks: [] })
    expect((await ask('DELETE', `/shifts/${changed.id}`)).body).toEqual(changed)
    expect((await ask('GET', `/shifts/${changed.id}`)).status).toBe(404)
  })

  test('the same again is no second one; another at that time is a conflict', async () => {
    const shift = await planned()
    expect(await ask('POST', '/shifts', PLAN)).toEqual({ status: 200, body: shift })
    expect(await ask('POST', '/shifts', { ...PLAN, inspector: '李强' })).toMatchObject({
      status: 409,
      body: { error: { hint: `PUT /api/v1/shifts/${shift.id} changes it` } },
    })
    expect(await ask('POST', '/shifts', { ...PLAN, from: '2026-05-01T08:30:00+08:00' })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining(`overlaps shift ${shift.id}`) } },
    })
  })

  test.each<[string, object, RegExp]>([
    [
      'a time without its zone',
      { ...PLAN, from: '2026-05-01T08:00:00' },
      /body from: "2026-05-01T08:00:00" is no time with its zone/,
    ],
    ['30 February', { ...PLAN, from: '2026-02-30T99:00:00Z' }, /is no time/],
    ['times that are swapped', { ...PLAN, from: TO, to: FROM }, /is not before to/],
    ['a grid that is not there', { ...PLAN, grids: ['310102'] }, /grids 310102: no unit grid/],
    ['a beat that is not there', { ...PLAN, grids: undefined, beat: 'east' }, /beat east: not in the plan/],
    ['neither', { ...PLAN, grids: undefined }, /exactly one of beat and grids/],
    ['a device that is none', { ...PLAN, device: '../x' }, /body device/],
    [
      'a break outside',
      { ...PLAN, breaks: [{ from: TO, to: '2026-05-01T10:00:00+08:00' }] },
      /expected inside the shift/,
    ],
  ])('%s: 400', async (_, plan, message) => {
    const { status, body } = await ask('POST', '/shifts', plan)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      error: { message: expect.stringMatching(message), hint: expect.any(String) },
    })
  })

  test.each([
    ['GET', '/shifts/none'],
    ['PUT', '/shifts/none'],
    ['DELETE', '/shifts/none'],
    ['GET', '/shifts/none/report'],
    ['DELETE', '/beats/none'],
  ])('%s %s: 404', async (method, path) => {
    const { status, body } = await ask(method, path, method === 'PUT' ? PLAN : undefined)
    expect(status).toBe(404)
    expect(body).toMatchObject({ error: { message: expect.stringContaining('none: not in the plan') } })
  })
})

test('beats are kept, used, and not taken from under a shift', async () => {
  const beat: Beat = { id: '东区', name: '外滩', grids: ['310101001'] }
  const path = `/beats/${encodeURIComponent('东区')}`
  expect(await ask('PUT', path, { name: '外滩', grids: ['310101001'] })).toEqual({ status: 201, body: beat })
  expect(await ask('PUT', path, beat)).toEqual({ status: 200, body: beat })
  expect((await ask('GET', '/beats')).body).toEqual({ beats: [beat] })
  const shift = await planned({ ...PLAN, grids: undefined, beat: '东区' })
  expect(shift).toMatchObject({ beat: '东区', grids: ['310101001'] })
  expect(await ask('DELETE', path)).toMatchObject({
    status: 409,
    body: { error: { hint: expect.any(String) } },
  })
  expect((await ask('PUT', path, { grids: ['99'] })).status).toBe(400)
  expect((await ask('PUT', '/beats/a b', { grids: ['310101'] })).status).toBe(400)
  await ask('DELETE', `/shifts/${shift.id}`)
  expect(await ask('DELETE', path)).toEqual({ status: 200, body: beat })
})

describe('reports', () => {
  const write = (device: string, fixes: Parameters<typeof apart>[0]) =>
    store.write({ fixes: [{ device, fixes }], readings: [] })
  const away = apart(honestRide(), 600, 1800, (fix, s) => ({
    ...fix,
    ...at(1200 + scatterM(s, 4), 100 + ((s * 2) % 300)),
    speedMps: 2,
  }))

  test('a shift with its findings, figures and what it covered', async () => {
    await write('bike-1', away)
    const { id } = await planned()
    const report = ShiftReport.parse((await ask('GET', `/shifts/${id}/report`)).body)
    expect(report.findings.map(({ kind }) => kind)).toEqual(['out-of-area'])
    const [finding] = report.findings
    expect(finding!.replay).toBe(
      '/?view=replay&device=bike-1&from=2026-05-01T00:00:00Z&to=2026-05-01T01:00:00Z&at=2026-05-01T00:09:45Z',
    )
    expect(report).toMatchObject({
      shift: { id },
      onDutyS: expect.any(Number),
      coverage: { area: { coverage: 0.5, cannotTell: 0 } },
      integrity: { score: 91, reasons: [{ kind: 'out-of-area', points: 9 }] },
    })
    expect(report.inArea).toBeCloseTo(2 / 3, 1)
    expect(report.effectiveM).toBeLessThan(report.distanceM * 0.85)
  })

  test('a list has the figures of reports that are kept', async () => {
    await write('bike-1', away)
    const { id } = await planned()
    const other = await planned({ ...PLAN, device: 'bike-2' })
    const listed = async () => Shifts.parse((await ask('GET', `/shifts?${RANGE}`)).body).shifts
    for (const shift of await listed()) expect(shift).not.toHaveProperty('figures')
    const report = ShiftReport.parse((await ask('GET', `/shifts/${id}/report`)).body)
    const [first, second] = await listed()
    expect(first).toEqual({ ...report.shift, figures: first!.figures })
    expect(first!.figures).toMatchObject({
      effectiveM: report.effectiveM,
      coverage: report.coverage,
      findings: { count: 1, kinds: ['out-of-area'] },
      integrity: { score: 91 },
    })
    expect(second).toEqual(other)
  })

  test('positions of another device, and of the same one the day before, are found in the store', async () => {
    const day = (offDays: number, fixes: typeof away) =>
      fixes.map((fix) => ({ ...fix, timeMs: fix.timeMs + offDays * 86_400_000 }))
    await write('bike-1', honestRide())
    await write('bike-2', honestRide())
    await write(
      'bike-3',
      day(
        -2,
        everySecond(0, HOUR_S, (s) => ({
          ...honestPlace(s + 777),
          ...at(300 + scatterM(s, 20), 100 + Math.abs(((s * 5) % 1500) - 750) + scatterM(s, 21)),
        })),
      ),
    )
    await write('bike-3', day(2, await fixesOf('bike-3', -2)))
    const kinds = async (plan: object): Promise<unknown[]> => {
      const { id } = await planned(plan)
      const { findings } = ShiftReport.parse((await ask('GET', `/shifts/${id}/report`)).body)
      return findings.map(({ kind, evidence }) => [kind, evidence.original, evidence.lagS])
    }
    expect(await kinds(PLAN)).toEqual([['position-copied', 'bike-2', 0]])
    expect(await kinds({ ...PLAN, device: 'bike-2' })).toEqual([['position-copied', 'bike-1', 0]])
    expect(await kinds({ ...PLAN, device: 'bike-3' })).toEqual([['position-copied', 'bike-3', 2 * 86_400]])
  })

  async function fixesOf(device: string, offDays: number): Promise<typeof away> {
    const fromMs = Date.parse(FROM) + offDays * 86_400_000
    const { count, timeMs, lat, lon } = await store.readTrack(device, fromMs, fromMs + 3_600_000)
    return Array.from({ length: count }, (_, i) => ({
      timeMs: timeMs[i]!,
      lat: lat[i]!,
      lon: lon[i]!,
      hdop: 0.9,
    }))
  }

  test('findings of a range, by device and kind, some shifts at a time', async () => {
    await write('bike-1', away)
    for (const device of ['bike-1', 'bike-2', 'bike-3']) await planned({ ...PLAN, device })
    const findings = async (query: string) =>
      Findings.parse((await ask('GET', `/findings?${RANGE}${query}`)).body)
    const all = await findings('')
    expect(all.shifts).toBe(3)
    expect(all.next).toBeUndefined()
    expect(all.findings.map(({ kind, device }) => [device, kind])).toEqual([
      ['bike-1', 'out-of-area'],
      ['bike-2', 'absent'],
      ['bike-3', 'absent'],
    ])
    expect((await findings('&kind=absent&device=bike-2')).findings).toHaveLength(1)
    const first = await findings('&limit=2')
    expect([first.shifts, first.findings.length]).toEqual([2, 2])
    const rest = await findings(`&limit=2&after=${first.next}`)
    expect(rest.findings.map(({ device }) => device)).toEqual(['bike-3'])
    expect(rest.next).toBeUndefined()
    // From reports that are kept the same is answered.
    for (const { id } of Shifts.parse((await ask('GET', `/shifts?${RANGE}`)).body).shifts)
      await ask('GET', `/shifts/${id}/report`)
    expect(await findings('')).toEqual(all)
    expect(await findings('&limit=2')).toEqual(first)
    // The finding lies outside of the part that is asked for.
    const later = await ask(
      'GET',
      '/findings?from=2026-05-01T00:40:00Z&to=2026-05-01T00:50:00Z&device=bike-1',
    )
    expect(Findings.parse(later.body)).toEqual({ findings: [], shifts: 1 })
  })

  test('an answer judges 200 shifts at most; those whose report is kept do not count', async () => {
    const shifts = Array.from({ length: 450 }, (_, i) => opened.planned({ device: `bike-${i}` }))
    const asked = async () => Findings.parse((await ask('GET', `/findings?${RANGE}&limit=5000`)).body)
    expect(await asked()).toMatchObject({ shifts: 200, next: expect.any(String) })
    const inOrder = opened.plan.between(shifts[0]!.fromMs, shifts[0]!.toMs)
    for (const shift of inOrder.slice(0, 240)) await opened.judged.judge(shift)
    expect(await asked()).toMatchObject({ shifts: 440, next: inOrder[439]!.id })
    await opened.judged.judge(inOrder[300]!)
    const { shifts: examined, findings } = await asked()
    expect(examined).toBe(441)
    expect(findings.map(({ shift }) => shift)).toEqual(inOrder.slice(0, 441).map(({ id }) => id))
  })

  test.each([
    ['from=2016-05-01T00:00:00Z&to=2026-05-01T00:00:00Z', /at most 31/],
    [`${RANGE}&kind=bored`, /querystring kind/],
    [`${RANGE}&limit=0`, /querystring limit/],
    [`${RANGE}&after=none`, /after none: no shift of this range/],
  ])('%s: 400', async (query, message) => {
    const { status, body } = await ask('GET', `/findings?${query}`)
    expect(status).toBe(400)
    expect(body).toMatchObject({ error: { message: expect.stringMatching(message) } })
  })
})
