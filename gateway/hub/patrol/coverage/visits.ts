import type { PatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import type { Policy, VisitCount, VisitCoverage } from '../../../../proto/patrol-http.ts'
import { GridLocator } from '../grids/grid-locator.ts'
import type { RoadGrid, RoadSlot } from '../ground/road-steps.ts'
import type { Ridden } from '../streets/street-network.ts'
import type { Survey } from '../survey.ts'
import { DevicesInGrids } from './devices-in-grids.ts'
import { ROAD_POLICY } from './road.ts'
import type { StreetMatching } from './road-matching.ts'
import { PassCounter } from './road-passes.ts'
import { ratio, type Tally, tallyOf } from './tally.ts'
import { GridVisits, PartVisits } from './visits-counting.ts'
import { type AskedVisits, askedVisits, isInHours, type VisitPeriod } from './visits-period.ts'
import { WAY_LIMITS, type WayLimits, WaysOfDevices } from './ways.ts'

/**
 * Visit frequency (巡查频次): how often grids and their street parts were visited against what their class asks. In: the
 * streets of some grids, the rules of the city, and tracks, matched to streets; out: visits of each grid and street
 * part. A street part belongs to the grid that its middle lies in. Throws what a {@link Survey} throws.
 */
export interface VisitPolicy extends WayLimits {
  /** A street ridden with less than this is uncertain. */
  minConfidence: number
}

export const VISIT_POLICY: VisitPolicy = { ...WAY_LIMITS, minConfidence: ROAD_POLICY.minConfidence }

export type VisitsOfGrid = Omit<VisitCoverage, 'from' | 'to' | 'level' | 'list'>

export interface VisitSurvey extends Survey<VisitsOfGrid[]> {
  /** Visits of all the grids together. */
  tally(): Tally
  /** The least visited first. @throws RangeError for a grid that is not of this survey. */
  list(gridCode: string): VisitCount[]
}

export interface VisitQuestion {
  roads: readonly RoadGrid[]
  matching: StreetMatching
  rules: PatrolRules
  period: VisitPeriod
  policy?: VisitPolicy
}

/** A grid or a street part of which visits are asked, and what it got. */
interface Thing {
  what: VisitCount['what']
  id: string
  name?: string | undefined
  className: string
  asked: AskedVisits
  hours: Parameters<typeof isInHours>[0]
  visits: number
  inHours: number
  /** With the uncertain ones. */
  maybe: number
}

export function surveyVisits(question: VisitQuestion): VisitSurvey {
  const { roads, matching, rules, policy = VISIT_POLICY } = question
  const gridThings = roads.map((road) => gridThing(road, question))
  const partThings = roads.map(({ slots }) =>
    slots.filter(({ isAtHome }) => isAtHome).map((slot) => partThing(slot, question)),
  )
  const { parts, thingsOf } = byPart(roads, partThings)
  const locator = new GridLocator(roads.map(({ grid }) => grid))
  const ways = new WaysOfDevices(policy)
  const devices = new DevicesInGrids(locator, roads.length)
  const riders = new Map<string, Rider>()

  /** What things had before a guess; absent: nothing is guessed. */
  let guessed: Map<Thing, Pick<Thing, 'visits' | 'inHours' | 'maybe'>> | undefined
  const note = (thing: Thing, timeMs: number, kind: 'sure' | 'maybe'): void => {
    if (guessed && !guessed.has(thing)) {
      const { visits, inHours, maybe } = thing
      guessed.set(thing, { visits, inHours, maybe })
    }
    if (kind === 'maybe') {
      thing.maybe++
      return
    }
    thing.visits++
    if (isInHours(thing.hours, timeMs, rules.utcOffsetH)) thing.inHours++
  }
  const ride = (piece: Ridden, kind: 'sure' | 'maybe', counter: PartVisits): void => {
    if (!parts[piece.part]) return
    if (kind === 'sure' && piece.confidence < policy.minConfidence) counter.breakOff(piece.part)
    else
      counter.take(piece, (part, timeMs) => {
        for (const thing of thingsOf.get(part)!) note(thing, timeMs, kind)
      })
  }
  const newRider = (): Rider => ({
    parts: newCounters(() => new PartVisits(new PassCounter(parts), rules.visit)),
    grids: newCounters(() => new GridVisits(locator, rules.visit)),
  })
  /** With what is not settled yet counted, and taken away again. */
  const withOpen = <Result>(work: () => Result): Result => {
    guessed = new Map()
    for (const [device, pieces] of matching.open())
      for (const kind of KINDS) {
        const counter = (riders.get(device) ?? newRider()).parts[kind].fork(rules.visit)
        for (const piece of pieces) ride(piece, kind, counter)
      }
    const result = work()
    for (const [thing, before] of guessed) Object.assign(thing, before)
    guessed = undefined
    return result
  }
  const things = roads.map((_, grid) =>
    [gridThings[grid]!, ...partThings[grid]!].filter(({ asked }) => asked.visits > 0),
  )
  const tallyIn = (grid: number): Tally => tallyOf(things[grid]!.map(tallyOfThing))

  return {
    add(track) {
      const rider = riders.get(track.device) ?? newRider()
      riders.set(track.device, rider)
      ways.add(track, (way) => {
        if (way.isGood) rider.grids.sure.take(way, (grid, timeMs) => note(gridThings[grid]!, timeMs, 'sure'))
        rider.grids.maybe.take(way, (grid, timeMs) => note(gridThings[grid]!, timeMs, 'maybe'))
      })
      for (const piece of matching.ride(track)) for (const kind of KINDS) ride(piece, kind, rider.parts[kind])
      devices.add(track)
    },
    result: () =>
      withOpen(() =>
        roads.map(({ grid }, i) => {
          const { of, covered, cannotTell } = tallyIn(i)
          return {
            grid: grid.properties.code,
            policy: visitPolicy(policy, rules),
            coverage: ratio(covered, of),
            cannotTell: ratio(cannotTell, of),
            devices: devices.of(i),
            asked: of,
            made: covered,
          }
        }),
      ),
    tally: () => withOpen(() => tallyOf(roads.map((_, grid) => tallyIn(grid)))),
    list(gridCode) {
      const grid = roads.findIndex(({ grid: { properties } }) => properties.code === gridCode)
      if (grid < 0) throw new RangeError(`grid ${gridCode}: not of this survey`)
      return withOpen(() => things[grid]!.map(countOf)).sort(
        (a, b) => a.visits / a.asked - b.visits / b.asked || (a.id < b.id ? -1 : 1),
      )
    },
  }
}

const KINDS = ['sure', 'maybe'] as const
type Counters<Counter> = Record<(typeof KINDS)[number], Counter>

/** What one device visited for sure, and what it did if uncertain fixes and pieces count. */
interface Rider {
  parts: Counters<PartVisits>
  grids: Counters<GridVisits>
}

const newCounters = <Counter>(make: () => Counter): Counters<Counter> => ({ sure: make(), maybe: make() })

function gridThing({ grid }: RoadGrid, { rules, period }: VisitQuestion): Thing {
  const { code, name } = grid.properties
  const className = rules.classOfGrid(code)
  const rule = rules.class(className).grids
  const asked = askedVisits(rule, period, rules.utcOffsetH)
  return {
    what: 'grid',
    id: code,
    name,
    className,
    asked,
    hours: rule.hours,
    visits: 0,
    inHours: 0,
    maybe: 0,
  }
}

function partThing({ part }: RoadSlot, { rules, period }: VisitQuestion): Thing {
  const { id, street, name, highway } = part
  const className = rules.classOfStreet({ id: street, name, highway })
  const rule = rules.class(className).streets
  const asked = askedVisits(rule, period, rules.utcOffsetH)
  return {
    what: 'street-part',
    id,
    name,
    className,
    asked,
    hours: rule.hours,
    visits: 0,
    inHours: 0,
    maybe: 0,
  }
}

function byPart(roads: readonly RoadGrid[], partThings: Thing[][]) {
  const parts: RoadSlot['part'][] = []
  const thingsOf = new Map<number, Thing[]>()
  roads.forEach(({ slots }, grid) => {
    slots
      .filter(({ isAtHome }) => isAtHome)
      .forEach(({ part }, i) => {
        parts[part.index] = part
        const known = thingsOf.get(part.index)
        const thing = partThings[grid]![i]!
        if (known) known.push(thing)
        else thingsOf.set(part.index, [thing])
      })
  })
  return { parts, thingsOf }
}

/** Visits outside of the key times do not make up for those that belong into them. */
function tallyOfThing({ asked, visits, inHours, maybe }: Thing): Tally {
  const inTime = Math.min(asked.inHours, inHours)
  const covered = inTime + Math.min(asked.visits - asked.inHours, visits - inTime)
  return {
    of: asked.visits,
    covered,
    cannotTell: Math.min(asked.visits - covered, Math.max(0, maybe - visits)),
  }
}

function countOf({ what, id, name, className, asked, visits, inHours }: Thing): VisitCount {
  return {
    what,
    id,
    ...(name === undefined ? {} : { name }),
    class: className,
    asked: asked.visits,
    visits,
    ...(asked.inHours > 0 ? { inHours: { asked: asked.inHours, visits: inHours } } : {}),
  }
}

export function visitPolicy({ minConfidence }: VisitPolicy, { visit }: PatrolRules): Policy {
  const { gridMinutes, gridMetres, sameVisitMinutes, againMinutes } = visit
  return {
    id: 'visits',
    version: 2,
    text:
      'Visits made ÷ visits that the classes of the grid and of its street parts ask for (patrol-rules.yaml), those of ' +
      'notPatrolled left out; more than ' +
      'asked do not count, and those outside of the key times do not make up for those that belong into them. A street part ' +
      `is visited by riding over 80 % of it, matched with a confidence of ${minConfidence} or more; a grid by ${gridMinutes} ` +
      `minutes or ${gridMetres} m in it with good fixes, and again after every ${againMinutes} minutes of staying. The same device coming back within ` +
      `${sameVisitMinutes} minutes goes on with the same visit. Visits that rest on poor fixes or uncertain matching count as ` +
      '"cannot tell".',
    textZh:
      '已完成巡查次数 ÷ 网格及其路段类别要求的次数（patrol-rules.yaml，其中 notPatrolled 的道路等级不计）；超出要求的不计，重点时段外的不能抵重点时段内的。路段以不低于 ' +
      `${minConfidence} 的匹配置信度走过 80 % 为一次；网格以合格定位点停留 ${gridMinutes} 分钟或行驶 ${gridMetres} 米为一次，` +
      `持续停留每满 ${againMinutes} 分钟再计一次。同一设备 ${sameVisitMinutes} 分钟内返回算同一次。仅由较差定位点或不确定匹配得出的次数记为“无法判断”。`,
  }
}
