import type { Span } from '../patrol-plan.ts'
import { joined } from '../planned-time.ts'
import { StepPlane } from '../shift-columns.ts'
import type { Found, ShiftCheck, ShiftUnderCheck } from './check.ts'

const MPS_IN_KMH = 3.6
/** Of the jumps of a group, so many lead back to where the one before began. */
const RETURNING_SHARE = 0.8

/** From one good fix to the next. */
interface Jump extends Span {
  fromRow: number
  row: number
  distanceM: number
  speedMps: number
}

/**
 * Impossible jump (位置跳变): from one good fix to the next faster than `maxSpeedMps` over `minJumpM` or more beyond
 * their accuracies. Jumps near each other are one finding: two devices under one id go to and fro a thousand times, and are told
 * as that, even where they are close to each other.
 */
export const impossibleJump: ShiftCheck = {
  kind: 'impossible-jump',
  find(under) {
    const { joinS, minJumpM, alternations } = under.settings['impossible-jump']
    return joined(jumpsOf(under), joinS * 1000).flatMap((group) => {
      if (group.length >= alternations && returningShare(under, group) >= RETURNING_SHARE)
        return found(under, group, true)
      const large = group.filter(({ distanceM }) => distanceM >= minJumpM)
      return large.length > 0 ? found(under, large, false) : []
    })
  },
}

function jumpsOf({ track, columns, settings }: ShiftUnderCheck): Jump[] {
  const { maxSpeedMps, alternatingJumpM } = settings['impossible-jump']
  const { timeMs, lat, lon, count } = track
  const plane = new StepPlane()
  const jumps: Jump[] = []
  let before = -1
  for (let row = 0; row < count; row++) {
    if (columns.good[row] === 0) continue
    if (before >= 0) {
      const distanceM =
        before === row - 1
          ? columns.stepM[row]!
          : plane.distanceM(lat[before]!, lon[before]!, lat[row]!, lon[row]!)
      // A device may be anywhere within its accuracy.
      const surelyM = distanceM - columns.accuracyM[before]! - columns.accuracyM[row]!
      const afterS = (timeMs[row]! - timeMs[before]!) / 1000
      if (surelyM >= alternatingJumpM && surelyM > maxSpeedMps * afterS)
        jumps.push({
          fromMs: timeMs[before]!,
          toMs: timeMs[row]!,
          fromRow: before,
          row,
          distanceM: surelyM,
          speedMps: distanceM / afterS,
        })
    }
    before = row
  }
  return jumps
}

/** How many jumps lead to a place that could be reached from where the jump before them began. */
function returningShare({ track, settings }: ShiftUnderCheck, jumps: Jump[]): number {
  const { maxSpeedMps, alternatingJumpM } = settings['impossible-jump']
  const { timeMs, lat, lon } = track
  const plane = new StepPlane()
  let returning = 0
  for (let i = 1; i < jumps.length; i++) {
    const began = jumps[i - 1]!.fromRow
    const { row } = jumps[i]!
    const wayM = plane.distanceM(lat[began]!, lon[began]!, lat[row]!, lon[row]!)
    const reachM = (maxSpeedMps * (timeMs[row]! - timeMs[began]!)) / 1000 + alternatingJumpM
    if (wayM <= Math.min(reachM, jumps[i]!.distanceM)) returning++
  }
  return returning / (jumps.length - 1)
}

function found({ track }: ShiftUnderCheck, jumps: Jump[], alternating: boolean): Found {
  const farthest = jumps.reduce((best, each) => (each.distanceM > best.distanceM ? each : best))
  const fastest = jumps.reduce((best, each) => (each.speedMps > best.speedMps ? each : best))
  const kmh = Math.round(fastest.speedMps * MPS_IN_KMH)
  const km = Math.round(farthest.distanceM / 10) / 100
  return {
    fromMs: jumps[0]!.fromMs,
    toMs: jumps.at(-1)!.toMs,
    evidence: {
      jumps: jumps.length,
      farthestM: Math.round(farthest.distanceM),
      fastestKmh: kmh,
      ...(alternating ? { places: 2 } : {}),
    },
    text: alternating
      ? {
          zh: `位置在两处之间往返跳变${jumps.length}次，相距${km}公里：是否两台设备使用同一编号？`,
          en: `${jumps.length} jumps to and fro between two places ${km} km apart: two devices under one id?`,
        }
      : {
          zh: `位置跳变${jumps.length}次，最远${km}公里，折合${kmh}公里/时`,
          en: `${jumps.length === 1 ? 'A jump' : `${jumps.length} jumps`} of up to ${km} km, at ${kmh} km/h`,
        },
    lat: track.lat[jumps[0]!.row]!,
    lon: track.lon[jumps[0]!.row]!,
  }
}
