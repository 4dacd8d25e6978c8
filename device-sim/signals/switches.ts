import { Ongoing } from './ongoing.ts'
import type { Setting, Signal } from './setting.ts'

/** cover_open and door_open: 1 is open. */

/** A switch that a truck rattles changes this often. */
const RATTLE_MS = 130

export function coverOpenSignal({ occurrences }: Setting): Signal {
  const lids = new Ongoing(occurrences.of('opens'))
  const trucks = new Ongoing(occurrences.of('truck'))
  return (elapsedMs) => {
    if (lids.latestAt(elapsedMs)) return 1
    const truck = trucks.latestAt(elapsedMs)
    if (!truck?.args.rattles) return 0
    return Math.floor((elapsedMs - truck.beginMs) / RATTLE_MS) % 2 === 0 ? 1 : 0
  }
}

export function doorOpenSignal({ occurrences }: Setting): Signal {
  const doors = new Ongoing(occurrences.of('door-opens'))
  return (elapsedMs) => (doors.latestAt(elapsedMs) ? 1 : 0)
}
