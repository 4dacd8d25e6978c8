import type { Policy, RoadCoverage, StreetPartCoverage } from '../../../../proto/patrol-http.ts'
import type { Track } from '../../stores/track-store.ts'
import { GridLocator } from '../grids/grid-locator.ts'
import { type Box, boxOfPlaces, widened } from '../grids/grid-outline.ts'
import { type RoadGrid, type RoadSlot, seenSince, stepsBetween } from '../ground/road-steps.ts'
import type { Ridden } from '../streets/street-network.ts'
import type { Survey } from '../survey.ts'
import { AREA_POLICY } from './area.ts'
import { DevicesInGrids } from './devices-in-grids.ts'
import type { StreetMatching } from './road-matching.ts'
import { PassCounter } from './road-passes.ts'
import { ratio, type Tally, tallyOf } from './tally.ts'
import { WAY_LIMITS, type Way, type WayLimits, WaysOfDevices } from './ways.ts'

/**
 * Road coverage (道路巡查覆盖率): covered length ÷ length of the streets in a grid. In: the streets of some grids, and
 * tracks, matched to streets; out: lengths of each grid, and each of its street parts. A survey of several grids
 * matches the tracks once. Throws what a {@link Survey} throws.
 */
export interface RoadPolicy extends WayLimits {
  /** A street this near to poor fixes cannot be told. */
  poorReachM: number
  /** A street ridden with less than this is uncertain. */
  minConfidence: number
}

export const ROAD_POLICY: RoadPolicy = {
  ...WAY_LIMITS,
  poorReachM: AREA_POLICY.poorReachM,
  minConfidence: 0.7,
}

export type RoadOfGrid = Omit<RoadCoverage, 'from' | 'to' | 'level' | 'parts'>

export interface RoadSurvey extends Survey<RoadOfGrid[]> {
  /** Metres of all the grids together. */
  tally(): Tally
  /** The least covered first. @throws RangeError for a grid that is not of this survey. */
  parts(gridCode: string): StreetPartCoverage[]
}

const COVERED = 1
const UNCERTAIN = 2

/** What is known of the streets of one grid. */
interface Sheet {
  road: RoadGrid
  /** COVERED and UNCERTAIN, by step. */
  marks: Uint8Array
  /** By step, when it was covered last; 0: never. */
  seenS: Uint32Array
  /** By slot. */
  passes: Uint32Array
  /** Steps inside the grid that are covered, and that are uncertain, by slot. */
  coveredSteps: Uint32Array
  uncertainSteps: Uint32Array
}

interface SlotOfSheet {
  sheet: Sheet
  slot: number
}

/** What was there before a guess was painted. */
type Undo = { sheet: Sheet; step: number; mark: number; seenS: number }[]

export function surveyRoad(
  roads: readonly RoadGrid[],
  matching: StreetMatching,
  policy: RoadPolicy = ROAD_POLICY,
): RoadSurvey {
  const sheets = roads.map(
    (road): Sheet => ({
      road,
      marks: new Uint8Array(road.inside.length),
      seenS: new Uint32Array(road.inside.length),
      passes: new Uint32Array(road.slots.length),
      coveredSteps: new Uint32Array(road.slots.length),
      uncertainSteps: new Uint32Array(road.slots.length),
    }),
  )
  const { parts, slotsOf } = slotsByPart(sheets)
  const ways = new WaysOfDevices(policy)
  const locator = new GridLocator(roads.map(({ grid }) => grid))
  const devices = new DevicesInGrids(locator, roads.length)
  const counters = new Map<string, PassCounter>()

  const take = (piece: Ridden, counter: PassCounter, undo?: Undo): void => {
    const isSure = piece.confidence >= policy.minConfidence
    for (const { sheet, slot } of slotsOf.get(piece.part) ?? []) paint(sheet, slot, piece, isSure, undo)
    if (!parts[piece.part]) return
    if (!isSure) counter.breakOff(piece.part)
    else
      for (const { part } of counter.take(piece))
        for (const { sheet, slot } of slotsOf.get(part)!) sheet.passes[slot]!++
  }
  /** With what is not settled yet painted over, and taken away again. */
  const withOpen = <Result>(work: () => Result): Result => {
    const undo: Undo = []
    const passes = sheets.map((sheet) => sheet.passes.slice())
    for (const [device, pieces] of matching.open()) {
      const counter = counters.get(device)?.fork() ?? new PassCounter(parts)
      for (const piece of pieces) take(piece, counter, undo)
    }
    const result = work()
    for (const { sheet, step, mark, seenS } of undo.reverse()) {
      setMarks(sheet, step, mark)
      sheet.seenS[step] = seenS
    }
    sheets.forEach((sheet, i) => {
      sheet.passes.set(passes[i]!)
    })
    return result
  }
  const lengthsOf = (sheet: Sheet) => {
    let coveredM = 0
    let cannotTellM = 0
    sheet.road.slots.forEach(({ steps }, slot) => {
      coveredM += sheet.coveredSteps[slot]! * steps.lengthM
      cannotTellM += sheet.uncertainSteps[slot]! * steps.lengthM
    })
    return { lengthM: sheet.road.lengthM, coveredM, cannotTellM }
  }

  return {
    add(track: Track) {
      ways.add(track, (way) => {
        if (way.isGood) return
        for (const grid of locator.touching(boxAround(way, policy.poorReachM))) {
          const sheet = sheets[grid]!
          sheet.road.stepsAlong(way, policy.poorReachM, (step) => {
            setMarks(sheet, step, sheet.marks[step]! | UNCERTAIN)
          })
        }
      })
      const { device } = track
      const counter = counters.get(device) ?? new PassCounter(parts)
      counters.set(device, counter)
      for (const piece of matching.ride(track)) take(piece, counter)
      devices.add(track)
    },
    result: () =>
      withOpen(() =>
        sheets.map((sheet, i) => {
          const { lengthM, coveredM, cannotTellM } = lengthsOf(sheet)
          return {
            grid: sheet.road.grid.properties.code,
            policy: roadPolicy(policy),
            coverage: ratio(coveredM, lengthM),
            cannotTell: ratio(cannotTellM, lengthM),
            devices: devices.of(i),
            lengthM,
            coveredM,
            cannotTellM,
          }
        }),
      ),
    tally: () =>
      withOpen(() =>
        tallyOf(
          sheets.map((sheet) => {
            const { lengthM, coveredM, cannotTellM } = lengthsOf(sheet)
            return { of: lengthM, covered: coveredM, cannotTell: cannotTellM }
          }),
        ),
      ),
    parts(gridCode) {
      const sheet = sheets.find(({ road }) => road.grid.properties.code === gridCode)
      if (!sheet) throw new RangeError(`grid ${gridCode}: not of this survey`)
      return withOpen(() => sheet.road.slots.map((slot, i) => partOf(sheet, slot, i))).sort(
        (a, b) => a.coveredM / a.lengthM - b.coveredM / b.lengthM || (a.part < b.part ? -1 : 1),
      )
    },
  }
}

const boxAround = ({ latA, lonA, latB, lonB }: Way, reachM: number): Box =>
  widened(boxOfPlaces([latA, latB], [lonA, lonB]), reachM)

function slotsByPart(sheets: Sheet[]) {
  const slotsOf = new Map<number, SlotOfSheet[]>()
  /** Only those of the grids, by their index. */
  const parts: RoadSlot['part'][] = []
  for (const sheet of sheets)
    sheet.road.slots.forEach(({ part }, slot) => {
      parts[part.index] = part
      const known = slotsOf.get(part.index)
      if (known) known.push({ sheet, slot })
      else slotsOf.set(part.index, [{ sheet, slot }])
    })
  return { parts, slotsOf }
}

function paint(sheet: Sheet, slotIndex: number, piece: Ridden, isSure: boolean, undo?: Undo): void {
  const { steps, first } = sheet.road.slots[slotIndex]!
  const [from, end] = stepsBetween(steps, piece.fromM, piece.toM)
  const perM = piece.toM === piece.fromM ? 0 : (piece.endMs - piece.startMs) / (piece.toM - piece.fromM)
  for (let i = from; i < end; i++) {
    const step = first + i
    undo?.push({ sheet, step, mark: sheet.marks[step]!, seenS: sheet.seenS[step]! })
    setMarks(sheet, step, sheet.marks[step]! | (isSure ? COVERED : UNCERTAIN))
    if (!isSure) continue
    const timeMs = piece.startMs + ((i + 0.5) * steps.lengthM - piece.fromM) * perM
    sheet.seenS[step] = Math.max(sheet.seenS[step]!, Math.floor(timeMs / 1000))
  }
}

/** Counted as they change: the figures of a running shift are asked for every second. */
function setMarks(sheet: Sheet, step: number, marks: number): void {
  const before = sheet.marks[step]!
  sheet.marks[step] = marks
  if (before === marks || sheet.road.inside[step] === 0) return
  const slot = sheet.road.slotOf[step]!
  sheet.coveredSteps[slot]! += (marks & COVERED) - (before & COVERED)
  sheet.uncertainSteps[slot]! += Number(marks === UNCERTAIN) - Number(before === UNCERTAIN)
}

function partOf(sheet: Sheet, slot: RoadSlot, slotIndex: number): StreetPartCoverage {
  const { part, steps, first, insideM } = slot
  const inside: number[] = []
  for (let i = 0; i < steps.count; i++) if (sheet.road.inside[first + i] === 1) inside.push(i)
  const seenS = seenSince(inside.map((i) => sheet.seenS[first + i]!))
  const stretches = (wanted: number) =>
    stretchesOf(
      inside.filter((i) => sheet.marks[first + i] === wanted),
      steps.lengthM,
    )
  const line: number[] = []
  for (let point = 0; point < part.lat.length; point++)
    line.push(rounded(part.lon[point]!, 1e7), rounded(part.lat[point]!, 1e7))
  return {
    part: part.id,
    street: part.street,
    ...(part.name === undefined ? {} : { name: part.name }),
    ...(part.highway === undefined ? {} : { highway: part.highway }),
    lengthM: insideM,
    coveredM: sheet.coveredSteps[slotIndex]! * steps.lengthM,
    cannotTellM: sheet.uncertainSteps[slotIndex]! * steps.lengthM,
    passes: sheet.passes[slotIndex]!,
    missing: stretches(0),
    uncertain: stretches(UNCERTAIN),
    ...(seenS === undefined ? {} : { lastSeen: new Date(seenS * 1000).toISOString() }),
    line,
  }
}

/** Steps that follow each other as one stretch, metres along the part. */
function stretchesOf(steps: number[], stepM: number): [number, number][] {
  const found: [number, number][] = []
  let lastStep = -2
  for (const step of steps) {
    const toM = rounded((step + 1) * stepM, 10)
    if (step === lastStep + 1) found.at(-1)![1] = toM
    else found.push([rounded(step * stepM, 10), toM])
    lastStep = step
  }
  return found
}

const rounded = (value: number, per: number): number => Math.round(value * per) / per

export function roadPolicy(policy: RoadPolicy): Policy {
  const { poorReachM, minConfidence, maxAccuracyM, maxHdop } = policy
  return {
    id: 'road',
    version: 2,
    text:
      'Covered length ÷ length of the streets in the grid, measured along each street in steps of about 5 m. Streets of ' +
      'classes that nobody patrols (notPatrolled in patrol-rules.yaml) are left out. A step is ' +
      `covered when it was ridden: when the track, matched to the streets, leads over it with a confidence of ${minConfidence} ` +
      'or more; parts of a street count as parts. Other steps that were matched with less, or lie within ' +
      `${poorReachM} m of the way of fixes with an accuracy worse than ${maxAccuracyM} m, an HDOP over ${maxHdop}, or an ` +
      'estimated position, count as "cannot tell", neither as covered nor as missed. A part is passed when 80 % of it was ridden at a time, and last ' +
      'seen at the latest time since which 80 % of it was ridden.',
    textZh:
      '覆盖长度 ÷ 网格内道路总长，沿道路每约 5 米一步计量；不巡查的道路等级（patrol-rules.yaml 的 notPatrolled）不计。轨迹匹配到道路后，以不低于 ' +
      `${minConfidence} 的置信度经过的步段记为已覆盖，部分经过按部分计。其余步段，匹配置信度不足，或距精度差于 ${maxAccuracyM} 米、` +
      `HDOP 大于 ${maxHdop} 或推算位置的定位点连线 ${poorReachM} 米以内的，记为“无法判断”，既不算已覆盖，也不算漏巡。一次走过路段 80 % 记为` +
      '一次通过；最近巡查时间为其 80 % 都已走过的最晚时刻。',
  }
}
