import distance from '@turf/distance'
import type { StreetPartCoverage } from '../../../../proto/patrol-http.ts'
import type { Wording } from '../i18n/wording.ts'

/** What a street part amounts to, and the pieces of its line to draw. */

export type PartState = 'covered' | 'partly' | 'cannot-tell' | 'missed'

/** Ends of streets lie a few metres beyond what anyone rides. */
const ALL_SHARE = 0.95
const NONE_SHARE = 0.05

export function partState({ lengthM, coveredM, cannotTellM }: StreetPartCoverage): PartState {
  if (lengthM <= 0 || coveredM >= ALL_SHARE * lengthM) return 'covered'
  if (cannotTellM > Math.max(coveredM, lengthM - coveredM - cannotTellM)) return 'cannot-tell'
  return coveredM <= NONE_SHARE * lengthM ? 'missed' : 'partly'
}

/** Least covered first; of the same share the longest first, for most is missed there. */
export function leastCoveredFirst(a: StreetPartCoverage, b: StreetPartCoverage): number {
  return shareOf(a) - shareOf(b) || b.lengthM - a.lengthM || a.part.localeCompare(b.part)
}

export const shareOf = ({ lengthM, coveredM }: StreetPartCoverage): number =>
  lengthM > 0 ? Math.min(1, coveredM / lengthM) : 1

/** The street's name with the number of the part, counted from 1 as people do. */
export function partName(named: { part: string; name?: string | undefined }, { t }: Wording): string {
  const { part, name } = named
  const number = Number(part.slice(part.lastIndexOf('/') + 1))
  return `${name ?? t.coverage.unnamed} ${Number.isInteger(number) ? t.coverage.partNumber(String(number + 1)) : part}`
}

export interface Stretch {
  state: 'covered' | 'cannot-tell' | 'missed'
  path: [number, number][]
}

/**
 * The line cut where what is known of it changes. Where the hub does not say which stretches cannot be told, and it is
 * most of them, none of the part is called covered or missed.
 */
export function stretchesOf(part: StreetPartCoverage): Stretch[] {
  const points = pointsOf(part.line)
  const alongM = alongOf(points)
  const lengthM = alongM.at(-1) ?? 0
  const known = part.uncertain !== undefined || partState(part) !== 'cannot-tell'
  const marked = [
    ...part.missing.map(([fromM, toM]) => ({ state: known ? MISSED : CANNOT_TELL, fromM, toM })),
    ...(part.uncertain ?? []).map(([fromM, toM]) => ({ state: CANNOT_TELL, fromM, toM })),
  ].sort((a, b) => a.fromM - b.fromM)
  const stretches: Stretch[] = []
  const add = (state: Stretch['state'], fromM: number, toM: number) => {
    if (toM - fromM > SHORTEST_M) stretches.push({ state, path: slice(points, alongM, fromM, toM) })
  }
  let atM = 0
  for (const { state, fromM, toM } of marked) {
    const [from, to] = [Math.max(atM, fromM), Math.min(lengthM, toM)]
    add(known ? 'covered' : CANNOT_TELL, atM, from)
    add(state, from, to)
    atM = Math.max(atM, to)
  }
  add(known ? 'covered' : CANNOT_TELL, atM, lengthM)
  return stretches
}

const MISSED = 'missed' as const
const CANNOT_TELL = 'cannot-tell' as const
const SHORTEST_M = 0.01

/** Longitude and latitude by turns, as pairs. */
export function pointsOf(line: readonly number[]): [number, number][] {
  const points: [number, number][] = []
  for (let index = 0; index + 1 < line.length; index += 2) points.push([line[index]!, line[index + 1]!])
  return points
}

const betweenM = (a: [number, number], b: [number, number]): number => distance(a, b, { units: 'meters' })

function alongOf(points: readonly [number, number][]): number[] {
  let alongM = 0
  return points.map((point, index) => {
    if (index > 0) alongM += betweenM(points[index - 1]!, point)
    return alongM
  })
}

function slice(
  points: readonly [number, number][],
  alongM: readonly number[],
  fromM: number,
  toM: number,
): [number, number][] {
  const inside = points.filter((_, index) => alongM[index]! > fromM && alongM[index]! < toM)
  return [placeAt(points, alongM, fromM), ...inside, placeAt(points, alongM, toM)]
}

function placeAt(
  points: readonly [number, number][],
  alongM: readonly number[],
  atM: number,
): [number, number] {
  const next = alongM.findIndex((along, index) => index > 0 && along >= atM)
  if (next < 0) return points.at(-1)!
  const [a, b] = [points[next - 1]!, points[next]!]
  const spanM = alongM[next]! - alongM[next - 1]!
  const share = spanM > 0 ? (atM - alongM[next - 1]!) / spanM : 0
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
}

/** Metres from a place to the nearest point of a line; Infinity for a line without points. */
export function offLineM(points: readonly [number, number][], lon: number, lat: number): number {
  const metresLat = 111_195
  const metresLon = metresLat * Math.cos((lat * Math.PI) / 180)
  let nearest = points.length === 1 ? betweenM(points[0]!, [lon, lat]) : Number.POSITIVE_INFINITY
  for (let index = 1; index < points.length; index++) {
    const [ax, ay] = [(points[index - 1]![0] - lon) * metresLon, (points[index - 1]![1] - lat) * metresLat]
    const [bx, by] = [(points[index]![0] - lon) * metresLon, (points[index]![1] - lat) * metresLat]
    const squared = (bx - ax) ** 2 + (by - ay) ** 2
    const share = squared > 0 ? Math.max(0, Math.min(1, -(ax * (bx - ax) + ay * (by - ay)) / squared)) : 0
    nearest = Math.min(nearest, Math.hypot(ax + (bx - ax) * share, ay + (by - ay) * share))
  }
  return nearest
}
