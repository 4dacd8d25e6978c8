import { readFileSync } from 'node:fs'
import type { FastifyPluginAsync } from 'fastify'
import { ownOrShipped } from '../../proto/catalogue/catalogue-file.ts'
import { loadPatrolRules, type PatrolRules } from '../../proto/catalogue/patrol-rules.ts'
import { loadShiftChecks } from '../../proto/catalogue/shift-checks.ts'
import type { Fix } from '../../proto/domain.ts'
import type { Log } from '../foundation/log.ts'
import { VERSION } from '../foundation/version.ts'
import type { LiveFeed } from './api/live-feed.ts'
import { coverageRoutes } from './api/routes/coverage.ts'
import { findingRoutes } from './api/routes/findings.ts'
import { gridCheckRoutes } from './api/routes/grid-check.ts'
import { heatRoutes } from './api/routes/heat.ts'
import { lastSeenRoutes } from './api/routes/last-seen.ts'
import { matchedRoutes } from './api/routes/matched.ts'
import { missedRoutes } from './api/routes/missed.ts'
import { shiftRoutes } from './api/routes/shifts.ts'
import { streetCheckRoutes } from './api/routes/street-check.ts'
import { summaryRoutes } from './api/routes/summary.ts'
import type { HubConfig } from './config.ts'
import { KeptFigures } from './patrol/coverage/kept-figures.ts'
import { LastSeenRegister } from './patrol/coverage/last-seen.ts'
import { LiveCoverages } from './patrol/coverage/live-coverage.ts'
import { partsOf } from './patrol/coverage/live-coverage-rows.ts'
import { coveragePolicies, policyMakers } from './patrol/coverage/makers.ts'
import { ShiftSurvey } from './patrol/coverage/shift-survey.ts'
import { PatrolGrounds } from './patrol/ground/patrol-ground.ts'
import { placeNamer } from './patrol/ground/place-namer.ts'
import { JudgedShifts } from './patrol/shifts/judged-shifts.ts'
import { KeptReports } from './patrol/shifts/kept-reports.ts'
import type { Turn } from './patrol/shifts/pace.ts'
import { PatrolPlan, type Shift } from './patrol/shifts/patrol-plan.ts'
import { digestOf } from './patrol/shifts/report-basis.ts'
import { ReportKeeper } from './patrol/shifts/report-keeper.ts'
import { ShiftReports } from './patrol/shifts/shift-reports.ts'
import type { KnownLife } from './registers/gateway-life.ts'
import type { PresenceRegister } from './registers/presence.ts'
import type { Registers } from './registers/registers.ts'
import type { Track, TrackStore } from './stores/track-store.ts'

/**
 * The patrol side of the centre: what was seen, by whom, what was missed, and whether it can be believed.
 *
 *   tracks ─┬─ live coverage of running shifts ─ last seen ─ missed, rounds
 *           ├─ reports of shifts that are over, with findings: made once, kept while they hold
 *           └─ on demand: coverage by policy, summaries, reports of running shifts
 *
 * In: fixes that the track store has taken, registers, the plan of shifts. Out: routes, and figures for the live page.
 * Fails at the start alone (a file of the data folder cannot be opened, rules that are wrong).
 */
export interface PatrolDesk {
  readonly plan: PatrolPlan
  readonly routes: FastifyPluginAsync[]
  /** Fixes that the store has just taken; never throws. */
  stored(device: string, fixes: Fix[]): void
  /** Fixes that another worker stores about now; never throws. */
  heard(device: string, fixes: Fix[]): void
  start(): void
  close(): Promise<void>
}

export interface PatrolSources {
  config: Pick<HubConfig, 'data' | 'catalogue' | 'retention'>
  registers: Registers
  presence: PresenceRegister
  store: TrackStore
  live: Pick<LiveFeed, 'publish'>
  log: Log
}

/** @throws Error of node:sqlite; CatalogueError */
export function openPatrolDesk({ config, registers, presence, store, live, log }: PatrolSources): PatrolDesk {
  using opened = new DisposableStack()
  const patrolRules = loadPatrolRules(config.catalogue)
  const grounds = new PatrolGrounds(registers, patrolRules)
  const ground = () => grounds.current()
  const plan = opened.adopt(new PatrolPlan(config.data), (it) => it.close())
  const lastSeen = opened.adopt(new LastSeenRegister(config.data, (code) => ground().grid(code)), (it) =>
    it.close(),
  )
  const coverages = new LiveCoverages({
    shifts: plan,
    grounds,
    store,
    lastSeen,
    publish: (make) => live.publish('coverage', make),
    log,
  })
  const lifeOf = (device: string, range: { fromMs: number; toMs: number }): KnownLife | undefined => {
    const gateway = registers.devices.find(device)?.gateway
    if (gateway === undefined) return undefined
    return registers.life.of(gateway, range, presence.find(gateway)?.boot, Date.now())
  }
  const checks = loadShiftChecks(config.catalogue)
  const kept = opened.adopt(new KeptReports(config.data), (it) => it.close())
  async function coverageOf(shift: Shift, track: Track, turn: Turn) {
    const survey = new ShiftSurvey(ground(), shift)
    for (const rows of partsOf(track)) {
      survey.add(rows)
      await turn()
    }
    return survey.figures()
  }
  const reports = new ShiftReports({
    store,
    settings: checks,
    areaOf: (codes) => ground().area(codes),
    lifeOf,
    coverageOf,
  })
  const policies = policyMakers(ground)
  const figures = new KeptFigures({ store, policies, ground })
  const rules = rulesDigest(config, checks, patrolRules)
  const district = [registers.grids, registers.streets, registers.components]
  const judged = new JudgedShifts({
    reports,
    kept,
    standing: () => `${rules} ${district.map((register) => register.version()).join()}`,
    lifeOf,
    tracksDays: config.retention.tracksDays,
    log,
  })
  const keeper = new ReportKeeper({ plan, judged, kept, log })
  /** As in reports of shifts: the streets that bound a beat belong to it. */
  function areaOf(codes: readonly string[]) {
    const area = ground().area(codes)
    const { marginMinM } = checks['out-of-area']
    return area && ((lat: number, lon: number): boolean => area.outsideM(lat, lon) <= marginMinM)
  }

  /** What was made of the past is no longer what it was. */
  function noticed(device: string, fixes: Fix[]): void {
    judged.noticed(device, fixes)
    figures.noticed(device, fixes)
  }

  const files = opened.move()
  return {
    plan,
    routes: [
      summaryRoutes(registers.devices, store, {
        shifts: plan,
        areaOf,
        lifeOf,
        placeOf: placeNamer(ground),
      }),
      matchedRoutes(registers.devices, store, () => ground().network()),
      coverageRoutes({ grids: ground, store, policies, kept: figures }),
      heatRoutes({ grids: ground, store, kept: figures }),
      gridCheckRoutes(ground),
      streetCheckRoutes(() => ground().network()),
      lastSeenRoutes(grounds, lastSeen),
      missedRoutes({ grounds, lastSeen, plan, store }),
      shiftRoutes({ plan, grids: ground, judged }),
      findingRoutes({ plan, judged }),
    ],
    stored(device, fixes) {
      noticed(device, fixes)
      coverages.take(device, fixes)
    },
    heard: noticed,
    start() {
      coverages.start()
      keeper.start()
    },
    async close() {
      await keeper.close()
      await coverages.close()
      files.dispose()
    },
  }
}

/** What shifts are judged by beside the registers: another release may judge otherwise, too. */
const rulesDigest = ({ catalogue }: PatrolSources['config'], checks: object, rules: PatrolRules): string =>
  digestOf(
    VERSION,
    JSON.stringify(checks),
    JSON.stringify(coveragePolicies(rules)),
    readFileSync(ownOrShipped('patrol-rules.yaml', catalogue), 'utf8'),
  )
