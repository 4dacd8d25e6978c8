import { GapRule } from '../../tracks/gap-rule.ts'
import type { Span } from '../patrol-plan.ts'
import { joined } from '../planned-time.ts'
import { StepPlane } from '../shift-columns.ts'
import type { Found, ShiftCheck, ShiftUnderCheck } from './check.ts'
import { durationEn, durationZh, tenth } from './words.ts'

const MPS_IN_KMH = 3.6
/** Without a told speed it is that of the way over so long: a single step is mostly noise. */
const BASE_MS = 5000
/** The positions must have moved on by this share of what the told speeds amount to. */
const MOVED_SHARE = 0.7

interface Ride extends Span {
  fastestMps: number
  fastestRow: number
}

/**
 * Speeding (超速): faster than `limitKmh` for `holdS` on end. The told speed is the receiver's Doppler measurement,
 * far better than that of positions; it counts only where the positions move on as fast, and not over gaps and jumps.
 */
export const speeding: ShiftCheck = {
  kind: 'speeding',
  find(under) {
    const { speeding: limits } = under.settings
    return joined(fastRides(under), limits.joinS * 1000).map((group) => found(under, group, limits.limitKmh))
  },
}

function fastRides({ track, columns, settings }: ShiftUnderCheck): Ride[] {
  const { holdS, limitKmh } = settings.speeding
  const { maxSpeedMps } = settings['impossible-jump']
  const limitMps = limitKmh / MPS_IN_KMH
  const rides: Ride[] = []
  const gapRule = new GapRule()
  const speeds = new StepSpeeds(track)
  let ride: Ride | undefined
  let movedM = 0
  const end = (): void => {
    if (ride) {
      const { fromMs, toMs } = ride
      const rodeS = (toMs - fromMs) / 1000
      if (rodeS >= holdS && movedM >= MOVED_SHARE * limitMps * rodeS) rides.push(ride)
    }
    ride = undefined
  }
  for (let row = 0; row < track.count; row++) {
    const timeMs = track.timeMs[row]!
    const isGap = gapRule.isGapBefore(timeMs)
    if (columns.good[row] === 0) {
      end()
      continue
    }
    const stepS = row > 0 ? (timeMs - track.timeMs[row - 1]!) / 1000 : Number.NaN
    const isJump = columns.stepM[row]! / stepS > maxSpeedMps
    if (isGap || isJump) {
      end()
      speeds.startAt(row)
    }
    const mps = speeds.at(row)
    if (!(mps > limitMps) || mps > maxSpeedMps) {
      end()
      continue
    }
    if (!ride) {
      ride = { fromMs: timeMs, toMs: timeMs, fastestMps: mps, fastestRow: row }
      movedM = 0
      continue
    }
    ride.toMs = timeMs
    movedM += columns.stepM[row]!
    if (mps > ride.fastestMps) {
      ride.fastestMps = mps
      ride.fastestRow = row
    }
  }
  end()
  return rides
}

/** The speed of each row in turn: as told, or else of the way over the last 5 s. */
class StepSpeeds {
  readonly #track: ShiftUnderCheck['track']
  readonly #plane = new StepPlane()
  /** No row before this one is on the same way. */
  #start = 0
  #back = 0

  constructor(track: ShiftUnderCheck['track']) {
    this.#track = track
  }

  startAt(row: number): void {
    this.#start = row
    this.#back = row
  }

  at(row: number): number {
    const { speedMps, timeMs, lat, lon } = this.#track
    const told = speedMps[row]!
    if (!Number.isNaN(told)) return told
    while (this.#back + 1 < row && timeMs[row]! - timeMs[this.#back + 1]! >= BASE_MS) this.#back++
    const baseMs = timeMs[row]! - timeMs[this.#back]!
    if (this.#back < this.#start || baseMs < BASE_MS) return Number.NaN
    const wayM = this.#plane.distanceM(lat[this.#back]!, lon[this.#back]!, lat[row]!, lon[row]!)
    return (wayM / baseMs) * 1000
  }
}

function found({ track }: ShiftUnderCheck, rides: Ride[], limitKmh: number): Found {
  const fastest = rides.reduce((best, each) => (each.fastestMps > best.fastestMps ? each : best))
  const fastMs = rides.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const kmh = tenth(fastest.fastestMps * MPS_IN_KMH)
  return {
    fromMs: rides[0]!.fromMs,
    toMs: rides.at(-1)!.toMs,
    evidence: { fastestKmh: kmh, limitKmh, fastS: Math.round(fastMs / 1000), times: rides.length },
    text: {
      zh: `超速${durationZh(fastMs)}，最高${kmh}公里/时（上限${limitKmh}）`,
      en: `Faster than ${limitKmh} km/h for ${durationEn(fastMs)}, up to ${kmh} km/h`,
    },
    lat: track.lat[fastest.fastestRow]!,
    lon: track.lon[fastest.fastestRow]!,
  }
}
