import type { FastifyPluginAsync } from 'fastify'
import { loadPatrolRules } from '../../proto/catalogue/patrol-rules.ts'
import { loadShiftChecks } from '../../proto/catalogue/shift-checks.ts'
import type { Log } from '../foundation/log.ts'
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
import { LastSeenRegister } from './patrol/coverage/last-seen.ts'
import { LiveCoverages } from './patrol/coverage/live-coverage.ts'
import { policyMakers } from './patrol/coverage/makers.ts'
import { ShiftSurvey } from './patrol/coverage/shift-survey.ts'
import { PatrolGrounds } from './patrol/ground/patrol-ground.ts'
import { placeNamer } from './patrol/ground/place-namer.ts'
import { PatrolPlan, type Shift } from './patrol/shifts/patrol-plan.ts'
import { ShiftReports } from './patrol/shifts/shift-reports.ts'
import type { KnownLife } from './registers/gateway-life.ts'
import type { PresenceRegister } from './registers/presence.ts'
import type { Registers } from './registers/registers.ts'
import type { TrackStore } from './stores/track-store.ts'

/**
 * The patrol side of the centre: what was seen, by whom, what was missed, and whether it can be believed.
 *
 *   tracks ─┬─ live coverage of running shifts ─ last seen ─ missed, rounds
 *           └─ on demand: coverage by policy, summaries, shift reports with findings
 *
 * In: fixes that the track store has taken, registers, the plan of shifts. Out: routes, and figures for the live page.
 * Fails at the start alone (a file of the data folder cannot be opened, rules that are wrong).
 */
export interface PatrolDesk {
  readonly plan: PatrolPlan
  readonly routes: FastifyPluginAsync[]
  /** Fixes that the store has just taken; never throws. */
  stored(device: string, fixes: Parameters<LiveCoverages['take']>[1]): void
  start(): void
  close(): Promise<void>
}

export interface PatrolSources {
  config: Pick<HubConfig, 'data' | 'catalogue'>
  registers: Registers
  presence: PresenceRegister
  store: TrackStore
  live: Pick<LiveFeed, 'publish'>
  log: Log
}

/** @throws Error of node:sqlite; CatalogueError */
export function openPatrolDesk({ config, registers, presence, store, live, log }: PatrolSources): PatrolDesk {
  using opened = new DisposableStack()
  const grounds = new PatrolGrounds(registers, loadPatrolRules(config.catalogue))
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
  const reports = new ShiftReports({
    store,
    settings: checks,
    areaOf: (codes) => ground().area(codes),
    lifeOf,
  })
  async function coverageOf(shift: Shift) {
    const survey = new ShiftSurvey(ground(), shift)
    survey.add(await store.readTrack(shift.device, shift.fromMs, shift.toMs))
    return survey.figures()
  }
  /** As in reports of shifts: the streets that bound a beat belong to it. */
  function areaOf(codes: readonly string[]) {
    const area = ground().area(codes)
    const { marginMinM } = checks['out-of-area']
    return area && ((lat: number, lon: number): boolean => area.outsideM(lat, lon) <= marginMinM)
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
      coverageRoutes(ground, store, policyMakers(ground)),
      heatRoutes(ground, store),
      gridCheckRoutes(ground),
      streetCheckRoutes(() => ground().network()),
      lastSeenRoutes(grounds, lastSeen),
      missedRoutes({ grounds, lastSeen, plan, store }),
      shiftRoutes({ plan, grids: ground, reports, coverageOf }),
      findingRoutes({ plan, reports }),
    ],
    stored: (device, fixes) => coverages.take(device, fixes),
    start: () => coverages.start(),
    async close() {
      await coverages.close()
      files.dispose()
    },
  }
}
