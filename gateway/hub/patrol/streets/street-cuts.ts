import { metresPerDegree } from '../distance.ts'
import { SegmentGrid } from './segment-grid.ts'
import type { StreetLine } from './street-lines.ts'
import type { StreetProblem } from './street-network.ts'

/**
 * Makes lines that meet share a point. In: lines as they were drawn; out: the same lines as rows of points that they
 * have in common wherever they meet: at the same place or within half a metre of it, where one ends beside another,
 * and where two cross on the same level.
 */
export interface JoinedLines {
  lat: number[]
  lon: number[]
  /** For each line, indices into `lat` and `lon`; neighbours differ. */
  rows: number[][]
}

/** Nearer points are the same: the register keeps centimetres, and no two junctions are so near. */
const SAME_M = 0.5
/** An end so near to another street was meant to reach it. */
const LOOSE_END_M = 2.5
const CELL_M = 50

/** A point to be put into a segment, `t` of its way along. */
interface Insert {
  t: number
  point: number
}

export function joinLines(lines: readonly StreetLine[], problems: StreetProblem[]): JoinedLines {
  const points = new Points(referenceLat(lines))
  const rows = lines.map((line) => withoutRepeats(line.lat.map((lat, i) => points.take(lat, line.lon[i]!))))
  const segments = new Segments(points, lines, rows)
  const inserts = new Map<number, Insert[]>()
  const insert = (segment: number, t: number, point: number): void => {
    const list = inserts.get(segment)
    if (list) list.push({ t, point })
    else inserts.set(segment, [{ t, point }])
  }
  segments.meetPoints(insert)
  segments.cross(insert)
  const ends = segments.mendLooseEnds(insert, problems)
  const joined = rows.map((row, line) => {
    const result: number[] = []
    for (let i = 0; i < row.length; i++) {
      result.push(ends.get(row[i]!) ?? row[i]!)
      const between = inserts.get(segments.first[line]! + i)
      if (i + 1 < row.length && between)
        for (const { point } of between.sort((a, b) => a.t - b.t)) result.push(ends.get(point) ?? point)
    }
    return withoutRepeats(result)
  })
  for (const [line, row] of joined.entries())
    if (row.length < 2) {
      const { street, lat, lon } = lines[line]!
      problems.push({ street, problem: 'shorter than half a metre: left out', lat: lat[0]!, lon: lon[0]! })
    }
  return { lat: points.lat, lon: points.lon, rows: joined }
}

const withoutRepeats = (row: number[]): number[] => row.filter((point, i) => i === 0 || point !== row[i - 1])

/** A middle latitude of the most of them, whatever a single one says. */
function referenceLat(lines: readonly StreetLine[]): number {
  const lats = Float64Array.from(lines, (line) => line.lat[0]!).sort()
  return lats[lats.length >> 1] ?? 0
}

/** Places in a plane of metres; near ones are one. */
class Points {
  readonly lat: number[] = []
  readonly lon: number[] = []
  readonly x: number[] = []
  readonly y: number[] = []
  readonly #perDegree: { lat: number; lon: number }
  readonly #cells = new Map<number, number[]>()

  constructor(referenceLat: number) {
    this.#perDegree = metresPerDegree(referenceLat)
  }

  take(lat: number, lon: number): number {
    return this.#at(lon * this.#perDegree.lon, lat * this.#perDegree.lat, lat, lon)
  }

  takeXY(x: number, y: number): number {
    return this.#at(x, y, y / this.#perDegree.lat, x / this.#perDegree.lon)
  }

  move(point: number, x: number, y: number): void {
    this.x[point] = x
    this.y[point] = y
    this.lat[point] = y / this.#perDegree.lat
    this.lon[point] = x / this.#perDegree.lon
  }

  #at(x: number, y: number, lat: number, lon: number): number {
    const column = Math.floor(x / SAME_M)
    const row = Math.floor(y / SAME_M)
    let nearest = -1
    let least2 = SAME_M * SAME_M
    for (let c = column - 1; c <= column + 1; c++)
      for (let r = row - 1; r <= row + 1; r++)
        for (const point of this.#cells.get(keyOf(c, r)) ?? []) {
          const distance2 = (this.x[point]! - x) ** 2 + (this.y[point]! - y) ** 2
          if (distance2 >= least2) continue
          least2 = distance2
          nearest = point
        }
    if (nearest >= 0) return nearest
    const point = this.lat.push(lat) - 1
    this.lon.push(lon)
    this.x.push(x)
    this.y.push(y)
    const key = keyOf(column, row)
    const cell = this.#cells.get(key)
    if (cell) cell.push(point)
    else this.#cells.set(key, [point])
    return point
  }
}

/** The Earth's 40,000 km have 8e7 cells of half a metre. */
const keyOf = (column: number, row: number): number => column * 1e8 + row

class Segments {
  /** Segment of each line's first two points; its others follow, and one that is none. */
  readonly first: number[] = []
  readonly #points: Points
  readonly #lines: readonly StreetLine[]
  readonly #from: number[] = []
  readonly #to: number[] = []
  readonly #line: number[] = []
  readonly #grid: SegmentGrid
  /** Of each point: its neighbour; -1 where it has several. */
  readonly #onlyNeighbour = new Map<number, number>()
  readonly #lineEnds = new Set<number>()
  /** Of each point, a line that it lies on. */
  readonly #lineAt = new Map<number, number>()
  /** Level of a point's streets; NaN: of several. */
  readonly #levels = new Map<number, number>()

  constructor(points: Points, lines: readonly StreetLine[], rows: number[][]) {
    this.#points = points
    this.#lines = lines
    for (const [line, row] of rows.entries()) {
      this.first.push(this.#from.length)
      for (let i = 0; i < row.length; i++) {
        const point = row[i]!
        const level = lines[line]!.level
        this.#lineAt.set(point, line)
        this.#levels.set(point, (this.#levels.get(point) ?? level) === level ? level : Number.NaN)
        if (i === 0 || i === row.length - 1) this.#lineEnds.add(point)
        if (i > 0) this.#noteNeighbour(point, row[i - 1]!)
        if (i + 1 < row.length) this.#noteNeighbour(point, row[i + 1]!)
        // The last point's segment has no length: numbering stays that of the points.
        this.#from.push(point)
        this.#to.push(row[i + 1] ?? point)
        this.#line.push(line)
      }
    }
    const { x, y } = points
    const column = (ends: number[], of: number[]) => Float64Array.from(ends, (point) => of[point]!)
    this.#grid = new SegmentGrid(
      column(this.#from, x),
      column(this.#from, y),
      column(this.#to, x),
      column(this.#to, y),
      CELL_M,
    )
  }

  #noteNeighbour(point: number, neighbour: number): void {
    const known = this.#onlyNeighbour.get(point)
    this.#onlyNeighbour.set(point, known === undefined || known === neighbour ? neighbour : -1)
  }

  /** Points that lie on the way of a segment. A line's end may lie on any level, as ramps do. */
  meetPoints(insert: (segment: number, t: number, point: number) => void): void {
    const { x, y } = this.#points
    const count = x.length
    for (let point = 0; point < count; point++) {
      this.#grid.find(x[point]! - SAME_M, y[point]! - SAME_M, x[point]! + SAME_M, y[point]! + SAME_M)
      for (let i = 0; i < this.#grid.count; i++) {
        const segment = this.#grid.found[i]!
        if (this.#touches(segment, point)) continue
        const { t, distance2 } = this.#footOf(point, segment)
        if (distance2 > SAME_M * SAME_M || t <= 0 || t >= 1) continue
        if (this.#lineEnds.has(point) || this.#levels.get(point) === this.#lines[this.#line[segment]!]!.level)
          insert(segment, t, point)
      }
    }
  }

  /** Segments of the same level that cross without a shared point. */
  cross(insert: (segment: number, t: number, point: number) => void): void {
    const { x, y } = this.#points
    for (let a = 0; a < this.#from.length; a++) {
      const [x1, y1] = [x[this.#from[a]!]!, y[this.#from[a]!]!]
      const [x2, y2] = [x[this.#to[a]!]!, y[this.#to[a]!]!]
      const level = this.#lines[this.#line[a]!]!.level
      this.#grid.find(Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2))
      for (let i = 0; i < this.#grid.count; i++) {
        const b = this.#grid.found[i]!
        if (b <= a || this.#lines[this.#line[b]!]!.level !== level) continue
        if (this.#touches(a, this.#from[b]!) || this.#touches(a, this.#to[b]!)) continue
        const [x3, y3] = [x[this.#from[b]!]!, y[this.#from[b]!]!]
        const [dx, dy] = [x[this.#to[b]!]! - x3, y[this.#to[b]!]! - y3]
        const across = (x2 - x1) * dy - (y2 - y1) * dx
        if (across === 0) continue
        const t = ((x3 - x1) * dy - (y3 - y1) * dx) / across
        const u = ((x3 - x1) * (y2 - y1) - (y3 - y1) * (x2 - x1)) / across
        if (t <= 0 || t >= 1 || u <= 0 || u >= 1) continue
        const point = this.#points.takeXY(x1 + t * (x2 - x1), y1 + t * (y2 - y1))
        if (!this.#touches(a, point)) insert(a, t, point)
        if (!this.#touches(b, point)) insert(b, u, point)
      }
    }
  }

  /**
   * Dead ends just short of another street, or just beyond it, are moved onto it.
   * @returns points that became others.
   */
  mendLooseEnds(
    insert: (segment: number, t: number, point: number) => void,
    problems: StreetProblem[],
  ): Map<number, number> {
    const became = new Map<number, number>()
    const { x, y, lat, lon } = this.#points
    for (const [point, neighbour] of this.#onlyNeighbour) {
      if (neighbour < 0) continue
      let best = { segment: -1, t: 0, distance2: LOOSE_END_M ** 2 }
      this.#grid.find(
        x[point]! - LOOSE_END_M,
        y[point]! - LOOSE_END_M,
        x[point]! + LOOSE_END_M,
        y[point]! + LOOSE_END_M,
      )
      let meets = false
      for (let i = 0; i < this.#grid.count; i++) {
        const segment = this.#grid.found[i]!
        if (this.#touches(segment, point) || this.#touches(segment, neighbour)) continue
        const foot = this.#footOf(point, segment)
        meets ||= foot.distance2 <= SAME_M ** 2
        if (foot.distance2 < best.distance2) best = { segment, ...foot }
      }
      if (best.segment < 0 || meets) continue
      const { street } = this.#lines[this.#lineAt.get(point)!]!
      const offM = Math.sqrt(best.distance2).toFixed(1)
      const other = this.#lines[this.#line[best.segment]!]!.street
      const problem = `ends ${offM} m off street ${other}: moved onto it`
      problems.push({ street, problem, lat: lat[point]!, lon: lon[point]! })
      const [from, to] = [this.#from[best.segment]!, this.#to[best.segment]!]
      if (best.t <= 0 || best.t >= 1) {
        const end = best.t <= 0 ? from : to
        became.set(point, became.get(end) ?? end)
      } else {
        const footX = x[from]! + best.t * (x[to]! - x[from]!)
        const footY = y[from]! + best.t * (y[to]! - y[from]!)
        this.#points.move(point, footX, footY)
        insert(best.segment, best.t, point)
      }
    }
    return became
  }

  #touches(segment: number, point: number): boolean {
    return this.#from[segment] === point || this.#to[segment] === point
  }

  #footOf(point: number, segment: number): { t: number; distance2: number } {
    const { x, y } = this.#points
    const [ax, ay] = [x[this.#from[segment]!]!, y[this.#from[segment]!]!]
    const [dx, dy] = [x[this.#to[segment]!]! - ax, y[this.#to[segment]!]! - ay]
    const length2 = dx * dx + dy * dy
    const along = length2 === 0 ? 0 : ((x[point]! - ax) * dx + (y[point]! - ay) * dy) / length2
    const t = Math.min(1, Math.max(0, along))
    return { t, distance2: (ax + t * dx - x[point]!) ** 2 + (ay + t * dy - y[point]!) ** 2 }
  }
}
