import { expect, test, vi } from 'vitest'
import type { GatewayLife } from '../../../../gateway/hub/patrol/tracks/gap-causes.ts'
import { FiguresOfShift } from '../../../../proto/patrol-http.ts'
import { testFolder } from '../../../test-folder.ts'
import { at } from '../made-track.ts'
import { clockAt, HOUR_MS, openJudge } from './made-judge.ts'
import { apart, honestRide, SHIFT, scatterM } from './made-shift.ts'

const MINUTE_MS = 60_000
const AFTER_MS = SHIFT.toMs + HOUR_MS
const coverageOf = async () => ({ area: { coverage: 0.5, cannotTell: 0.1 } })
/** Without the fixes of some minutes. */
const ride = honestRide()
const early = ride.slice(0, 1800)
const late = ride.slice(1800)

test('the report of a shift that is over is kept, with the figures of a list, over a restart', async () => {
  clockAt(AFTER_MS)
  const folder = testFolder()
  const first = openJudge(folder, { coverageOf })
  await first.write('bike-1', early)
  const shift = first.planned()
  expect(first.judged.figuresOf([shift])).toEqual(new Map())
  expect(first.judged.keptFindings(shift)).toBeUndefined()
  const report = await first.judged.judge(shift)
  await first.close()

  const { judged, kept } = openJudge(folder, { coverageOf })
  expect(kept.report(shift.id)).toEqual(report)
  expect(judged.keptFindings(shift)).toEqual(report.findings)
  expect(FiguresOfShift.parse(judged.figuresOf([shift]).get(shift.id))).toEqual({
    madeAt: new Date(AFTER_MS).toISOString(),
    attendance: report.attendance,
    onDutyS: report.onDutyS,
    effectiveM: report.effectiveM,
    inArea: report.inArea,
    coverage: { area: { coverage: 0.5, cannotTell: 0.1 } },
    findings: { count: 1, kinds: ['early-end'] },
    integrity: { score: report.integrity.score },
  })
  expect(judged.due([shift])).toEqual([])
})

test('a running shift is judged and not kept', async () => {
  clockAt(SHIFT.toMs - MINUTE_MS)
  const { judged, kept, planned, write } = openJudge(testFolder())
  await write('bike-1', early)
  const shift = planned()
  expect((await judged.judge(shift)).shift.running).toBe(true)
  expect(kept.find(shift.id)).toBeUndefined()
  expect(judged.due([shift])).toEqual([])
})

test('is made ten minutes after the shift, once more where it was asked for before', async () => {
  clockAt(SHIFT.toMs + 9 * MINUTE_MS)
  const { judged, planned, write } = openJudge(testFolder())
  await write('bike-1', ride)
  const shift = planned()
  expect(judged.due([shift])).toEqual([])
  await judged.judge(shift)
  expect(judged.figuresOf([shift]).size).toBe(1)
  vi.setSystemTime(SHIFT.toMs + 10 * MINUTE_MS)
  expect(judged.due([shift])).toEqual([shift])
  await judged.judge(shift)
  expect(judged.due([shift])).toEqual([])
})

test.each(['over a restart', 'at once'])('late fixes: it no longer holds, %s', async (when) => {
  clockAt(AFTER_MS)
  const folder = testFolder()
  const before = openJudge(folder)
  await before.write('bike-1', early)
  const shift = before.planned()
  const short = await before.judged.judge(shift)
  expect(before.judged.figuresOf([shift]).size).toBe(1)
  await before.write('bike-1', late.slice(0, 900))
  await before.write('bike-1', late.slice(900))
  if (when === 'over a restart') await before.close()
  const after = when === 'over a restart' ? openJudge(folder) : before
  expect(after.judged.figuresOf([shift])).toEqual(new Map())
  expect(after.judged.keptFindings(shift)).toBeUndefined()
  // More of them are waited for.
  expect(after.judged.due([shift])).toEqual([])
  vi.setSystemTime(AFTER_MS + 3 * MINUTE_MS)
  expect(after.judged.due([shift])).toEqual([shift])
  const whole = await after.judged.judge(shift)
  expect(whole.onDutyS).toBeGreaterThan(short.onDutyS + 1700)
  expect(after.judged.keptFindings(shift)).toEqual(whole.findings)
})

test('fixes of other times and devices change nothing', async () => {
  clockAt(AFTER_MS)
  const { judged, planned, write } = openJudge(testFolder())
  await write('bike-1', ride)
  const shift = planned()
  await judged.judge(shift)
  const moved = (byMs: number) => ride.map((fix) => ({ ...fix, timeMs: fix.timeMs + byMs }))
  await write('bike-1', moved(HOUR_MS))
  await write('bike-1', moved(-HOUR_MS))
  await write('bike-2', ride)
  judged.noticed(
    'bike-1',
    [ride[0]!, ride.at(-1)!].map(({ timeMs }, i) => ({ timeMs: timeMs + [-1, 1000][i]! })),
  )
  expect(judged.figuresOf([shift]).size).toBe(1)
})

test('fixes that come while a shift is judged: what is kept does not hold', async () => {
  clockAt(AFTER_MS)
  let meanwhile = async (): Promise<void> => {}
  const { judged, planned, write } = openJudge(testFolder(), {
    coverageOf: async () => {
      await meanwhile()
      return {}
    },
  })
  await write('bike-1', early)
  const shift = planned()
  meanwhile = () => write('bike-1', late)
  await judged.judge(shift)
  expect(judged.figuresOf([shift])).toEqual(new Map())
  meanwhile = async () => {}
  await judged.judge(shift)
  expect(judged.figuresOf([shift]).size).toBe(1)
})

test.each<[string, (world: ReturnType<typeof openJudge>) => void]>([
  ['another beat', ({ planned }) => planned({ grids: ['310101001'] })],
  ['another end', ({ planned }) => planned({ toMs: SHIFT.toMs - MINUTE_MS })],
  [
    'a break',
    ({ planned }) =>
      planned({ breaks: [{ fromMs: SHIFT.fromMs + MINUTE_MS, toMs: SHIFT.fromMs + 2 * MINUTE_MS }] }),
  ],
  [
    'other rules or registers',
    ({ standing }) => {
      standing.text = 'rules 2'
    },
  ],
])('%s: it no longer holds, and is made anew', async (_, change) => {
  clockAt(AFTER_MS)
  const world = openJudge(testFolder())
  const { judged, plan, planned, write } = world
  await write('bike-1', early)
  const { id } = planned()
  await judged.judge(plan.find(id)!)
  change(world)
  const shift = plan.find(id)!
  expect(judged.figuresOf([shift])).toEqual(new Map())
  expect(judged.due([shift])).toEqual([shift])
  await judged.judge(shift)
  expect(judged.figuresOf([shift]).size).toBe(1)
  expect(judged.due([shift])).toEqual([])
})

test('the grids of a beat that change; who rode it does not count', async () => {
  clockAt(AFTER_MS)
  const { judged, plan, planned, write } = openJudge(testFolder())
  await write('bike-1', early)
  plan.putBeat({ id: 'east', grids: ['310101'] })
  const onBeat = { beat: 'east', grids: undefined }
  const { id } = planned(onBeat)
  await judged.judge(plan.find(id)!)
  planned({ ...onBeat, inspector: '王芳' })
  expect(judged.figuresOf([plan.find(id)!]).size).toBe(1)
  plan.putBeat({ id: 'east', grids: ['310101001'] })
  expect(judged.figuresOf([plan.find(id)!]).size).toBe(0)
})

test('why fixes are missing is known later: the report is made anew', async () => {
  clockAt(AFTER_MS)
  const offFromMs = SHIFT.fromMs + 1800_000
  const ran: GatewayLife['powered'] = [
    { fromMs: SHIFT.fromMs - HOUR_MS, toMs: offFromMs, isStartKnown: true },
  ]
  let life: GatewayLife = { powered: ran, lost: [], arrivedMs: offFromMs, isBehind: true }
  const { judged, planned, write } = openJudge(testFolder(), { lifeOf: () => life })
  await write('bike-1', early)
  const shift = planned()
  expect((await judged.judge(shift)).gapsS).toHaveProperty('no-uplink')
  expect(judged.due([shift])).toEqual([])
  // The next morning it starts again.
  const next = { fromMs: AFTER_MS + 10 * HOUR_MS, toMs: AFTER_MS + 11 * HOUR_MS, isStartKnown: true }
  life = { powered: [...ran, next], lost: [], arrivedMs: next.toMs, isBehind: false }
  expect(judged.due([shift])).toEqual([shift])
  expect((await judged.judge(shift)).gapsS).toHaveProperty('no-power')
  life = { ...life, isBehind: true, arrivedMs: next.toMs + HOUR_MS }
  expect(judged.due([shift])).toEqual([])
})

test('once its tracks are deleted the kept report stays, whatever changes', async () => {
  clockAt(AFTER_MS)
  const folder = testFolder()
  const first = openJudge(folder, { tracksDays: 30 })
  await first.write('bike-1', early)
  const shift = first.planned()
  const other = first.planned({ device: 'bike-2' })
  const report = await first.judged.judge(shift)
  const DAY_MS = 24 * HOUR_MS
  vi.setSystemTime(SHIFT.fromMs + 30 * DAY_MS + 1)
  while (await first.store.expire({ fixesMs: Date.now() - 30 * DAY_MS + HOUR_MS }));
  expect((await first.store.readTrack('bike-1', shift.fromMs, shift.toMs)).count).toBe(0)
  first.standing.text = 'rules 2'
  first.judged.noticed('bike-1', late)
  expect(first.judged.due([shift, other])).toEqual([])
  expect(await first.judged.judge(shift)).toEqual(report)
  expect(first.judged.keptFindings(shift)).toEqual(report.findings)
  expect(first.judged.figuresOf([shift, other]).has(shift.id)).toBe(true)
  // Of the other one nothing was kept: what is said now rests on tracks that are gone.
  await first.judged.judge(other)
  expect(first.kept.find(other.id)).toBeUndefined()
})

test('a store that deletes by itself: fewer fixes than before do not replace the report', async () => {
  clockAt(AFTER_MS)
  const { judged, planned, write, store, standing } = openJudge(testFolder())
  await write('bike-1', ride)
  const shift = planned()
  const report = await judged.judge(shift)
  while (await store.expire({ fixesMs: SHIFT.fromMs + 1800_000 }));
  standing.text = 'rules 2'
  expect(await judged.judge(shift)).toEqual(report)
  expect(judged.keptFindings(shift)).toEqual(report.findings)
  expect(judged.due([shift])).toEqual([])
})

test('a shift that could not be judged is marked, until something has changed', async () => {
  clockAt(AFTER_MS)
  const { judged, planned, write, standing } = openJudge(testFolder())
  const shift = planned()
  judged.failed(shift)
  expect(judged.due([shift])).toEqual([])
  expect(judged.figuresOf([shift])).toEqual(new Map())
  expect(judged.keptFindings(shift)).toBeUndefined()
  await write('bike-1', early)
  vi.setSystemTime(AFTER_MS + 3 * MINUTE_MS)
  expect(judged.due([shift])).toEqual([shift])
  judged.failed(shift)
  standing.text = 'rules 2'
  expect(judged.due([shift])).toEqual([shift])
})

test('findings that are kept are those that are judged on demand', async () => {
  clockAt(AFTER_MS)
  const { judged, planned, write } = openJudge(testFolder())
  await write(
    'bike-1',
    apart(ride, 600, 1800, (fix, s) => ({ ...fix, ...at(1200 + scatterM(s, 4), 100 + ((s * 2) % 300)) })),
  )
  const shifts = ['bike-1', 'bike-2'].map((device) => planned({ device }))
  for (const shift of shifts) {
    const onDemand = await judged.findings(shift)
    await judged.judge(shift)
    expect(onDemand.length).toBeGreaterThan(0)
    expect(judged.keptFindings(shift)).toEqual(onDemand)
  }
})
