import { onTestFinished, vi } from 'vitest'
import { silentLog } from '../../../../gateway/foundation/log.ts'
import { UnitGrids } from '../../../../gateway/hub/patrol/grids/unit-grids.ts'
import { JudgedShifts, type JudgedSources } from '../../../../gateway/hub/patrol/shifts/judged-shifts.ts'
import { KeptReports } from '../../../../gateway/hub/patrol/shifts/kept-reports.ts'
import {
  PatrolPlan,
  type PlannedShift,
  type Shift,
} from '../../../../gateway/hub/patrol/shifts/patrol-plan.ts'
import { type KeeperOptions, ReportKeeper } from '../../../../gateway/hub/patrol/shifts/report-keeper.ts'
import { type ReportSources, ShiftReports } from '../../../../gateway/hub/patrol/shifts/shift-reports.ts'
import { SqliteTrackStore } from '../../../../gateway/hub/stores/sqlite-track-store.ts'
import type { Fix } from '../../../../proto/domain.ts'
import { BEAT, SETTINGS, SHIFT } from './made-shift.ts'

/** The parts that judge shifts and keep the reports, on real files. */

export const HOUR_MS = 3_600_000

/** The clock alone stands still; timers run. */
export function clockAt(timeMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: timeMs })
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

export interface Circumstances extends Partial<Pick<JudgedSources, 'lifeOf' | 'tracksDays' | 'times'>> {
  /** What the reports are read from. */
  readFrom?: (store: SqliteTrackStore) => ReportSources['store']
  coverageOf?: ReportSources['coverageOf']
  keeper?: Partial<Pick<KeeperOptions, 'times' | 'log'>>
}

export function openJudge(folder: string, circumstances: Circumstances = {}) {
  const { readFrom = (store) => store, coverageOf, lifeOf, tracksDays, times, keeper } = circumstances
  const log = silentLog()
  const plan = new PatrolPlan(folder)
  const store = new SqliteTrackStore(folder)
  const kept = new KeptReports(folder)
  const grids = new UnitGrids([BEAT])
  const reports = new ShiftReports({
    store: readFrom(store),
    settings: SETTINGS,
    areaOf: (codes) => grids.area(codes),
    ...(lifeOf ? { lifeOf } : {}),
    ...(coverageOf ? { coverageOf } : {}),
  })
  const standing = { text: 'rules 1' }
  const judged = new JudgedShifts({
    reports,
    kept,
    standing: () => standing.text,
    ...(lifeOf ? { lifeOf } : {}),
    tracksDays,
    log,
    ...(times ? { times } : {}),
  })
  const keepers: ReportKeeper[] = []
  let isOpen = true
  async function close(): Promise<void> {
    if (!isOpen) return
    isOpen = false
    for (const each of keepers) await each.close()
    kept.close()
    plan.close()
    await store.close()
  }
  onTestFinished(close)
  return {
    plan,
    store,
    kept,
    judged,
    standing,
    grids,
    close,
    planned: (change: Partial<PlannedShift> = {}): Shift => plan.put({ ...PLANNED, ...change }).shift,
    async write(device: string, fixes: Fix[]): Promise<void> {
      await store.write({ fixes: [{ device, fixes }], readings: [] })
      judged.noticed(device, fixes)
    },
    keeper(options: Partial<KeeperOptions> = {}): ReportKeeper {
      const made = new ReportKeeper({
        plan,
        judged,
        kept,
        log,
        ...keeper,
        times: { lookMs: 5, wholeLookMs: 5, goneMs: 5, retryMs: 5 },
        ...options,
      })
      keepers.push(made)
      return made
    },
  }
}

const PLANNED: PlannedShift = {
  device: SHIFT.device,
  grids: SHIFT.grids,
  fromMs: SHIFT.fromMs,
  toMs: SHIFT.toMs,
  breaks: [],
}
