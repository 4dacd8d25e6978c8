import { collection, type Feature, type FeatureCollection, type LineString } from '../map/features.ts'
import { css } from '../map/palette.ts'
import type { Patrol } from './patrols.ts'

/**
 * The tracks of all patrols for the base map, which draws them once; a line a stretch without a gap. Where a patrol
 * rode the same street again nothing is drawn again: the map has as much to draw as there are streets in its beat,
 * however long it rode.
 */

interface PatrolLine {
  device: string
  colour: string
}

/** Two rides of one street at different sides of it lie in one cell, or in neighbours. */
const CELL_M = 12
const METRES_A_DEGREE = 111_195
const RADIANS = Math.PI / 180
/** Short steps within one cell belong to the ride that came into it, and leave no hole in its line. */
const SAME_RIDE_FIXES = 6
/** A patrol that crosses a province gets coarser cells rather than gigabytes of them. */
const MOST_CELLS = 4_000_000

export function patrolLines(patrols: readonly Patrol[]): {
  lines: FeatureCollection<LineString, PatrolLine>
  gaps: FeatureCollection<LineString>
} {
  const lines: Feature<LineString, PatrolLine>[] = []
  const gaps: Feature<LineString, Record<string, never>>[] = []
  for (const patrol of patrols) {
    const { device, colour, track, gapAfter } = patrol
    const place = (index: number): [number, number] => [track.lon[index]!, track.lat[index]!]
    const properties = { device, colour: css(colour) }
    const isNew = newGround(patrol)
    let coordinates: [number, number][] = []
    const end = () => {
      if (coordinates.length > 1)
        lines.push({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties })
      coordinates = []
    }
    for (let index = 0; index + 1 < track.count; index++) {
      if (gapAfter[index] === 1) {
        const across: LineString = { type: 'LineString', coordinates: [place(index), place(index + 1)] }
        gaps.push({ type: 'Feature', geometry: across, properties: {} })
        end()
      } else if (isNew(index)) {
        if (coordinates.length === 0) coordinates.push(place(index))
        coordinates.push(place(index + 1))
      } else end()
    }
    end()
  }
  return { lines: collection(lines), gaps: collection(gaps) }
}

/** Whether the way from a fix to the next leads over any cell that no way before it led over; to be asked in order. */
function newGround({ track: { lon, lat, count } }: Patrol): (index: number) => boolean {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (let index = 0; index < count; index++) {
    west = Math.min(west, lon[index]!)
    east = Math.max(east, lon[index]!)
    south = Math.min(south, lat[index]!)
    north = Math.max(north, lat[index]!)
  }
  const wideM = (east - west) * METRES_A_DEGREE * Math.cos(south * RADIANS)
  const highM = (north - south) * METRES_A_DEGREE
  const cellM = Math.max(CELL_M, Math.sqrt((wideM * highM) / MOST_CELLS), Math.max(wideM, highM) / MOST_CELLS)
  const columns = Math.floor(wideM / cellM) + 1
  const rows = Math.floor(highM / cellM) + 1
  /** The fix after which each cell was first ridden over, counted from 1; 0: never. */
  const ridden = new Int32Array(columns * rows)
  const x = (index: number) => ((lon[index]! - west) / (east - west || 1)) * (columns - 1)
  const y = (index: number) => ((lat[index]! - south) / (north - south || 1)) * (rows - 1)
  return (index) => {
    const [fromX, fromY] = [x(index), y(index)]
    const [wayX, wayY] = [x(index + 1) - fromX, y(index + 1) - fromY]
    const steps = Math.ceil(Math.max(Math.abs(wayX), Math.abs(wayY))) + 1
    let found = false
    for (let step = 0; step <= steps; step++) {
      const share = step / steps
      const cell = Math.round(fromY + wayY * share) * columns + Math.round(fromX + wayX * share)
      if (ridden[cell] === 0) ridden[cell] = index + 1
      if (index + 1 - ridden[cell]! <= SAME_RIDE_FIXES) found = true
    }
    return found
  }
}
