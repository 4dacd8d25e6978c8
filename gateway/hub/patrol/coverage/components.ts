import type { ComponentFeature } from '../../../../proto/district.ts'
import type { ComponentCoverage, ComponentPass, Policy } from '../../../../proto/patrol-http.ts'
import { GridLocator } from '../grids/grid-locator.ts'
import type { GridComponents } from '../ground/grid-components.ts'
import { PlaceIndex } from '../ground/place-index.ts'
import type { Survey } from '../survey.ts'
import { AREA_POLICY } from './area.ts'
import { DevicesInGrids } from './devices-in-grids.ts'
import { ratio, type Tally, tallyOf } from './tally.ts'
import { WAY_LIMITS, type Way, type WayLimits, WaysOfDevices } from './ways.ts'

/**
 * Component pass-by (部件巡查率): the share of a grid's components that somebody passed near. In: the components of some
 * grids, and tracks; out: counts of each grid, and of each component its nearest pass. Throws what a {@link Survey}
 * throws.
 */
export interface ComponentPolicy extends WayLimits {
  passM: number
  /** A component this near to poor fixes cannot be told. */
  poorReachM: number
}

export const COMPONENT_POLICY: ComponentPolicy = {
  ...WAY_LIMITS,
  passM: 20,
  poorReachM: AREA_POLICY.poorReachM,
}

export type ComponentsOfGrid = Omit<ComponentCoverage, 'from' | 'to' | 'level' | 'list'>

export interface ComponentSurvey extends Survey<ComponentsOfGrid[]> {
  /** Components of all the grids together. */
  tally(): Tally
  /** In order of code. @throws RangeError for a grid that is not of this survey. */
  list(gridCode: string): ComponentPass[]
}

const POOR = 1

/** By component, of one grid. */
interface Sheet {
  of: GridComponents
  /** POOR: a poor way came near. */
  marks: Uint8Array
  /** Of the nearest pass; NaN: none. */
  distanceM: Float64Array
  passMs: Float64Array
  speedMps: Float64Array
  device: (string | undefined)[]
  /** Of the last pass; NaN: none. */
  lastMs: Float64Array
}

export function surveyComponents(
  grids: readonly GridComponents[],
  policy: ComponentPolicy = COMPONENT_POLICY,
): ComponentSurvey {
  const sheets = grids.map(emptySheet)
  const places = placesOf(sheets)
  const ways = new WaysOfDevices(policy)
  const devices = new DevicesInGrids(new GridLocator(grids.map(({ grid }) => grid)), grids.length)
  const countsOf = ({ of, marks, distanceM }: Sheet) => {
    let passed = 0
    let cannotTell = 0
    for (let i = 0; i < marks.length; i++) {
      if (!Number.isNaN(distanceM[i]!)) passed++
      else if (marks[i] === POOR) cannotTell++
    }
    return { components: of.components.length, passed, cannotTell }
  }
  return {
    add(track) {
      ways.add(track, (way) => pass(places, way, track.device, policy))
      devices.add(track)
    },
    result: () =>
      sheets.map((sheet, i) => {
        const { components, passed, cannotTell } = countsOf(sheet)
        return {
          grid: sheet.of.grid.properties.code,
          policy: componentPolicy(policy),
          coverage: ratio(passed, components),
          cannotTell: ratio(cannotTell, components),
          devices: devices.of(i),
          components,
          passed,
          cannotTellComponents: cannotTell,
        }
      }),
    tally: () =>
      tallyOf(
        sheets.map((sheet) => {
          const { components, passed, cannotTell } = countsOf(sheet)
          return { of: components, covered: passed, cannotTell }
        }),
      ),
    list(gridCode) {
      const sheet = sheets.find(({ of }) => of.grid.properties.code === gridCode)
      if (!sheet) throw new RangeError(`grid ${gridCode}: not of this survey`)
      return sheet.of.components.map((component, i) => passOf(sheet, component, i))
    },
  }
}

function emptySheet(of: GridComponents): Sheet {
  const count = of.components.length
  const column = () => new Float64Array(count).fill(Number.NaN)
  return {
    of,
    marks: new Uint8Array(count),
    distanceM: column(),
    passMs: column(),
    speedMps: column(),
    device: new Array(count).fill(undefined),
    lastMs: column(),
  }
}

/** The components of all the grids by place: a way costs the same over one grid and over a city. */
interface Places {
  near: PlaceIndex
  /** By place. */
  sheet: Sheet[]
  component: Int32Array
}

function placesOf(sheets: readonly Sheet[]): Places {
  const sheet = sheets.flatMap((each) => each.of.components.map(() => each))
  const component = Int32Array.from(sheets.flatMap(({ of }) => of.components.map((_, i) => i)))
  const axis = (which: 0 | 1) =>
    Float64Array.from(sheet, ({ of }, place) => {
      const { geometry } = of.components[component[place]!]!
      return geometry.coordinates[which] as number
    })
  return { near: new PlaceIndex(axis(1), axis(0)), sheet, component }
}

function pass(places: Places, way: Way, device: string, { passM, poorReachM }: ComponentPolicy): void {
  const { latA, lonA, msA, latB, lonB, msB, isGood } = way
  const reachM = isGood ? passM : poorReachM
  places.near.along(latA, lonA, latB, lonB, reachM, (place, distanceM, share) => {
    const sheet = places.sheet[place]!
    const i = places.component[place]!
    if (!isGood) {
      sheet.marks[i] = POOR
      return
    }
    const timeMs = Math.round(msA + share * (msB - msA))
    if (!(timeMs <= sheet.lastMs[i]!)) sheet.lastMs[i] = timeMs
    const bestM = sheet.distanceM[i]!
    if (distanceM > bestM) return
    // Of equally near ones the first by time, then by device: the order in which devices are told must not show.
    if (distanceM === bestM && !comesBefore(timeMs, device, sheet.passMs[i]!, sheet.device[i]!)) return
    sheet.distanceM[i] = distanceM
    sheet.passMs[i] = timeMs
    sheet.speedMps[i] = way.speedMps
    sheet.device[i] = device
  })
}

function comesBefore(timeMs: number, device: string, otherMs: number, other: string): boolean {
  return timeMs < otherMs || (timeMs === otherMs && device < other)
}

function passOf(sheet: Sheet, { properties, geometry }: ComponentFeature, i: number): ComponentPass {
  const [lon, lat] = geometry.coordinates
  const place = { code: properties.code, name: properties.name, lat, lon }
  if (Number.isNaN(sheet.distanceM[i]!))
    return { ...place, state: sheet.marks[i] === POOR ? 'cannot-tell' : 'missed' }
  const speedMps = sheet.speedMps[i]!
  return {
    ...place,
    state: 'passed',
    distanceM: Math.round(sheet.distanceM[i]! * 100) / 100,
    ...(Number.isNaN(speedMps) ? {} : { speedMps }),
    device: sheet.device[i]!,
    lastSeen: new Date(sheet.lastMs[i]!).toISOString(),
  }
}

export function componentPolicy(policy: ComponentPolicy): Policy {
  const { passM, poorReachM, maxAccuracyM, maxHdop, maxSpeedMps } = policy
  return {
    id: 'components',
    version: 2,
    text:
      `Share of the grid's components, abandoned ones left out, within ${passM} m of the way between two good fixes that ` +
      `follow each other without a gap; faster than ${maxSpeedMps} m/s is a jump, not a way. A gap is longer than 10 s and ` +
      `than 5 times the device's usual interval. Other components within ${poorReachM} m of the way of fixes with an ` +
      `accuracy worse than ${maxAccuracyM} m, an HDOP over ${maxHdop}, or an estimated position count as "cannot tell", ` +
      'neither as passed nor as missed. Distance, speed and device are those of the nearest pass.',
    textZh:
      `网格内部件（不含废弃）中，位于相邻两个合格定位点连线 ${passM} 米以内者所占比例；速度超过 ${maxSpeedMps} 米/秒视为跳点，` +
      '超过 10 秒且超过设备常用间隔 5 倍视为轨迹断点，均不计。其余部件，距精度差于 ' +
      `${maxAccuracyM} 米、HDOP 大于 ${maxHdop} 或推算位置的定位点连线 ${poorReachM} 米以内的，记为“无法判断”，既不算已巡查，也不算漏巡。距离、速度和设备取最近一次经过。`,
  }
}
