import type {
  CoveragePolicy,
  FiguresOfShift,
  ListedShift,
  LiveCoverage,
  Shift,
  ShiftReport,
} from '../../../../proto/patrol-http.ts'

/** What the table shows of a shift; figures come with the list, or after it, or not at all. */
export interface ShiftRow {
  shift: ListedShift
  figures: RowFigures | undefined
  error: unknown
  live: LiveCoverage | undefined
}

export type RowFigures = Omit<FiguresOfShift, 'madeAt'>

/** Of a report that was asked for by itself, as a list has them. */
export function figuresOfReport(report: ShiftReport): RowFigures {
  const { findings } = report
  return {
    ...report,
    findings: { count: findings.length, kinds: [...new Set(findings.map(({ kind }) => kind))] },
  }
}

/** Whether the row's figures are to be asked for: the hub keeps none yet, or they change. */
export const isToAsk = ({ running, figures }: ListedShift): boolean => running || figures === undefined

export type ShiftState = 'running' | 'over' | 'coming'

export function shiftState({ running, from }: Pick<Shift, 'running' | 'from'>, nowMs: number): ShiftState {
  if (running) return 'running'
  return Date.parse(from) > nowMs ? 'coming' : 'over'
}

/** The newest that is known: of a running shift what the live stream said, else what the report counted. */
export function coverageOfRow(
  { figures, live }: { figures: Pick<RowFigures, 'coverage'> | undefined; live: LiveCoverage | undefined },
  policy: CoveragePolicy,
): { coverage: number; cannotTell: number; live: boolean } | undefined {
  const now = live?.policies[policy]
  if (now) return { ...now, live: true }
  const counted = figures?.coverage?.[policy]
  return counted && { ...counted, live: false }
}

/** @param beat what people call the shift's beat. */
export function matches(
  { device, inspector }: Pick<Shift, 'device' | 'inspector'>,
  beat: string | undefined,
  text: string,
): boolean {
  const wanted = text.trim().toLowerCase()
  return [device, inspector, beat].some((name) => name?.toLowerCase().includes(wanted))
}

/** A table's sorter by a figure; what has none yet comes after what has one, whichever way is up. */
export const byFigure =
  (figure: (row: ShiftRow) => number | undefined) =>
  (a: ShiftRow, b: ShiftRow, order?: 'ascend' | 'descend' | null): number => {
    const [one, other] = [figure(a), figure(b)]
    if (one !== undefined && other !== undefined) return one - other
    if (one === undefined && other === undefined) return 0
    const last = order === 'descend' ? -1 : 1
    return one === undefined ? last : -last
  }
