import type { Track } from '../../../stores/track-store.ts'
import type { Span } from '../patrol-plan.ts'
import { joined } from '../planned-time.ts'
import { StepPlane } from '../shift-columns.ts'
import type { Found, Original, ShiftCheck, ShiftUnderCheck } from './check.ts'
import { clockText, durationEn, durationZh } from './words.ts'

/** How far times of the same position may be off the lag, which is known to 2 s. */
const LAG_SLACK_MS = 3000
/** A stretch may have so many fixes in a row that do not match, as where one of the two lost some. */
const MAX_MISSES = 10
/** A degree of latitude is nowhere shorter. */
const LEAST_M_PER_DEG_LAT = 110_500

interface Copy extends Span {
  row: number
  fixes: number
  matches: number
  original: Original
}

/**
 * Position copied (轨迹复制): `minFixes` or more fixes of which `minShare` have the position, within `toleranceM`, that
 * another device had at the same time or before, or this one had before, always the same time before. Two receivers on one
 * e-bike differ by metres, and nobody rides a street twice to the decimetre and the second.
 */
export const positionCopied: ShiftCheck = {
  kind: 'position-copied',
  find(under) {
    const { joinS } = under.settings['position-copied']
    const copies = under.originals
      .flatMap((original) => copiesOf(under, original))
      .sort((a, b) => a.fromMs - b.fromMs)
    return joined(copies, joinS * 1000).map((group) => found(under, group))
  },
}

function copiesOf({ track, settings }: ShiftUnderCheck, original: Original): Copy[] {
  const limits = settings['position-copied']
  const matcher = new Matcher(original, limits.toleranceM)
  const copies: Copy[] = []
  let copy: Copy | undefined
  let misses = 0
  /** Until the last match. */
  let fixes = 0
  const end = (): void => {
    if (
      copy &&
      copy.fixes >= limits.minFixes &&
      copy.matches >= limits.minShare * copy.fixes &&
      extentM(track, copy) >= limits.minExtentM
    )
      copies.push(copy)
    copy = undefined
  }
  for (let row = 0; row < track.count; row++) {
    const timeMs = track.timeMs[row]!
    const matches = matcher.matches(track, row)
    if (!matches) {
      fixes++
      if (++misses > MAX_MISSES) end()
      continue
    }
    misses = 0
    if (!copy) {
      copy = { fromMs: timeMs, toMs: timeMs, row, fixes: 0, matches: 0, original }
      fixes = 0
    }
    copy.toMs = timeMs
    copy.fixes = ++fixes
    copy.matches++
  }
  end()
  return copies
}

/** Whether the original had a position, asked in order of time. */
class Matcher {
  readonly #original: Original
  readonly #toleranceM: number
  readonly #plane = new StepPlane()
  #start = 0

  constructor(original: Original, toleranceM: number) {
    this.#original = original
    this.#toleranceM = toleranceM
  }

  matches({ timeMs, lat, lon }: Track, row: number): boolean {
    const { track, lagMs } = this.#original
    const thenMs = timeMs[row]! - lagMs
    const latSlackDeg = this.#toleranceM / LEAST_M_PER_DEG_LAT
    while (this.#start < track.count && track.timeMs[this.#start]! < thenMs - LAG_SLACK_MS) this.#start++
    for (let then = this.#start; then < track.count && track.timeMs[then]! <= thenMs + LAG_SLACK_MS; then++) {
      // Most are told apart by their latitude alone.
      if (Math.abs(track.lat[then]! - lat[row]!) > latSlackDeg) continue
      const offM = this.#plane.distanceM(track.lat[then]!, track.lon[then]!, lat[row]!, lon[row]!)
      if (offM <= this.#toleranceM) return true
    }
    return false
  }
}

/** How far the device got from where the copy begins: standing, everybody has the same positions. */
function extentM({ lat, lon, timeMs, count }: Track, { row: first, toMs }: Copy): number {
  const plane = new StepPlane()
  let farthestM = 0
  for (let row = first; row < count && timeMs[row]! <= toMs; row++)
    farthestM = Math.max(farthestM, plane.distanceM(lat[first]!, lon[first]!, lat[row]!, lon[row]!))
  return farthestM
}

function found({ track }: ShiftUnderCheck, copies: Copy[]): Found {
  const most = copies.reduce((best, each) => (each.matches > best.matches ? each : best))
  const { device } = most.original.track
  const thenMs = most.fromMs - most.original.lagMs
  const toMs = Math.max(...copies.map((copy) => copy.toMs))
  const copiedMs = copies.reduce((sum, copy) => sum + copy.toMs - copy.fromMs, 0)
  const isOwn = device === track.device
  const then = `${new Date(thenMs + 8 * 3_600_000).toISOString().slice(0, 10)} ${clockText(thenMs)}`
  return {
    fromMs: copies[0]!.fromMs,
    toMs,
    evidence: {
      fixes: most.fixes,
      sameShare: Math.round((most.matches / most.fixes) * 1000) / 1000,
      lagS: Math.round(most.original.lagMs / 1000),
      original: device,
      originalFrom: new Date(thenMs).toISOString(),
    },
    text: {
      zh: `${durationZh(copiedMs)}的位置与${isOwn ? '本设备' : `设备${device}`}${then}起的轨迹逐点相同`,
      en: `The positions of ${durationEn(copiedMs)} are those of ${isOwn ? 'this device' : device} from ${then} on, fix by fix`,
    },
    lat: track.lat[most.row]!,
    lon: track.lon[most.row]!,
  }
}
