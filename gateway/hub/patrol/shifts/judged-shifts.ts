import type { FiguresOfShift, Finding, ShiftReport } from '../../../../proto/patrol-http.ts'
import type { Log } from '../../../foundation/log.ts'
import type { GatewayLife } from '../tracks/gap-causes.ts'
import type { KeptReports, KeptRow } from './kept-reports.ts'
import type { Turn } from './pace.ts'
import type { Shift, Span } from './patrol-plan.ts'
import { basisOf, lifeBasis, lifeDigest } from './report-basis.ts'
import type { ShiftReports } from './shift-reports.ts'

/**
 * What is said of shifts: from what is kept where that still holds, else judged. In: shifts as they are planned now, and
 * fixes that came late; out: reports, figures, findings. A kept report holds while the shift, the registers and the
 * rules are those that it was made on and no fix came late. Once the shift's tracks are deleted the kept report is the
 * only witness: it stays, and nothing judges the shift anew.
 */
export interface JudgedSources {
  reports: ShiftReports
  kept: KeptReports
  /** What all shifts are judged by, registers and rules: a text that changes with them. */
  standing: () => string
  lifeOf?: (device: string, range: Span) => GatewayLife | undefined
  /** How long tracks are kept; absent: for ever, or nobody told. */
  tracksDays?: number | undefined
  log: Log
  times?: Partial<typeof TIMES>
}

const TIMES = {
  /** Fixes come late: a report is made so long after the end of its shift. */
  settleMs: 10 * 60_000,
  /** Late fixes rarely come alone: it is made again so long after the last ones. */
  quietMs: 3 * 60_000,
}

const DAY_MS = 86_400_000

interface Underway {
  shift: Shift
  /** Fixes came in between: when. */
  lateMs: number | undefined
}

export class JudgedShifts {
  readonly #sources: JudgedSources
  readonly #times: typeof TIMES
  readonly #underway = new Set<Underway>()

  constructor(sources: JudgedSources) {
    this.#sources = sources
    this.#times = { ...TIMES, ...sources.times }
  }

  /**
   * Judges a shift anew and keeps the report where the shift is over. Where its tracks are gone, wholly or in part, the
   * answer is what was kept.
   * @param turn absent: somebody waits for the answer.
   * @throws StoreUnavailable
   */
  async judge(shift: Shift, turn?: Turn): Promise<ShiftReport> {
    const { kept, reports, standing, lifeOf, log } = this.#sources
    const isGone = this.#isGone(shift)
    const witness = isGone ? kept.report(shift.id) : undefined
    if (witness) return witness
    const startMs = Date.now()
    const basis = basisOf(shift, standing())
    const underway: Underway = { shift, lateMs: undefined }
    this.#underway.add(underway)
    try {
      const { report, fixes } = await reports.judge(shift, startMs, turn)
      if (shift.toMs > startMs || isGone) return report
      const life = lifeBasis(shift, lifeOf?.(shift.device, shift), report)
      const before = kept.find(shift.id)
      if (before?.figures && isSameSpan(before, shift) && before.fixes > fixes) {
        // Tracks only grow: a store that deletes by itself has begun to.
        log.info({ shift: shift.id }, 'shift reports: fixes are gone, the report from before stays')
        kept.confirm(shift.id, { basis, life }, underway.lateMs)
        return kept.report(shift.id) ?? report
      }
      kept.put(shift, report, { basis, life, madeMs: startMs, fixes }, underway.lateMs)
      return report
    } finally {
      this.#underway.delete(underway)
    }
  }

  /** It could not be judged: not tried again until something has changed. */
  failed(shift: Shift): void {
    const { kept, standing } = this.#sources
    const made = { basis: basisOf(shift, standing()), life: undefined, madeMs: Date.now(), fixes: 0 }
    kept.put(shift, undefined, made)
  }

  /** Of those of which a report is kept that holds. */
  figuresOf(shifts: readonly Shift[]): Map<string, FiguresOfShift> {
    const standing = this.#sources.standing()
    const nowMs = Date.now()
    const figures = new Map<string, FiguresOfShift>()
    for (const shift of shifts) {
      if (shift.toMs > nowMs) continue
      const row = this.#holding(shift, standing)
      if (row?.figures) figures.set(shift.id, row.figures)
    }
    return figures
  }

  /** Undefined where no report is kept that holds. */
  keptFindings(shift: Shift): Finding[] | undefined {
    const { kept, standing } = this.#sources
    const row = shift.toMs > Date.now() ? undefined : this.#holding(shift, standing())
    if (!row?.figures) return undefined
    return row.figures.findings.count === 0 ? [] : kept.report(shift.id)?.findings
  }

  /** Judged for them alone, without the coverage: nothing is kept. @throws StoreUnavailable */
  async findings(shift: Shift): Promise<Finding[]> {
    return (await this.#sources.reports.examine(shift, Date.now())).findings
  }

  /**
   * Those of which a report is to be made by now, in the given order. What is known of a gateway may change a report
   * without a fix: it is compared here.
   */
  due(shifts: readonly Shift[]): Shift[] {
    const standing = this.#sources.standing()
    const nowMs = Date.now()
    return shifts.filter((shift) => this.#isDue(shift, standing, nowMs))
  }

  /** Fixes of a device that were stored. Never throws. */
  noticed(device: string, fixes: readonly { timeMs: number }[]): void {
    const { kept, log } = this.#sources
    const nowMs = Date.now()
    for (const underway of this.#underway) {
      const { shift } = underway
      if (shift.device !== device) continue
      if (fixes.some(({ timeMs }) => timeMs >= shift.fromMs && timeMs < shift.toMs)) underway.lateMs = nowMs
    }
    const onFailed = (error: unknown): void =>
      log.error({ err: error, device }, 'shift reports: late fixes could not be noted in the file')
    try {
      kept.noticeLate(device, fixes, nowMs, onFailed)
    } catch (error) {
      onFailed(error)
    }
  }

  #isDue(shift: Shift, standing: string, nowMs: number): boolean {
    const { kept, lifeOf } = this.#sources
    const settledMs = shift.toMs + this.#times.settleMs
    if (settledMs > nowMs || this.#isGone(shift)) return false
    const row = kept.find(shift.id)
    if (!row || row.basis !== basisOf(shift, standing)) return true
    if (row.lateMs !== undefined) return nowMs - row.lateMs >= this.#times.quietMs
    if (row.madeMs < settledMs) return true
    return row.life !== undefined && row.life !== lifeDigest(shift, lifeOf?.(shift.device, shift))
  }

  #holding(shift: Shift, standing: string): KeptRow | undefined {
    const row = this.#sources.kept.find(shift.id)
    if (!row) return undefined
    if (this.#isGone(shift)) return row
    return row.lateMs === undefined && row.basis === basisOf(shift, standing) ? row : undefined
  }

  /** Fixes of it may have been deleted. */
  #isGone({ fromMs }: Shift): boolean {
    const { tracksDays } = this.#sources
    return tracksDays !== undefined && fromMs < Date.now() - tracksDays * DAY_MS
  }
}

const isSameSpan = (row: Span, shift: Span): boolean => row.fromMs === shift.fromMs && row.toMs === shift.toMs
