import type { GridFeature } from '../../../../proto/district.ts'
import type { Missed } from '../../../../proto/patrol-http.ts'
import type { LastSeen, SeenCellTimes } from '../coverage/last-seen.ts'
import { CellTimes } from '../coverage/last-seen-cells.ts'
import type { PatrolGround } from '../ground/patrol-ground.ts'
import { placeAlong } from '../streets/place-along.ts'

/**
 * What was missed (漏巡): street parts, components and cells that nobody saw for longer than their class allows. In:
 * the ground, when each thing was last seen, and a moment; out: what is overdue then, the most overdue first, measured
 * by what its class allows. What was never seen counts from the first fix that is kept; where there is none, nothing
 * was missed. Nothing fails.
 */

const HOUR_MS = 3_600_000
/** Smaller patches are the ragged edges of what was seen: 400 m². */
const LEAST_PATCH_CELLS = 4

/** @param atMs - what was seen after it is left out: only the last time is kept, so before it nothing is known. */
export function unseenIn(
  ground: PatrolGround,
  seen: LastSeen,
  grids: readonly GridFeature[],
  atMs: number,
): Missed[] {
  const { sinceMs } = seen
  if (sinceMs === undefined) return []
  const judge = (lastSeenMs: number | undefined, allowedH: number) => {
    const unseenH = (atMs - (lastSeenMs ?? sinceMs)) / HOUR_MS
    if (!(unseenH > allowedH)) return undefined
    const lastSeen = lastSeenMs === undefined ? {} : { lastSeen: new Date(lastSeenMs).toISOString() }
    return { ...lastSeen, allowedH, overdueH: Math.round((unseenH - allowedH) * 100) / 100 }
  }
  return grids
    .flatMap((grid) => [
      ...streetPartsOf(grid, ground, seen, judge),
      ...componentsOf(grid, ground, seen, judge),
      ...patchesOf(grid, ground, seen, judge),
    ])
    .sort((a, b) => overdue(b) - overdue(a) || (a.id < b.id ? -1 : 1))
}

/** How many times over: a key street after 8 h of 4 is as overdue as a lane after two days of one. */
export const overdue = ({ overdueH, allowedH }: Pick<Missed, 'overdueH' | 'allowedH'>): number =>
  overdueH / allowedH

type Judge = (
  lastSeenMs: number | undefined,
  allowedH: number,
) => Pick<Missed, 'lastSeen' | 'allowedH' | 'overdueH'> | undefined

function streetPartsOf(grid: GridFeature, ground: PatrolGround, seen: LastSeen, judge: Judge): Missed[] {
  const { code } = grid.properties
  return ground.road(grid).slots.flatMap(({ part, isAtHome }): Missed[] => {
    if (!isAtHome) return []
    const { id, street, name, highway, lengthM } = part
    const className = ground.rules.classOfStreet({ id: street, name, highway })
    const judged = judge(seen.streetPart(id), ground.rules.class(className).streets.allowedUnseenH)
    if (!judged) return []
    const line = Array.from(part.lat, (lat, i) => [part.lon[i]!, lat]).flat()
    return [
      {
        kind: 'street-part',
        id,
        ...(name === undefined ? {} : { name }),
        grid: code,
        class: className,
        ...placeAlong(part, lengthM / 2),
        ...judged,
        lengthM,
        line,
      },
    ]
  })
}

function componentsOf(grid: GridFeature, ground: PatrolGround, seen: LastSeen, judge: Judge): Missed[] {
  const { code } = grid.properties
  return ground.componentsIn(code).flatMap(({ geometry, properties }): Missed[] => {
    const className = ground.rules.classOfComponent(properties.code)
    const judged = judge(
      seen.component(properties.code),
      ground.rules.class(className).components.allowedUnseenH,
    )
    if (!judged) return []
    const [lon, lat] = geometry.coordinates
    const { name } = properties
    return [
      { kind: 'component', id: properties.code, name, grid: code, class: className, lat, lon, ...judged },
    ]
  })
}

/** Cells that hang together by their sides, of those that can be seen from a street: nobody rides through houses. */
function patchesOf(grid: GridFeature, ground: PatrolGround, seen: LastSeen, judge: Judge): Missed[] {
  const { code } = grid.properties
  const cells = seen.cells(code)
  if (!cells) return []
  const className = ground.rules.classOfGrid(code)
  const { allowedUnseenH } = ground.rules.class(className).grids
  const { columns, west, south, cellLonDeg, cellLatDeg } = cells.frame
  const atCell = (cell: number) => ({
    lat: south + (Math.floor(cell / columns) + 0.5) * cellLatDeg,
    lon: west + ((cell % columns) + 0.5) * cellLonDeg,
  })
  return patches(
    overdueCells(grid, ground, cells, (ms) => judge(ms, allowedUnseenH) !== undefined),
    columns,
  )
    .filter((patch) => patch.length >= LEAST_PATCH_CELLS)
    .map((patch): Missed => {
      const times = patch.map((cell) => cells.lastSeenMs[cell]!).filter((ms) => !Number.isNaN(ms))
      const lastMs = times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b))
      const first = patch[0]!
      return {
        kind: 'cell',
        id: `${code}:${first % columns},${Math.floor(first / columns)}`,
        grid: code,
        class: className,
        ...atCell(patch[patch.length >> 1]!),
        ...judge(lastMs, allowedUnseenH)!,
        cells: patch.length,
      }
    })
}

/** One byte a cell. */
function overdueCells(
  grid: GridFeature,
  ground: PatrolGround,
  { inside, lastSeenMs }: SeenCellTimes,
  isOverdue: (lastSeenMs: number | undefined) => boolean,
): Uint8Array {
  const reach = fromStreets(grid, ground)
  const never = isOverdue(undefined)
  return inside.map((isInside, cell) => {
    if (isInside === 0 || reach[cell] === 0) return 0
    const ms = lastSeenMs[cell]!
    return Number(Number.isNaN(ms) ? never : isOverdue(ms))
  })
}

const reached = new WeakMap<PatrolGround, Map<string, Uint8Array>>()

/** Cells in sight of a street of the grid. */
function fromStreets(grid: GridFeature, ground: PatrolGround): Uint8Array {
  const known = reached.get(ground) ?? new Map<string, Uint8Array>()
  reached.set(ground, known)
  const { code } = grid.properties
  let marks = known.get(code)
  if (!marks) {
    const cells = new CellTimes(grid)
    for (const { part } of ground.road(grid).slots)
      for (let i = 1; i < part.lat.length; i++)
        cells.see(
          { lonA: part.lon[i - 1]!, latA: part.lat[i - 1]!, lonB: part.lon[i]!, latB: part.lat[i]! },
          1,
        )
    marks = Uint8Array.from(cells.seenS, Number)
    known.set(code, marks)
  }
  return marks
}

/** Cells of each patch in order, so that the first is its south-west one. */
function patches(marks: Uint8Array, columns: number): number[][] {
  const found: number[][] = []
  const left = marks.slice()
  for (let cell = 0; cell < left.length; cell++) {
    if (left[cell] === 0) continue
    left[cell] = 0
    const patch = [cell]
    for (const at of patch)
      for (const next of neighbours(at, columns, left.length))
        if (left[next] === 1) {
          left[next] = 0
          patch.push(next)
        }
    found.push(patch.sort((a, b) => a - b))
  }
  return found
}

function neighbours(cell: number, columns: number, cells: number): number[] {
  const column = cell % columns
  return [
    ...(column > 0 ? [cell - 1] : []),
    ...(column < columns - 1 ? [cell + 1] : []),
    ...(cell >= columns ? [cell - columns] : []),
    ...(cell + columns < cells ? [cell + columns] : []),
  ]
}
