import type { StreetFeature } from '../../../../proto/district.ts'
import { distanceM } from '../distance.ts'
import { FootFinder } from './foot-finder.ts'
import { type JoinedLines, joinLines } from './street-cuts.ts'
import { readStreetLines, type StreetLine } from './street-lines.ts'
import type { StreetNetwork, StreetNode, StreetPart, StreetProblem } from './street-network.ts'

/**
 * From streets as they are drawn to a network, read top-down:
 *
 *   features ─ usable lines ─ lines that share points where they meet ─ parts between junctions ─ index
 *
 * In: streets of a register or an OpenStreetMap export, in any order. Out: the same network for the same streets.
 * Nothing fails: what cannot be used is mended or left out, and said in `problems`.
 */
export function buildNetwork(streets: Iterable<StreetFeature>): StreetNetwork {
  const problems: StreetProblem[] = []
  const lines = readStreetLines(streets, problems)
  const joined = joinLines(lines, problems)
  const { parts, nodes } = partsOf(lines, joined, problems)
  const finder = new FootFinder(parts)
  return { parts, nodes, problems, near: (lat, lon, radiusM) => finder.near(lat, lon, radiusM) }
}

/** Steps from one point to the next. The first street that takes one has it, so that no metre counts twice. */
class Steps {
  readonly #street = new Map<number, string>()
  readonly #neighbours = new Map<number, Set<number>>()
  readonly #ownersOf = new Map<number, Set<string>>()

  ownerOf(a: number, b: number): string | undefined {
    return this.#street.get(stepKey(a, b))
  }

  take(a: number, b: number, street: string): void {
    this.#street.set(stepKey(a, b), street)
    for (const [point, other] of [
      [a, b],
      [b, a],
    ] as const) {
      setOf(this.#neighbours, point).add(other)
      setOf(this.#ownersOf, point).add(street)
    }
  }

  /** Where a part ends: a junction, a dead end, or where one street becomes another. */
  isNode(point: number): boolean {
    return this.#neighbours.get(point)?.size !== 2 || this.#ownersOf.get(point)!.size > 1
  }
}

const stepKey = (a: number, b: number): number => Math.min(a, b) * 2 ** 26 + Math.max(a, b)

function setOf<Member>(map: Map<number, Set<Member>>, key: number): Set<Member> {
  const known = map.get(key)
  if (known) return known
  const made = new Set<Member>()
  map.set(key, made)
  return made
}

function partsOf(
  lines: StreetLine[],
  { lat, lon, rows }: JoinedLines,
  problems: StreetProblem[],
): { parts: StreetPart[]; nodes: StreetNode[] } {
  const steps = new Steps()
  const runs = rows.map((row, line) => ownRuns(row, lines[line]!, steps, { lat, lon }, problems))
  const parts: StreetPart[] = []
  const nodes: StreetNode[] = []
  const nodeOf = new Map<number, number>()
  const node = (point: number): number => {
    let index = nodeOf.get(point)
    if (index === undefined) {
      index = nodes.push({ lat: lat[point]!, lon: lon[point]!, parts: [] }) - 1
      nodeOf.set(point, index)
    }
    return index
  }
  const count = new Map<string, number>()
  for (const [line, ownPieces] of runs.entries())
    for (const run of ownPieces)
      for (const points of cutAtNodes(run, steps)) {
        const { street, name, highway } = lines[line]!
        const n = count.get(street) ?? 0
        count.set(street, n + 1)
        const part: StreetPart = {
          index: parts.length,
          id: `${street}/${n}`,
          street,
          ...(name === undefined ? {} : { name }),
          ...(highway === undefined ? {} : { highway }),
          ...geometryOf(points, lat, lon),
          from: node(points[0]!),
          to: node(points.at(-1)!),
        }
        parts.push(part)
        nodes[part.from]!.parts.push(part.index)
        nodes[part.to]!.parts.push(part.index)
      }
  return { parts, nodes }
}

/** The pieces of a line that no street took before. */
function ownRuns(
  row: number[],
  { street }: StreetLine,
  steps: Steps,
  { lat, lon }: Pick<JoinedLines, 'lat' | 'lon'>,
  problems: StreetProblem[],
): number[][] {
  const runs: number[][] = []
  const said = new Set<string>()
  let run: number[] = []
  for (let i = 1; i < row.length; i++) {
    const [a, b] = [row[i - 1]!, row[i]!]
    const owner = steps.ownerOf(a, b)
    if (owner === undefined) {
      steps.take(a, b, street)
      if (run.length === 0) run.push(a)
      run.push(b)
      continue
    }
    if (run.length > 0) runs.push(run)
    run = []
    if (said.has(owner)) continue
    said.add(owner)
    const what = owner === street ? 'runs back over itself' : `lies upon street ${owner}`
    problems.push({ street, problem: `${what}: counted once`, lat: lat[a]!, lon: lon[a]! })
  }
  if (run.length > 0) runs.push(run)
  return runs
}

function* cutAtNodes(run: number[], steps: Steps): Generator<number[]> {
  let start = 0
  for (let i = 1; i < run.length; i++) {
    if (i + 1 < run.length && !steps.isNode(run[i]!)) continue
    yield run.slice(start, i + 1)
    start = i
  }
}

function geometryOf(
  points: number[],
  lat: number[],
  lon: number[],
): Pick<StreetPart, 'lat' | 'lon' | 'alongM' | 'lengthM'> {
  const alongM = new Float64Array(points.length)
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!]
    alongM[i] = alongM[i - 1]! + distanceM(lat[a]!, lon[a]!, lat[b]!, lon[b]!)
  }
  return {
    lat: Float64Array.from(points, (point) => lat[point]!),
    lon: Float64Array.from(points, (point) => lon[point]!),
    alongM,
    lengthM: alongM.at(-1)!,
  }
}
