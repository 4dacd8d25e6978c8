import { type AreaPolicy, areaCoverage } from '../../../../gateway/hub/patrol/coverage/area.ts'
import {
  COMPONENT_POLICY,
  type ComponentPolicy,
  surveyComponents,
} from '../../../../gateway/hub/patrol/coverage/components.ts'
import { type RoadPolicy, surveyRoad } from '../../../../gateway/hub/patrol/coverage/road.ts'
import { StreetMatching } from '../../../../gateway/hub/patrol/coverage/road-matching.ts'
import { surveyVisits, type VisitPolicy } from '../../../../gateway/hub/patrol/coverage/visits.ts'
import { metresPerDegree } from '../../../../gateway/hub/patrol/distance.ts'
import type { Ridden } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import type { VisitCount } from '../../../../proto/patrol-http.ts'
import type { TruthRide } from '../streets/truth-rides.ts'
import { count, nothing, type Outcome, type State } from './outcome.ts'
import { perfectTrack, trueRidden, trueSteps } from './true-ride.ts'
import type { TruthGround } from './truth-ground.ts'

/** Each coverage policy over one simulated ride, against the truth; one outcome for each grid of its beat, in order. */

/** One ride, with what is true of it worked out once. */
export interface Patrol {
  ride: TruthRide
  perfect: Track
  ridden: Ridden[]
  /** See {@link trueRidden}. */
  leaps: number
  steps: Map<number, Uint8Array>
  /** Numbers of the grids that the rider really was in: the beat that coverage is asked for. */
  beat: number[]
  /** As {@link AreaCells} has them, by grid of the beat: what the same policy makes of a receiver without error. */
  cells: Buffer[]
  /** To each component of each grid of the beat. */
  nearestM: Map<string, number>
  /** By grid of the beat, what the same policy counts where it is told what was really ridden. */
  visits: Map<string, number>[]
}

export function patrolOf(ride: TruthRide, ground: TruthGround): Patrol {
  const { ridden, leaps } = trueRidden(ride)
  const inside = new Set<number>()
  for (const { lat, lon } of ride.truth) ground.locator.at(lat, lon, (grid) => inside.add(grid))
  const beat = [...inside].sort((a, b) => a - b)
  const perfect = perfectTrack(ride)
  const visits = surveyVisits({ ...questionOf(ride, beat, ground), matching: matchingThatSays(ridden) })
  visits.add(perfect)
  return {
    ride,
    perfect,
    ridden,
    leaps,
    steps: trueSteps(ridden, ride.network),
    beat,
    cells: beat.map((grid) => bitsOf(areaCoverage(ground.grids[grid]!, [perfect]).cells.covered)),
    nearestM: new Map(
      beat.flatMap((grid) =>
        ground.components[grid]!.components.map(({ properties, geometry: { coordinates } }) => [
          properties.code,
          nearestM(ride, coordinates[1], coordinates[0]),
        ]),
      ),
    ),
    visits: visits.result().map(({ grid }) => new Map(visits.list(grid).map((it) => [it.id, madeOf(it)]))),
  }
}

/** Says what it was told, of the one track that it is given. */
export const matchingThatSays = (ridden: Ridden[]): StreetMatching =>
  new StreetMatching(() => {
    let left = ridden
    return {
      add() {},
      takeSettled() {
        const taken = left
        left = []
        return taken
      },
      open: () => [],
    }
  })

/** True: cells that a receiver without error would have covered. */
export function judgeArea(
  { ride, beat, cells }: Patrol,
  { grids }: TruthGround,
  policy?: AreaPolicy,
): Outcome[] {
  return beat.map((grid, n) => {
    const said = areaCoverage(grids[grid]!, [ride.track], policy).cells
    const [inside, covered, cannotTell] = [said.inside, said.covered, said.cannotTell].map(bitsOf)
    const outcome = nothing()
    for (let cell = 0; cell < said.columns * said.rows; cell++) {
      if (!isSet(inside!, cell)) continue
      const state: State = isSet(covered!, cell)
        ? 'covered'
        : isSet(cannotTell!, cell)
          ? 'cannotTell'
          : 'missed'
      count(outcome, state, isSet(cells[n]!, cell))
    }
    return outcome
  })
}

const bitsOf = (base64: string): Buffer => Buffer.from(base64, 'base64')
const isSet = (bits: Buffer, cell: number): boolean => ((bits[cell >> 3]! >> (cell & 7)) & 1) === 1

export interface RoadVerdict {
  outcomes: Outcome[]
  /** Of all grids, in the beat or not: credited on parts of which nothing was ridden, and ridden, each metre of street once. */
  unriddenM: number
  riddenM: number
  /** Of the unridden: on streets with the name of one that was ridden, as the other carriageway has it. */
  sameNameM: number
}

/** True: steps that the rider rode over. */
export function judgeRoad(
  { ride, steps, beat }: Patrol,
  { roads, network }: TruthGround,
  matching: StreetMatching,
  policy?: RoadPolicy,
): RoadVerdict {
  const survey = surveyRoad(roads, matching, policy)
  survey.add(ride.track)
  const names = new Set([...steps.keys()].map((part) => network.parts[part]!.name))
  names.delete(undefined)
  let [unriddenM, riddenM, sameNameM] = [0, 0, 0]
  const outcomes = roads.map((road) => {
    const outcome = nothing()
    const said = new Map(survey.parts(road.grid.properties.code).map((part) => [part.part, part]))
    for (const { part, first, steps: cut } of road.slots) {
      const { missing, uncertain = [] } = said.get(part.id)!
      const truly = steps.get(part.index)
      for (let step = 0; step < cut.count; step++) {
        if (road.inside[first + step] === 0) continue
        const middleM = (step + 0.5) * cut.lengthM
        const isOn = ([fromM, toM]: [number, number]) => middleM > fromM && middleM < toM
        const state: State = missing.some(isOn) ? 'missed' : uncertain.some(isOn) ? 'cannotTell' : 'covered'
        count(outcome, state, truly?.[step] === 1, cut.lengthM)
        if (!truly && state === 'covered') {
          unriddenM += cut.lengthM
          if (names.has(part.name)) sameNameM += cut.lengthM
        }
        if (truly?.[step] === 1) riddenM += cut.lengthM
      }
    }
    return outcome
  })
  return { outcomes: beat.map((grid) => outcomes[grid]!), unriddenM, riddenM, sameNameM }
}

/** True: components that the rider came so near to. */
export function judgeComponents(
  patrol: Patrol,
  { components }: TruthGround,
  policy: ComponentPolicy = COMPONENT_POLICY,
): Outcome[] {
  const asked = patrol.beat.map((grid) => components[grid]!)
  const survey = surveyComponents(asked, policy)
  survey.add(patrol.ride.track)
  return asked.map(({ grid }) => {
    const outcome = nothing()
    for (const { code, state } of survey.list(grid.properties.code))
      count(outcome, STATES[state], patrol.nearestM.get(code)! <= policy.passM)
    return outcome
  })
}

const STATES = { passed: 'covered', 'cannot-tell': 'cannotTell', missed: 'missed' } as const

/** To the straight lines between the true seconds. */
function nearestM({ truth }: TruthRide, lat: number, lon: number): number {
  const perDegree = metresPerDegree(lat)
  let nearest2 = Number.POSITIVE_INFINITY
  let [lastX, lastY] = [Number.NaN, Number.NaN]
  for (const second of truth) {
    const x = (second.lon - lon) * perDegree.lon
    const y = (second.lat - lat) * perDegree.lat
    const [dx, dy] = [lastX - x, lastY - y]
    const length2 = dx * dx + dy * dy
    const share = length2 > 0 ? Math.min(1, Math.max(0, -(x * dx + y * dy) / length2)) : 0
    const [footX, footY] = share > 0 ? [x + share * dx, y + share * dy] : [x, y]
    nearest2 = Math.min(nearest2, footX * footX + footY * footY)
    lastX = x
    lastY = y
  }
  return Math.sqrt(nearest2)
}

/** True: the visits that the same policy counts where it is told what was really ridden, by a perfect receiver. */
export function judgeVisits(
  { ride, beat, visits }: Patrol,
  ground: TruthGround,
  matching: StreetMatching,
  policy?: VisitPolicy,
): Outcome[] {
  const survey = surveyVisits({ ...questionOf(ride, beat, ground), matching, ...(policy ? { policy } : {}) })
  survey.add(ride.track)
  return survey.result().map(({ grid, asked, made, cannotTell }, n) => {
    const outcome = { ...nothing(), of: asked, covered: made, cannotTell: cannotTell * asked }
    outcome.missed = asked - made - outcome.cannotTell
    for (const thing of survey.list(grid)) {
      const truly = visits[n]!.get(thing.id)!
      outcome.truly += truly
      outcome.wrongly += Math.max(0, madeOf(thing) - truly)
    }
    return { ...outcome, missedWrongly: Number.NaN }
  })
}

/** Of one shift, as long as the ride. */
function questionOf({ truth }: TruthRide, beat: number[], { roads, rules }: TruthGround) {
  const period = { fromMs: truth[0]!.timeMs, toMs: truth.at(-1)!.timeMs, shifts: 1 }
  return { roads: beat.map((grid) => roads[grid]!), rules, period }
}

/** Of the visits asked for: those outside of the key times do not make up for those that belong into them. */
function madeOf({ asked, visits, inHours = { asked: 0, visits: 0 } }: VisitCount): number {
  const inTime = Math.min(inHours.asked, inHours.visits)
  return inTime + Math.min(asked - inHours.asked, visits - inTime)
}
