import type { Span } from '../patrol-plan.ts'
import { joined, workedMs } from '../planned-time.ts'
import type { Found, ShiftCheck, ShiftUnderCheck } from './check.ts'
import { durationEn, durationZh } from './words.ts'

/** Slower is standing: receivers tell such speeds at rest. */
const MOVING_MPS = 1
/** Of the told speeds of a run. */
const MOVING_SHARE = 0.5
/** Longer without a fix, and the device may have been away and come back. */
const MAX_STEP_MS = 120_000

type Why = 'moving' | 'nothing-changes' | 'no-scatter'

interface Run extends Span {
  row: number
  fixes: number
  why: Why
}

const WHY: Record<Why, { zh: string; en: string }> = {
  moving: { zh: '但速度不为零', en: 'while the receiver told a speed' },
  'nothing-changes': {
    zh: '且高程、精度、卫星数均不变',
    en: 'with altitude, HDOP and satellites unchanged, too',
  },
  'no-scatter': { zh: '无任何漂移', en: 'without any scatter' },
}

/**
 * Position frozen (定位冻结): the same coordinates in every fix of a run. At rest a receiver that holds its position
 * (static navigation) does so honestly, telling the speed 0 while satellites and HDOP go on changing; so it is a
 * finding only while a speed is told, or where nothing that is told changes, or where nothing else is told for long.
 */
export const positionFrozen: ShiftCheck = {
  kind: 'position-frozen',
  find(under) {
    const { joinS } = under.settings['position-frozen']
    return joined(frozenRuns(under), joinS * 1000).map((group) => found(under, group))
  },
}

function frozenRuns(under: ShiftUnderCheck): Run[] {
  const { track } = under
  const { lat, lon, timeMs, count } = track
  const runs: Run[] = []
  let start = 0
  for (let row = 1; row <= count; row++) {
    if (
      row < count &&
      lat[row] === lat[start] &&
      lon[row] === lon[start] &&
      timeMs[row]! - timeMs[row - 1]! <= MAX_STEP_MS
    )
      continue
    const why = whyFrozen(under, start, row)
    if (why)
      runs.push({ row: start, fixes: row - start, fromMs: timeMs[start]!, toMs: timeMs[row - 1]!, why })
    start = row
  }
  return runs
}

/** Rows from `start` to before `end` have the same position. */
function whyFrozen({ track, shift, settings }: ShiftUnderCheck, start: number, end: number): Why | undefined {
  const limits = settings['position-frozen']
  if (end - start < limits.minFixes) return undefined
  const span = { fromMs: track.timeMs[start]!, toMs: track.timeMs[end - 1]! }
  if (span.toMs - span.fromMs < limits.movingS * 1000) return undefined
  let told = 0
  let moving = 0
  for (let row = start; row < end; row++) {
    const mps = track.speedMps[row]!
    if (Number.isNaN(mps)) continue
    told++
    if (mps > MOVING_MPS) moving++
  }
  if (told >= limits.minFixes && moving >= MOVING_SHARE * told) return 'moving'
  const stoodMs = workedMs(span, shift.breaks)
  if (stoodMs >= limits.stillMin * 60_000 && nothingChanges(track, start, end)) return 'nothing-changes'
  const tellsNothing =
    told === 0 && Number.isNaN(track.hdop[start]!) && Number.isNaN(track.satellites[start]!)
  return tellsNothing && stoodMs >= limits.untoldMin * 60_000 ? 'no-scatter' : undefined
}

/** Altitude, HDOP and satellites are told, and they stay as they are: a sky that does not turn. */
function nothingChanges(track: ShiftUnderCheck['track'], start: number, end: number): boolean {
  return [track.altM, track.hdop, track.satellites].every((column) => {
    const first = column[start]!
    for (let row = start; row < end; row++) if (column[row] !== first) return false
    return !Number.isNaN(first)
  })
}

function found({ track }: ShiftUnderCheck, runs: Run[]): Found {
  const first = runs[0]!
  const frozenMs = runs.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const why = WHY[first.why]
  return {
    fromMs: first.fromMs,
    toMs: runs.at(-1)!.toMs,
    evidence: {
      frozenS: Math.round(frozenMs / 1000),
      fixes: runs.reduce((sum, { fixes }) => sum + fixes, 0),
      sign: first.why,
    },
    text: {
      zh: `坐标${durationZh(frozenMs)}完全不变，${why.zh}`,
      en: `The same coordinates for ${durationEn(frozenMs)} ${why.en}`,
    },
    lat: track.lat[first.row]!,
    lon: track.lon[first.row]!,
  }
}
