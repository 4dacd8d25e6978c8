import type { StreetFeature } from '../../../../proto/district.ts'
import { distanceM } from '../distance.ts'
import type { StreetProblem } from './street-network.ts'

/** A line of a street as it can be used: two points or more, each with numbers and none like the one before. */
export interface StreetLine {
  street: string
  name?: string
  highway?: string
  /** 0 on the ground. Streets of different levels meet at shared points alone. */
  level: number
  lat: number[]
  lon: number[]
}

/** No street goes so far without a point between: one of the two ends is elsewhere by mistake. */
const MAX_SEGMENT_M = 20_000
/** Closer points are one. */
const MIN_SEGMENT_M = 0.05

/**
 * The usable lines of streets, in order of the streets' ids, so that the network is the same whatever the order they
 * come in. What cannot be used is left out and said in `problems`.
 */
export function readStreetLines(streets: Iterable<StreetFeature>, problems: StreetProblem[]): StreetLine[] {
  const features = [...streets].sort((a, b) => compare(a.properties.id, b.properties.id))
  return features.flatMap((feature) => linesOf(feature, problems))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function linesOf(feature: StreetFeature, problems: StreetProblem[]): StreetLine[] {
  const { geometry, properties } = feature
  const { id: street, name, highway } = properties
  const level = levelOf(properties)
  const lines: StreetLine[] = []
  const begin = (): StreetLine => ({
    street,
    ...(name === undefined ? {} : { name }),
    ...(highway === undefined ? {} : { highway }),
    level,
    lat: [],
    lon: [],
  })
  for (const positions of geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates) {
    let line = begin()
    const finish = (): void => {
      if (line.lat.length >= 2) lines.push(line)
      else problems.push({ street, problem: 'a line without length: left out', ...placeOf(line) })
    }
    for (const [lon, lat] of positions) {
      if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) {
        const problem = `a point at longitude ${lon}, latitude ${lat}: the point was left out`
        problems.push({ street, problem, ...placeOf(line) })
        continue
      }
      const lastLat = line.lat.at(-1)
      const stepM = lastLat === undefined ? Infinity : distanceM(lastLat, line.lon.at(-1)!, lat, lon)
      if (stepM < MIN_SEGMENT_M) continue
      if (lastLat !== undefined && stepM > MAX_SEGMENT_M) {
        const problem = `${Math.round(stepM / 1000)} km between two points: cut there`
        problems.push({ street, problem, lat, lon })
        if (line.lat.length >= 2) lines.push(line)
        line = begin()
      }
      line.lat.push(lat)
      line.lon.push(lon)
    }
    finish()
  }
  return lines
}

function placeOf({ lat, lon }: StreetLine): { lat: number; lon: number } | undefined {
  return lat.length > 0 ? { lat: lat.at(-1)!, lon: lon.at(-1)! } : undefined
}

/** Roads without crossings on the level, and their ramps: elevated roads (高架路) in most Chinese cities. */
const GRADE_SEPARATED = /^(motorway|trunk)(_link)?$/

/**
 * By OpenStreetMap's `layer`, `bridge` or `tunnel` where a source gives them. The register keeps none of them; then
 * the class decides, since by its definition nothing crosses a motorway or trunk road on the level.
 */
function levelOf(properties: StreetFeature['properties']): number {
  const { layer, bridge, tunnel, highway } = properties as Record<string, unknown>
  const told = typeof layer === 'string' || typeof layer === 'number' ? Number(layer) : Number.NaN
  if (Number.isFinite(told)) return told
  if (typeof bridge === 'string' && bridge !== 'no') return 1
  if (typeof tunnel === 'string' && tunnel !== 'no') return -1
  return typeof highway === 'string' && GRADE_SEPARATED.test(highway) ? 1 : 0
}
