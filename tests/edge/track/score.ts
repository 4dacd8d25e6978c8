import { areaCoverage } from '../../../gateway/hub/patrol/coverage/area.ts'
import { distanceM } from '../../../gateway/hub/patrol/distance.ts'
import { summarise } from '../../../gateway/hub/patrol/tracks/summary.ts'
import { encodeBody, encodeEnvelope } from '../../../proto/codec/codec.ts'
import type { Fix } from '../../../proto/domain.ts'
import { trackOfFixes } from '../../hub/patrol/made-track.ts'
import type { Filtered } from './filtered.ts'
import type { SimulatedRide } from './simulated-ride.ts'

/** Longer without a fix is a gap, over which no way is drawn (as the hub has it at 1 Hz). */
const GAP_MS = 10_000
/** A true step below this is standing. */
const STANDING_STEP_M = 0.01
/** Only departures after a stop of so many seconds count: a shorter one may rightly not be standing. */
const STOP_S = 15
/** As the gateway's batches by default. */
const BATCH = { maxFixes: 30, maxDelayMs: 10_000 }

export interface Score {
  /** Share of the fixes that are kept. */
  kept: number
  bytesAnHour: number
  /** Length of the drawn way ÷ true length − 1. */
  lengthError: number
  /** The same for the seconds of true movement. */
  movingError: number
  /** Metres drawn in an hour of true standing. */
  driftMAnHour: number
  /** Share of the truly standing seconds whose fix is not kept. */
  standingThinned: number
  departures: number
  /** Of the departures, how many were known 3 s later, and the longest that it took. */
  departuresIn3S: number
  slowestDepartureS: number
  /** Error of position: kept fixes, and those that were not kept. */
  keptErrorM: Quantiles
  droppedErrorM: Quantiles | undefined
  hub: { distanceError: number; stops: number; gaps: number; coverage: number; cannotTell: number }
}

export interface Quantiles {
  median: number
  p95: number
}

/** What became of a ride, held against where the e-bike was. Without filter, `outMs` are the times of the fixes. */
export function scoreOf(ride: SimulatedRide, { kept, outMs }: Pick<Filtered, 'kept' | 'outMs'>): Score {
  const stretchOf = stretchesOf(ride.fixes)
  const drawn = lengths(kept, stretchOf, ride)
  const truthM = trueLengthM(ride)
  const keptSet = new Set(kept)
  const standing = ride.fixes.filter((fix) => isStanding(ride, fix.timeMs))
  const dropped = ride.fixes.filter((fix) => !keptSet.has(fix))
  const errors = (fixes: Fix[]) => quantiles(fixes.map((fix) => errorM(ride, fix)))
  const departures = departureDelaysS(ride, kept, outMs)
  return {
    kept: kept.length / ride.fixes.length,
    bytesAnHour: (bytesOf(kept, outMs) / ride.truth.size) * 3600,
    lengthError: (drawn.movingM + drawn.standingM) / truthM - 1,
    movingError: drawn.movingM / truthM - 1,
    driftMAnHour: (drawn.standingM / standing.length) * 3600,
    standingThinned: standing.filter((fix) => !keptSet.has(fix)).length / standing.length,
    departures: departures.length,
    departuresIn3S: departures.filter((delayS) => delayS <= 3).length,
    slowestDepartureS: Math.max(...departures),
    keptErrorM: errors(kept),
    droppedErrorM: dropped.length > 0 ? errors(dropped) : undefined,
    hub: hubScore(ride, kept, truthM),
  }
}

/** What came in, as if nothing had been filtered. */
export function unfiltered(ride: SimulatedRide): Pick<Filtered, 'kept' | 'outMs'> {
  return { kept: ride.fixes, outMs: ride.fixes.map((fix) => fix.timeMs) }
}

function hubScore(ride: SimulatedRide, kept: Fix[], truthM: number): Score['hub'] {
  const track = trackOfFixes(kept)
  const summary = summarise(track, kept[0]!.timeMs, kept.at(-1)!.timeMs)
  const areas = ride.grids.map((grid) => areaCoverage(grid, [track]))
  const cells = areas.reduce((sum, area) => sum + area.insideCells, 0)
  return {
    distanceError: summary.distanceM / truthM - 1,
    stops: summary.stops.length,
    gaps: summary.gaps.length,
    coverage: areas.reduce((sum, area) => sum + area.coveredCells, 0) / cells,
    cannotTell: areas.reduce((sum, area) => sum + area.cannotTellCells, 0) / cells,
  }
}

/** Number of the stretch without gap in which a second lies, by time of the fixes that came in. */
function stretchesOf(fixes: Fix[]): Map<number, number> {
  const stretchOf = new Map<number, number>()
  let stretch = 0
  let beforeMs = Number.NEGATIVE_INFINITY
  for (const { timeMs } of fixes) {
    if (timeMs - beforeMs > GAP_MS) stretch++
    stretchOf.set(timeMs, stretch)
    beforeMs = timeMs
  }
  return stretchOf
}

/** The drawn way within stretches. What a step that is partly standing has more than was truly ridden is drift. */
function lengths(kept: Fix[], stretchOf: Map<number, number>, ride: SimulatedRide) {
  let movingM = 0
  let standingM = 0
  for (let i = 1; i < kept.length; i++) {
    const a = kept[i - 1]!
    const b = kept[i]!
    if (stretchOf.get(a.timeMs) !== stretchOf.get(b.timeMs)) continue
    const stepM = distanceM(a.lat, a.lon, b.lat, b.lon)
    let standing = false
    let riddenM = 0
    for (let timeMs = a.timeMs + 1000; timeMs <= b.timeMs; timeMs += 1000) {
      if (isStanding(ride, timeMs)) standing = true
      else riddenM += trueStepM(ride, timeMs)
    }
    const driftM = standing ? Math.max(0, stepM - riddenM) : 0
    standingM += driftM
    movingM += stepM - driftM
  }
  return { movingM, standingM }
}

/** Of the seconds that lie between fixes without gap. */
function trueLengthM(ride: SimulatedRide): number {
  const { fixes } = ride
  let lengthM = 0
  for (let i = 1; i < fixes.length; i++) {
    const fromMs = fixes[i - 1]!.timeMs
    const toMs = fixes[i]!.timeMs
    if (toMs - fromMs > GAP_MS) continue
    for (let timeMs = fromMs + 1000; timeMs <= toMs; timeMs += 1000) lengthM += trueStepM(ride, timeMs)
  }
  return lengthM
}

/** The way of the second that ends then. */
function trueStepM({ truth }: SimulatedRide, timeMs: number): number {
  const now = truth.get(timeMs)!
  const before = truth.get(timeMs - 1000) ?? now
  return distanceM(before.lat, before.lon, now.lat, now.lon)
}

function isStanding(ride: SimulatedRide, timeMs: number): boolean {
  return trueStepM(ride, timeMs) < STANDING_STEP_M
}

/** Stops of a minute and more, the shortest that the hub counts. */
export function trueStops(ride: SimulatedRide): number {
  let stops = 0
  let standingS = 0
  for (const timeMs of ride.truth.keys()) {
    standingS = isStanding(ride, timeMs) ? standingS + 1 : 0
    if (standingS === 60) stops++
  }
  return stops
}

function errorM({ truth }: SimulatedRide, fix: Fix): number {
  const { lat, lon } = truth.get(fix.timeMs)!
  return distanceM(fix.lat, fix.lon, lat, lon)
}

/** After each long enough stop with fixes on both sides: seconds until a fix of the new leg went out. */
function departureDelaysS(ride: SimulatedRide, kept: Fix[], outMs: number[]): number[] {
  const had = new Set(ride.fixes.map((fix) => fix.timeMs))
  const delaysS: number[] = []
  let next = 0
  let standingS = 0
  for (const timeMs of ride.truth.keys()) {
    if (isStanding(ride, timeMs)) {
      standingS++
      continue
    }
    if (standingS >= STOP_S && complete(had, timeMs - STOP_S * 1000, timeMs + 5000)) {
      while (next < kept.length && kept[next]!.timeMs < timeMs) next++
      delaysS.push((outMs[next]! - (timeMs - 1000)) / 1000)
    }
    standingS = 0
  }
  return delaysS
}

function complete(had: Set<number>, fromMs: number, toMs: number): boolean {
  for (let timeMs = fromMs; timeMs <= toMs; timeMs += 1000) if (!had.has(timeMs)) return false
  return true
}

/** On the wire, envelopes included. */
function bytesOf(kept: Fix[], outMs: number[]): number {
  let bytes = 0
  let sequence = 1
  for (let from = 0; from < kept.length; ) {
    let to = from + 1
    while (to < kept.length && to - from < BATCH.maxFixes && outMs[to]! - outMs[from]! < BATCH.maxDelayMs)
      to++
    const body = encodeBody({ lane: 'fix', batch: { fixes: kept.slice(from, to) } })
    bytes += encodeEnvelope({
      gateway: 'ebike-01',
      boot: '0123456789ab',
      sequence: sequence++,
      lane: 'fix',
      body,
    }).length
    from = to
  }
  return bytes
}

function quantiles(values: number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
  return { median: at(0.5), p95: at(0.95) }
}
