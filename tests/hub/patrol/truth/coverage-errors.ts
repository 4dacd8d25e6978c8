import { AREA_POLICY } from '../../../../gateway/hub/patrol/coverage/area.ts'
import { COMPONENT_POLICY } from '../../../../gateway/hub/patrol/coverage/components.ts'
import { ROAD_POLICY } from '../../../../gateway/hub/patrol/coverage/road.ts'
import { StreetMatching } from '../../../../gateway/hub/patrol/coverage/road-matching.ts'
import { PlainRule } from '../../../../gateway/hub/patrol/coverage/road-plain-rule.ts'
import { VISIT_POLICY } from '../../../../gateway/hub/patrol/coverage/visits.ts'
import { WAY_LIMITS } from '../../../../gateway/hub/patrol/coverage/ways.ts'
import { Matcher } from '../../../../gateway/hub/patrol/streets/matcher.ts'
import { nearestStreets } from '../streets/nearest-streets.ts'
import { type TruthNoise, truthRide } from '../streets/truth-rides.ts'
import {
  judgeArea,
  judgeComponents,
  judgeRoad,
  judgeVisits,
  matchingThatSays,
  type Patrol,
  patrolOf,
  type RoadVerdict,
} from './judge-policies.ts'
import type { Outcome } from './outcome.ts'
import { unheardShare } from './true-ride.ts'
import { type TruthGround, truthGround } from './truth-ground.ts'

/**
 * The error of every coverage policy on simulated patrols. In: seeds; out: outcomes of each patrol, in the grids that the
 * rider really was in. The same seeds give the same outcomes.
 */

/** None of the rides by which matching was tuned or is tested. */
export const SEEDS = [61, 62, 63, 64, 65, 66, 67, 68]
/** Of one patrol. */
export const HOURS = 1

/**
 * How streets are told from fixes: by map matching; the nearest street within sight, if the heading fits; or each one
 * within sight, if the heading fits.
 */
export const RULES = ['matched', 'nearest', 'in sight'] as const
export type Rule = (typeof RULES)[number]
const MAX_TURN_DEG = 30

/** Each policy, and the rule for those that go by streets. */
export const METHODS = [
  'area',
  'components',
  ...RULES.map((rule) => `road, ${rule}` as const),
  ...RULES.map((rule) => `visits, ${rule}` as const),
] as const
export type Method = (typeof METHODS)[number]

/** What a city may choose, with the default among it. */
export const CONFIDENCES = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]
export const HDOPS = [1, 1.5, 2, 3, 5, 8]
/** From sight alone on. */
export const REACHES_M = [15, 30, 40, 50, 60, 80]
/** The policies that a poor fix reaches. */
export const REACHED = ['area', 'components', 'road, matched'] as const

interface RoadFigures extends RoadVerdict {
  visits: Outcome[]
}

export interface JudgedPatrol {
  seed: number
  noise: TruthNoise
  grids: number
  /** Ridden by the odometer, and how often the way could not be followed from one second to the next. */
  wayM: number
  leaps: number
  /** See {@link unheardShare}. */
  unheard: number
  methods: Record<Method, Outcome[]>
  roads: Record<Rule, RoadVerdict>
  /** By confidence, of map matching. */
  byConfidence: RoadFigures[]
  /** By HDOP. */
  areaByHdop: Outcome[][]
  componentsByHdop: Outcome[][]
  /** By how far poor fixes reach. */
  byReach: Record<(typeof REACHED)[number], Outcome[]>[]
}

/** @param curves - whether {@link CONFIDENCES}, {@link HDOPS} and {@link REACHES_M} are tried; else they are empty. */
export function judgePatrol(seed: number, noise: TruthNoise, curves = true): JudgedPatrol {
  const ground = truthGround()
  const patrol = patrolOf(truthRide({ seed, noise, hours: HOURS }), ground)
  const matchings = matchingsOf(patrol, ground)
  const roads = Object.fromEntries(
    RULES.map((rule) => [rule, judgeRoad(patrol, ground, matchings[rule])]),
  ) as Record<Rule, RoadVerdict>
  const visits = (rule: Rule): Outcome[] => judgeVisits(patrol, ground, matchings[rule])
  return {
    seed,
    noise,
    grids: patrol.beat.length,
    wayM: patrol.ridden.reduce((total, { fromM, toM }) => total + Math.abs(toM - fromM), 0),
    leaps: patrol.leaps,
    unheard: unheardShare(patrol.ride),
    methods: {
      area: judgeArea(patrol, ground),
      components: judgeComponents(patrol, ground),
      'road, matched': roads.matched.outcomes,
      'road, nearest': roads.nearest.outcomes,
      'road, in sight': roads['in sight'].outcomes,
      'visits, matched': visits('matched'),
      'visits, nearest': visits('nearest'),
      'visits, in sight': visits('in sight'),
    },
    roads,
    byConfidence: (curves ? CONFIDENCES : []).map((minConfidence) => ({
      ...judgeRoad(patrol, ground, matchings.matched, { ...ROAD_POLICY, minConfidence }),
      visits: judgeVisits(patrol, ground, matchings.matched, { ...VISIT_POLICY, minConfidence }),
    })),
    areaByHdop: (curves ? HDOPS : []).map((maxHdop) =>
      judgeArea(patrol, ground, { ...AREA_POLICY, maxHdop }),
    ),
    componentsByHdop: (curves ? HDOPS : []).map((maxHdop) =>
      judgeComponents(patrol, ground, { ...COMPONENT_POLICY, maxHdop }),
    ),
    byReach: (curves ? REACHES_M : []).map((poorReachM) => ({
      area: judgeArea(patrol, ground, { ...AREA_POLICY, poorReachM }),
      components: judgeComponents(patrol, ground, { ...COMPONENT_POLICY, poorReachM }),
      'road, matched': judgeRoad(patrol, ground, matchings.matched, { ...ROAD_POLICY, poorReachM }).outcomes,
    })),
  }
}

function matchingsOf({ ride }: Patrol, { network }: TruthGround): Record<Rule, StreetMatching> {
  return {
    matched: new StreetMatching(() => new Matcher(network)),
    nearest: matchingThatSays(nearestStreets(ride.track, network, AREA_POLICY.sightM)),
    'in sight': new StreetMatching(
      () => new PlainRule(network, { ...WAY_LIMITS, sightM: AREA_POLICY.sightM, maxTurnDeg: MAX_TURN_DEG }),
    ),
  }
}
