import type { GridFeature } from '../../../../proto/district.ts'
import { GridShape } from '../grids/grid-shape.ts'
import type { StreetPart } from '../streets/street-network.ts'
import { PlaceIndex } from './place-index.ts'

/**
 * Street parts cut into steps of some 5 m, by which riding is measured along the street. In: street parts and a grid; out:
 * the steps whose middle lies in the grid. Nothing fails.
 */

const STEP_M = 5
/** A part counts as ridden, or as seen, when this share of it was (ours: no source says). */
export const MOST = 0.8

/** A part's steps, equally long. */
export interface Steps {
  count: number
  lengthM: number
}

export function stepsOf(part: StreetPart): Steps {
  const count = Math.max(1, Math.round(part.lengthM / STEP_M))
  return { count, lengthM: part.lengthM / count }
}

/** The first and the one after the last step whose middle lies on the stretch; either end may come first. */
export function stepsBetween(
  { count, lengthM }: Steps,
  fromM: number,
  toM: number,
): [first: number, end: number] {
  const low = Math.min(fromM, toM)
  const high = Math.max(fromM, toM)
  if (lengthM === 0) return [0, count]
  const first = Math.max(0, Math.ceil(low / lengthM - 0.5))
  return [first, Math.max(first, Math.min(count, Math.floor(high / lengthM - 0.5) + 1))]
}

/**
 * The latest time since which most of the steps were seen; undefined where fewer ever were.
 * @param times of each step, 0: never.
 */
export function seenSince(times: ArrayLike<number>): number | undefined {
  const sorted = Float64Array.from(times).sort()
  const time = sorted[times.length - Math.max(1, Math.ceil(MOST * times.length))]
  return time === undefined || time === 0 ? undefined : time
}

/** A street part as far as it lies in a grid. */
export interface RoadSlot {
  part: StreetPart
  steps: Steps
  /** Of its steps among those of the grid. */
  first: number
  insideM: number
  /** Its middle lies in the grid: of grids that adjoin, one has it. */
  isAtHome: boolean
}

/** The streets of one grid. */
export class RoadGrid {
  readonly grid: GridFeature
  readonly slots: readonly RoadSlot[]
  /** Steps of all slots; those outside of the grid are among them and marked 0. */
  readonly inside: Uint8Array
  /** By step, its slot. */
  readonly slotOf: Uint32Array
  readonly lengthM: number
  #near: { index: PlaceIndex; steps: Int32Array } | undefined

  /** @param parts - those of the network that are patrolled. */
  constructor(parts: Iterable<StreetPart>, grid: GridFeature) {
    const shape = new GridShape(grid)
    const slots: RoadSlot[] = []
    const inside: number[] = []
    for (const part of parts) {
      if (!mayTouch(part, shape)) continue
      const steps = stepsOf(part)
      const marks = middles(part, steps).map(([lat, lon]) => Number(shape.contains(lat, lon)))
      const insideSteps = marks.reduce((sum, mark) => sum + mark, 0)
      if (insideSteps === 0) continue
      slots.push({
        part,
        steps,
        first: inside.length,
        insideM: insideSteps * steps.lengthM,
        isAtHome: marks[steps.count >> 1] === 1,
      })
      inside.push(...marks)
    }
    this.grid = grid
    this.slots = slots
    this.inside = Uint8Array.from(inside)
    this.slotOf = new Uint32Array(inside.length)
    slots.forEach(({ first, steps }, slot) => {
      this.slotOf.fill(slot, first, first + steps.count)
    })
    this.lengthM = slots.reduce((sum, { insideM }) => sum + insideM, 0)
  }

  /** Calls `hit` for each step of the grid whose middle lies within the radius of the line from A to B. */
  stepsAlong(
    way: { latA: number; lonA: number; latB: number; lonB: number },
    radiusM: number,
    hit: (step: number) => void,
  ): void {
    this.#near ??= this.#placesOfSteps()
    const { index, steps } = this.#near
    index.along(way.latA, way.lonA, way.latB, way.lonB, radiusM, (place) => hit(steps[place]!))
  }

  #placesOfSteps(): { index: PlaceIndex; steps: Int32Array } {
    const steps: number[] = []
    const lat: number[] = []
    const lon: number[] = []
    for (const slot of this.slots)
      middles(slot.part, slot.steps).forEach(([stepLat, stepLon], step) => {
        if (this.inside[slot.first + step] === 0) return
        steps.push(slot.first + step)
        lat.push(stepLat)
        lon.push(stepLon)
      })
    return {
      index: new PlaceIndex(Float64Array.from(lat), Float64Array.from(lon)),
      steps: Int32Array.from(steps),
    }
  }
}

function mayTouch({ lat, lon }: StreetPart, { box }: GridShape): boolean {
  let [south, north, west, east] = [true, true, true, true]
  for (let i = 0; i < lat.length; i++) {
    south &&= lat[i]! < box.south
    north &&= lat[i]! > box.north
    west &&= lon[i]! < box.west
    east &&= lon[i]! > box.east
  }
  return !(south || north || west || east)
}

function middles(part: StreetPart, { count, lengthM }: Steps): [lat: number, lon: number][] {
  const places: [number, number][] = []
  let point = 1
  for (let step = 0; step < count; step++) {
    const alongM = (step + 0.5) * lengthM
    while (point < part.alongM.length - 1 && part.alongM[point]! < alongM) point++
    const a = part.alongM[point - 1]!
    const lengthHereM = part.alongM[point]! - a
    const share = lengthHereM === 0 ? 0 : (alongM - a) / lengthHereM
    places.push([
      part.lat[point - 1]! + share * (part.lat[point]! - part.lat[point - 1]!),
      part.lon[point - 1]! + share * (part.lon[point]! - part.lon[point - 1]!),
    ])
  }
  return places
}
