import { z } from 'zod'
import { Beat, ShiftPlan } from '../../../../proto/patrol-http.ts'
import type { UnitGrids } from '../grids/unit-grids.ts'
import { nextAfter, onDay, readClock, readDay } from './china-time.ts'
import { type CsvRow, type CsvTable, readCsvTable } from './csv-table.ts'
import type { PatrolPlan, PlannedShift, Span } from './patrol-plan.ts'
import { PlanRefused } from './plan-refused.ts'

/**
 * Import of a plan from CSV. In: the bytes of a file; out: how many shifts or beats are in the plan now, and the rows
 * that are not, each with its line and reason. The same file again changes nothing. docs/shift-checks.md shows the
 * columns.
 */

export interface PlanImportReport {
  added: number
  replaced: number
  unchanged: number
  rejected: { line: number; reason: string }[]
  encoding: CsvTable<never>['encoding']
  unknownColumns: string[]
}

type Progress = (done: number, total: number) => void

const SHIFT_COLUMNS = {
  date: ['date', '日期'],
  until: ['until', '截止日期', '至'],
  weekdays: ['weekdays', '星期', '周'],
  start: ['start', '上班', '上班时间', '开始'],
  end: ['end', '下班', '下班时间', '结束'],
  device: ['device', '设备', '设备编号', '终端'],
  inspector: ['inspector', '巡查员', '姓名'],
  beat: ['beat', '巡区', '责任区'],
  grids: ['grids', '网格', '网格编码'],
  breaks: ['breaks', '休息', '休息时间'],
} as const
const BEAT_COLUMNS = {
  beat: ['beat', 'id', '巡区', '责任区', '编号'],
  name: ['name', '名称', '巡区名称'],
  grids: ['grids', '网格', '网格编码'],
} as const

const DAY_MS = 86_400_000
/** One row may repeat a shift for so many days. */
const MAX_DAYS = 366
/** Kept in one commit. */
const CHUNK = 500

/** @throws NotTheTable where the file as a whole is not what was asked for. */
export function importShifts(
  plan: PatrolPlan,
  grids: UnitGrids,
  bytes: Uint8Array,
  onProgress: Progress = () => {},
): PlanImportReport {
  const table = readCsvTable(bytes, SHIFT_COLUMNS)
  return keepRows(table, onProgress, (rows) => {
    const planned: PlannedShift[] = []
    const lines: number[] = []
    const rejected: PlanImportReport['rejected'] = []
    for (const row of rows)
      try {
        for (const shift of shiftsOf(row.cells, grids)) {
          planned.push(shift)
          lines.push(row.line)
        }
      } catch (error) {
        rejected.push({ line: row.line, reason: reasonOf(error) })
      }
    const outcomes = plan.putAll(planned)
    outcomes.forEach((outcome, i) => {
      if (outcome instanceof PlanRefused) rejected.push({ line: lines[i]!, reason: outcome.message })
    })
    return { outcomes, rejected }
  })
}

/** @throws NotTheTable where the file as a whole is not what was asked for. */
export function importBeats(
  plan: PatrolPlan,
  grids: UnitGrids,
  bytes: Uint8Array,
  onProgress: Progress = () => {},
): PlanImportReport {
  const table = readCsvTable(bytes, BEAT_COLUMNS)
  return keepRows(table, onProgress, (rows) => {
    const rejected: PlanImportReport['rejected'] = []
    const outcomes = rows.flatMap(({ line, cells }) => {
      try {
        const beat = Beat.parse({
          id: needed(cells, 'beat'),
          name: cells.name,
          grids: knownGrids(needed(cells, 'grids'), grids),
        })
        return [plan.putBeat(beat)]
      } catch (error) {
        rejected.push({ line, reason: reasonOf(error) })
        return []
      }
    })
    return { outcomes, rejected }
  })
}

function keepRows<Column extends string>(
  { rows, encoding, unknown }: CsvTable<Column>,
  onProgress: Progress,
  keep: (rows: CsvRow<Column>[]) => {
    outcomes: ('added' | 'replaced' | 'unchanged' | PlanRefused)[]
    rejected: PlanImportReport['rejected']
  },
): PlanImportReport {
  const report: PlanImportReport = {
    added: 0,
    replaced: 0,
    unchanged: 0,
    rejected: [],
    encoding,
    unknownColumns: unknown,
  }
  for (let start = 0; start < rows.length; start += CHUNK) {
    const { outcomes, rejected } = keep(rows.slice(start, start + CHUNK))
    for (const outcome of outcomes) if (typeof outcome === 'string') report[outcome]++
    report.rejected.push(...rejected.sort((a, b) => a.line - b.line))
    onProgress(Math.min(start + CHUNK, rows.length), rows.length)
  }
  return report
}

type ShiftCells = CsvRow<keyof typeof SHIFT_COLUMNS>['cells']

function shiftsOf(cells: ShiftCells, grids: UnitGrids): PlannedShift[] {
  const start = readClock(needed(cells, 'start'))
  const end = readClock(needed(cells, 'end'))
  const { device, inspector, beat } = cells
  if (beat !== undefined && cells.grids !== undefined)
    throw new RangeError(`beat ${beat} and grids ${cells.grids}: expected one of them`)
  const who = ShiftPlan.pick({ device: true, inspector: true }).parse({ device, inspector })
  const where = beat === undefined ? { grids: knownGrids(needed(cells, 'grids'), grids) } : { beat }
  return daysOf(cells).map((dayMs) => {
    const fromMs = onDay(dayMs, start)
    // Past midnight where the end comes before the start.
    const toMs = nextAfter(fromMs, end)
    if (toMs === fromMs)
      throw new RangeError(`start and end are both ${cells.start}: expected a shift of less than a day`)
    return { ...who, ...where, fromMs, toMs, breaks: breaksOf(cells.breaks ?? '', fromMs) }
  })
}

/** Midnights UTC of the days that the row stands for. */
function daysOf(cells: ShiftCells): number[] {
  const firstMs = readDay(needed(cells, 'date'))
  const lastMs = cells.until === undefined ? firstMs : readDay(cells.until)
  if (lastMs < firstMs) throw new RangeError(`until ${cells.until} is before date ${cells.date}`)
  if (lastMs - firstMs >= MAX_DAYS * DAY_MS)
    throw new RangeError(`${cells.date} to ${cells.until}: expected at most ${MAX_DAYS} days`)
  const wanted = cells.weekdays === undefined ? undefined : weekdaysOf(cells.weekdays)
  const days: number[] = []
  for (let dayMs = firstMs; dayMs <= lastMs; dayMs += DAY_MS)
    if (!wanted || wanted.has(new Date(dayMs).getUTCDay() || 7)) days.push(dayMs)
  if (days.length === 0) throw new RangeError(`none of the days is a ${cells.weekdays}`)
  return days
}

const WEEKDAYS = '一二三四五六日'

/** 1 (Monday) to 7: `1-5`, `1 3 5`, `一至五`, `周一、周三`. @throws RangeError */
function weekdaysOf(text: string): Set<number> {
  const digits = text
    .replaceAll(/[周星期礼拜\s,，、;；]/g, '')
    .replaceAll(/[天七]/g, '日')
    .replaceAll(/[一二三四五六日]/g, (day) => String(WEEKDAYS.indexOf(day) + 1))
    .replaceAll(/[~～–—至到]/g, '-')
  if (!/^([1-7](-[1-7])?)+$/.test(digits))
    throw new RangeError(`weekdays ${JSON.stringify(text)}: expected days from 1 (Monday) to 7, such as 1-5`)
  const days = new Set<number>()
  for (const [, from, to = from] of digits.matchAll(/([1-7])(?:-([1-7]))?/g))
    for (let day = Number(from); ; day = (day % 7) + 1) {
      days.add(day)
      if (day === Number(to)) break
    }
  return days
}

/** 12:00-13:30, several with a space or semicolon between them. @throws RangeError */
function breaksOf(text: string, shiftFromMs: number): Span[] {
  return text
    .replaceAll(/\s*[-~～–—至]\s*(?=\d{1,2}[:：]\d{2})/g, '~')
    .split(/[\s;；,，、]+/)
    .filter(Boolean)
    .map((rest) => {
      const [from, to, ...more] = rest.split('~')
      if (from === undefined || to === undefined || more.length > 0)
        throw new RangeError(`break ${JSON.stringify(rest)}: expected a span such as 12:00-13:30`)
      const fromMs = nextAfter(shiftFromMs, readClock(from))
      return { fromMs, toMs: nextAfter(fromMs, readClock(to)) }
    })
}

/** Separated by spaces, commas or semicolons. @throws RangeError for digits that no grid begins with. */
function knownGrids(text: string, grids: UnitGrids): string[] {
  const codes = [...new Set(text.split(/[\s;；,，、]+/).filter(Boolean))]
  const asNumber = codes.find((code) => /^\d(\.\d+)?E\+\d+$/i.test(code))
  if (asNumber !== undefined)
    throw new RangeError(
      `grid ${asNumber}: a spreadsheet made a number of the code: format the column as text`,
    )
  const parsed = Beat.shape.grids.parse(codes)
  const unknown = grids.unknown(parsed)
  if (unknown.length === 0) return parsed
  throw new RangeError(`grids ${unknown.join(', ')}: no unit grid of the register begins so`)
}

function needed<Column extends string>(cells: Partial<Record<Column, string>>, column: Column): string {
  const value = cells[column]
  if (value !== undefined) return value
  throw new RangeError(`${column}: nothing there`)
}

/** @throws what is no mistake of the row. */
function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ')
  if (error instanceof RangeError || error instanceof PlanRefused) return error.message
  throw error
}
