import type { Span } from '../patrol-plan.ts'
import { isInBreak, joined } from '../planned-time.ts'
import type { Found, ShiftCheck, ShiftUnderCheck } from './check.ts'
import { durationEn, durationZh } from './words.ts'

/** Without any fix for so long, nothing is said of where the device was. */
const MAX_SILENCE_MS = 600_000

interface Outing extends Span {
  farthestM: number
  farthestRow: number
  fixes: number
}

/**
 * Out of area (越界). Out: `fixes` good fixes in a row whose distance beyond the border, less their accuracy, is more
 * than max(marginShare × radius, marginMinM). Back: as many whose distance, less their accuracy, is none. In between
 * nothing changes. The margin is of the radius of a circle as large as the beat, as for a round fence.
 */
export const outOfArea: ShiftCheck = {
  kind: 'out-of-area',
  find(under) {
    const { area, columns, settings } = under
    const { outsideM } = columns
    if (!area || !outsideM) return []
    const limits = settings['out-of-area']
    const marginM = Math.max(limits.marginShare * area.radiusM, limits.marginMinM)
    const outings = outingsOf(under, outsideM, marginM).filter(
      ({ fromMs, toMs }) => toMs - fromMs >= limits.holdS * 1000,
    )
    return joined(outings, limits.joinS * 1000).map((group) => found(under, group, marginM))
  },
}

function outingsOf(under: ShiftUnderCheck, outsideM: Float64Array, marginM: number): Outing[] {
  const { track, columns, shift, settings } = under
  const { fixes: inARow } = settings['out-of-area']
  const outings: Outing[] = []
  let outing: Outing | undefined
  /** Rows in a row that say the opposite of what is believed. */
  let doubts: number[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  const end = (): void => {
    if (outing) outings.push(outing)
    outing = undefined
    doubts = []
  }
  for (let row = 0; row < track.count; row++) {
    if (columns.good[row] === 0) continue
    const timeMs = track.timeMs[row]!
    const isBreak = isInBreak(timeMs, shift.breaks)
    if (isBreak || timeMs - lastMs > MAX_SILENCE_MS) end()
    lastMs = timeMs
    if (isBreak) continue
    const surelyM = outsideM[row]! - columns.accuracyM[row]!
    if (outing && surelyM > 0) {
      extend(outing, timeMs, row, outsideM[row]!)
      doubts = []
    } else if (outing || surelyM > marginM) doubts.push(row)
    else doubts = []
    if (doubts.length < inARow) continue
    if (outing) end()
    else {
      const [first] = doubts
      outing = {
        fromMs: track.timeMs[first!]!,
        toMs: timeMs,
        farthestM: 0,
        farthestRow: row,
        fixes: 0,
      }
      for (const each of doubts) extend(outing, timeMs, each, outsideM[each]!)
      doubts = []
    }
  }
  end()
  return outings
}

/** It lasts until the last fix that was seen outside: silence is no evidence. */
function extend(outing: Outing, toMs: number, row: number, outM: number): void {
  outing.toMs = toMs
  outing.fixes++
  if (outM <= outing.farthestM) return
  outing.farthestM = outM
  outing.farthestRow = row
}

function found({ track }: ShiftUnderCheck, outings: Outing[], marginM: number): Found {
  const farthest = outings.reduce((best, each) => (each.farthestM > best.farthestM ? each : best))
  const outMs = outings.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const farthestM = Math.round(farthest.farthestM)
  return {
    fromMs: outings[0]!.fromMs,
    toMs: outings.at(-1)!.toMs,
    evidence: {
      outsideS: Math.round(outMs / 1000),
      farthestM,
      marginM: Math.round(marginM),
      fixes: outings.reduce((sum, { fixes }) => sum + fixes, 0),
      times: outings.length,
    },
    text: {
      zh: `越界${durationZh(outMs)}，最远离开责任区${farthestM}米`,
      en: `Out of the beat for ${durationEn(outMs)}, at most ${farthestM} m beyond its border`,
    },
    lat: track.lat[farthest.farthestRow]!,
    lon: track.lon[farthest.farthestRow]!,
  }
}
