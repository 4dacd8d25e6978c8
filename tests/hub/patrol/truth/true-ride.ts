import { stepsOf } from '../../../../gateway/hub/patrol/ground/road-steps.ts'
import type { Ridden, StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import { MIN_GAP_MS } from '../../../../gateway/hub/patrol/tracks/gap-rule.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import { trackOfFixes } from '../made-track.ts'
import type { TrueSecond, TruthRide } from '../streets/truth-rides.ts'

/** The truth of a ride in the forms that the policies can be held against. */

/** A receiver without any error. */
export function perfectTrack({ truth, track }: TruthRide): Track {
  const fixes = truth.map(({ timeMs, lat, lon, speedMps, courseDeg }) => ({
    timeMs,
    lat,
    lon,
    speedMps,
    courseDeg,
    hdop: 0.8,
    accuracyM: 1,
  }))
  return trackOfFixes(fixes, track.device)
}

/** What was ridden, second by second, and how often the way from one second to the next was not to be found. */
export function trueRidden({ truth, network }: TruthRide): { ridden: Ridden[]; leaps: number } {
  const ridden: Ridden[] = []
  let leaps = 0
  for (let i = 1; i < truth.length; i++) {
    const [last, next] = [truth[i - 1]!, truth[i]!]
    const legs = legsFrom(last, next, network)
    if (!legs) leaps++
    for (const [part, fromM, toM] of legs ?? [])
      ridden.push({ part, fromM, toM, startMs: last.timeMs, endMs: next.timeMs, confidence: 1 })
  }
  return { ridden, leaps }
}

type Leg = [part: number, fromM: number, toM: number]

/** More than an e-bike rides in a second. */
const SECOND_M = 15

/** Along one part, round a corner, or over one short part between two corners; the shortest of them. */
function legsFrom(last: TrueSecond, next: TrueSecond, network: StreetNetwork): Leg[] | undefined {
  if (last.part === next.part) return [[last.part, last.alongM, next.alongM]]
  let best: { legs: Leg[]; lengthM: number } | undefined
  const consider = (legs: Leg[]): void => {
    const lengthM = legs.reduce((total, [, fromM, toM]) => total + Math.abs(toM - fromM), 0)
    if (lengthM <= SECOND_M && lengthM < (best?.lengthM ?? Number.POSITIVE_INFINITY)) best = { legs, lengthM }
  }
  for (const [outNode, outM] of endsOf(last.part, network))
    for (const [inNode, inM] of endsOf(next.part, network)) {
      const out: Leg = [last.part, last.alongM, outM]
      const into: Leg = [next.part, inM, next.alongM]
      if (outNode === inNode) consider([out, into])
      else
        for (const between of network.nodes[outNode]!.parts) {
          const { from, to, lengthM } = network.parts[between]!
          if (from === outNode && to === inNode) consider([out, [between, 0, lengthM], into])
          if (to === outNode && from === inNode) consider([out, [between, lengthM, 0], into])
        }
    }
  return best?.legs
}

function endsOf(part: number, { parts }: StreetNetwork): [node: number, alongM: number][] {
  const { from, to, lengthM } = parts[part]!
  return [
    [from, 0],
    [to, lengthM],
  ]
}

/** By part, 1 for each step of it whose middle was ridden over; parts that were not ridden are not in it. */
export function trueSteps(ridden: Ridden[], { parts }: StreetNetwork): Map<number, Uint8Array> {
  const stepsByPart = new Map<number, Uint8Array>()
  for (const { part, fromM, toM } of ridden) {
    const { count, lengthM } = stepsOf(parts[part]!)
    const marks = stepsByPart.get(part) ?? new Uint8Array(count)
    stepsByPart.set(part, marks)
    for (let step = 0; step < count; step++) {
      const middleM = (step + 0.5) * lengthM
      if (middleM >= Math.min(fromM, toM) && middleM <= Math.max(fromM, toM)) marks[step] = 1
    }
  }
  for (const [part, marks] of stepsByPart) if (!marks.includes(1)) stepsByPart.delete(part)
  return stepsByPart
}

/** Share of the way that was ridden while there was no fix for more than 10 s: no policy can credit that. */
export function unheardShare({ truth, track }: TruthRide): number {
  let [unheardM, wayM, row] = [0, 0, 0]
  for (const { timeMs, speedMps } of truth) {
    while (row < track.count && track.timeMs[row]! < timeMs) row++
    const [beforeMs, afterMs] = [track.timeMs[row - 1], track.timeMs[row]]
    wayM += speedMps
    if (timeMs === afterMs) continue
    if (beforeMs === undefined || afterMs === undefined || afterMs - beforeMs > MIN_GAP_MS)
      unheardM += speedMps
  }
  return unheardM / wayM
}
