import type { Judgement, MakeFaultDetector, Moment } from '../fault-detector.ts'
import { LearntBackground } from '../learnt-background.ts'
import { Threshold } from '../threshold.ts'

/**
 * Cover tilted (井盖倾斜), pole tilted (灯杆倾斜): the angle away from the background angle, which is learnt or
 * pinned by the configuration. Beyond `atOnceDeg` it is raised at once.
 *
 * A truck shakes a cover for less than 2 s and to both sides: an angle that swings over to the other side was
 * not held, and while samples come fast, one that passes through the level was not a recovery.
 */
export const tilt: MakeFaultDetector<'tilt'> = (rule, context) => {
  const { atOnceDeg, backgroundDeg, clear, settleMs } = rule
  const threshold = new Threshold(rule, context.raised)
  const learnt = backgroundDeg === undefined ? new LearntBackground(rule, context.memory) : undefined
  const atOnce = { raise: atOnceDeg, clear, holdMs: 0 }
  let side = 0
  let last: { deg: number; atMs: number } | undefined
  let levelSinceMs: number | undefined

  function judge(deg: number, { atMs }: Moment): Judgement {
    const background = learnt?.deg ?? backgroundDeg ?? 0
    const signedDeg = shortWayRound(deg - background)
    const leanDeg = Math.abs(signedDeg)
    const judged = { value: leanDeg, context: { background_deg: background } }

    const sinceLastMs = last ? atMs - last.atMs : Number.POSITIVE_INFINITY
    last = { deg, atMs }
    if (leanDeg > clear) levelSinceMs = undefined
    else levelSinceMs ??= atMs
    if (Math.sign(signedDeg) !== side) threshold.stopHolding()
    side = Math.sign(signedDeg)

    if (leanDeg >= atOnceDeg && !threshold.raised) {
      learnt?.disturb()
      return { ...judged, verdict: threshold.raiseNow(), thresholds: atOnce }
    }
    if (threshold.raised && levelSinceMs !== undefined) {
      const settled = atMs - levelSinceMs >= settleMs || sinceLastMs >= settleMs
      if (!settled) return judged
    }
    const verdict = threshold.observe(leanDeg, atMs)
    if (threshold.raised || leanDeg >= clear) learnt?.disturb()
    else learnt?.observe(deg, atMs)
    return { ...judged, verdict }
  }

  return {
    get raised() {
      return threshold.raised
    },
    observe: (observation) =>
      observation.metric === context.metric ? judge(observation.value, observation) : undefined,
    tick(now) {
      if (rule.lastStands !== true || !last || !threshold.holding) return undefined
      const judged = judge(last.deg, now)
      return judged.verdict && judged
    },
    takeSuppressed: () => threshold.takeSuppressed(),
  }
}

/** An angle between -180 and 180. */
const shortWayRound = (deg: number): number => deg - 360 * Math.round(deg / 360)
