import { describe, expect, test } from 'vitest'
import { en } from '../../dashboards/web/src/i18n/en.ts'
import { quantities } from '../../dashboards/web/src/i18n/quantities.ts'
import { zh } from '../../dashboards/web/src/i18n/zh.ts'
import { hoursText, missedName, severity } from '../../dashboards/web/src/missed/overdue.ts'
import { evidenceRows } from '../../dashboards/web/src/shifts/finding-evidence.ts'
import { planOf, problemOf } from '../../dashboards/web/src/shifts/shift-plan.ts'
import {
  byFigure,
  coverageOfRow,
  figuresOfReport,
  isToAsk,
  matches,
  type ShiftRow,
  shiftState,
} from '../../dashboards/web/src/shifts/shift-rows.ts'
import { type Missed, type Shift, ShiftPlan, type ShiftReport } from '../../proto/patrol-http.ts'

const chinese = { language: 'zh' as const, t: zh, q: quantities('zh') }
const english = { language: 'en' as const, t: en, q: quantities('en') }
const HOUR_MS = 3_600_000
const fromMs = Date.UTC(2026, 4, 1, 0)
const toMs = fromMs + 8 * HOUR_MS

const shift: Shift = {
  id: 's1',
  device: 'ebike-01',
  inspector: '王敏',
  beat: '责任区1',
  grids: ['310101002003001'],
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
  breaks: [],
  running: false,
}

describe('rows of shifts', () => {
  test.each(['EBIKE', ' 王敏', '区1'])('are found by %s', (text) =>
    expect(matches(shift, '责任区1', text)).toBe(true),
  )
  test('are not found by what they have not', () => expect(matches(shift, undefined, '区1')).toBe(false))

  test('say whether the shift runs', () => {
    expect(shiftState({ ...shift, running: true }, toMs + 1)).toBe('running')
    expect(shiftState(shift, fromMs - 1)).toBe('coming')
    expect(shiftState(shift, toMs + 1)).toBe('over')
  })

  test('what has no figure yet comes last, whichever way is up', () => {
    const row = (id: string, score?: number) =>
      ({ shift: { ...shift, id }, score }) as unknown as ShiftRow & { score?: number }
    const rows = [row('none'), row('high', 90), row('low', 10)]
    const compare = byFigure((each) => (each as ShiftRow & { score?: number }).score)
    const ids = (sorted: ShiftRow[]) => sorted.map((each) => each.shift.id)
    expect(ids(rows.toSorted((a, b) => compare(a, b, 'ascend')))).toEqual(['low', 'high', 'none'])
    // The table turns the comparison round for descending order.
    expect(ids(rows.toSorted((a, b) => -compare(a, b, 'descend')))).toEqual(['high', 'low', 'none'])
  })

  test('a running shift shows what the live stream said last', () => {
    const figure = { coverage: 0.5, cannotTell: 0.1 }
    const report = { coverage: { area: { coverage: 0.2, cannotTell: 0 }, road: figure } }
    const live = { shift: 's1', device: 'ebike-01', at: shift.from, policies: { area: figure } }
    const row = { figures: report, live }
    expect(coverageOfRow(row, 'area')).toEqual({ ...figure, live: true })
    expect(coverageOfRow(row, 'road')).toEqual({ ...figure, live: false })
    expect(coverageOfRow(row, 'visits')).toBeUndefined()
  })
})

describe('figures of rows', () => {
  const figures = {
    madeAt: shift.to,
    attendance: 0.9,
    onDutyS: 26_000,
    effectiveM: 41_000,
    inArea: 0.97,
    findings: { count: 3, kinds: ['speeding' as const, 'out-of-area' as const] },
    integrity: { score: 80 },
  }

  test('are asked for where the list has none, or the shift runs', () => {
    expect(isToAsk(shift)).toBe(true)
    expect(isToAsk({ ...shift, figures })).toBe(false)
    expect(isToAsk({ ...shift, running: true })).toBe(true)
  })

  test('are the same from a report that was asked for', () => {
    const kinds = ['speeding', 'out-of-area', 'speeding']
    const report = {
      ...figures,
      shift,
      findings: kinds.map((kind) => ({ kind })),
      integrity: { score: 80, reasons: [] },
    } as unknown as ShiftReport
    expect(figuresOfReport(report)).toMatchObject({ ...figures, integrity: { score: 80 } })
  })
})

describe('a plan from the form', () => {
  const draft = {
    device: 'ebike-01',
    inspector: ' 王敏 ',
    grids: '310101002003001',
    fromMs,
    toMs,
    breaks: [],
  }

  test('is what the hub takes', () => {
    const rest = { fromMs: fromMs + 4 * HOUR_MS, toMs: fromMs + 5 * HOUR_MS }
    const plan = planOf({ ...draft, grids: '310101002003001，31010100200\n31010100200', breaks: [rest] })
    expect(plan).toEqual({
      device: 'ebike-01',
      inspector: '王敏',
      grids: ['310101002003001', '31010100200'],
      from: '2026-05-01T00:00:00.000Z',
      to: '2026-05-01T08:00:00.000Z',
      breaks: [{ from: '2026-05-01T04:00:00.000Z', to: '2026-05-01T05:00:00.000Z' }],
    })
    expect(ShiftPlan.parse(plan)).toEqual(plan)
    expect(planOf({ ...draft, beat: 'b1', grids: undefined })).not.toHaveProperty('grids')
  })

  test.each([
    ['badTimes', { toMs: fromMs }],
    ['badTimes', { toMs: Number.NaN }],
    ['badBreak', { breaks: [{ fromMs: fromMs - 1, toMs }] }],
    ['badBreak', { breaks: [{ fromMs: toMs - 1, toMs: toMs - 1 }] }],
    ['gridsOrBeat', { grids: ' , ' }],
    ['gridsOrBeat', { beat: 'b1' }],
    [undefined, {}],
    [undefined, { beat: 'b1', grids: '' }],
  ] as const)('%s: %j', (problem, change) => expect(problemOf({ ...draft, ...change })).toBe(problem))

  test('names the code that is none', () => {
    expect(problemOf({ ...draft, grids: '310101 31-01' })).toEqual({ badGrid: '31-01' })
  })
})

describe('evidence in words', () => {
  test('quantities by their units', () => {
    const evidence = {
      outsideS: 240,
      farthestM: 86,
      fastestKmh: 54,
      sameShare: 0.98,
      fixes: 231,
      cause: 'no-fix',
      first: '2026-05-01T00:10:00.000Z',
      newthing: 'as it is',
    }
    const rows = Object.fromEntries(evidenceRows(evidence, chinese).map(({ label, value }) => [label, value]))
    expect(rows).toMatchObject({
      越界时长: '4 分',
      最远: '86 m',
      最高速度: '54.0 km/h',
      雷同比例: '98.0%',
      定位点: '231',
      原因: '无定位',
      首次到岗: quantities('zh').clock(Date.parse(evidence.first)),
      newthing: 'as it is',
    })
  })
})

describe('what was missed, in words', () => {
  const missed: Missed = {
    kind: 'street-part',
    id: 'way-1/2',
    grid: '310101002003001',
    class: 'ordinary',
    lat: 31,
    lon: 121,
    allowedH: 24,
    overdueH: 6,
  }
  test.each([
    [0.002, '1 分', '1 min'],
    [0.7, '42 分', '42 min'],
    [1.5, '1.5 小时', '1.5 h'],
    [30, '30 小时', '30 h'],
    [48, '2 天', '2 d'],
    [100, '4.2 天', '4.2 d'],
    [1000, '42 天', '42 d'],
  ])('%d hours', (hours, zhShown, enShown) => {
    expect(hoursText(hours, chinese)).toBe(zhShown)
    expect(hoursText(hours, english)).toBe(enShown)
  })

  test('has a name even where the register gives none', () => {
    expect(missedName({ ...missed, name: '人民路' }, chinese)).toBe('人民路 第 3 段')
    expect(missedName(missed, english)).toBe('Unnamed street part 3')
    expect(missedName({ ...missed, kind: 'cell', cells: 64 }, chinese)).toBe('空白区 64 格')
    expect(missedName({ ...missed, kind: 'component', id: '3101' }, chinese)).toBe('部件 3101')
  })

  test('is drawn the darker the longer it is over what is allowed', () => {
    expect(severity(missed)).toBe(0.125)
    expect(severity({ ...missed, overdueH: 500 })).toBe(1)
    expect(severity({ ...missed, allowedH: 0 })).toBe(1)
  })
})
