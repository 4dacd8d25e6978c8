import type { Judgement, MakeFaultDetector, Moment } from '../fault-detector.ts'
import { LearntBackground } from '../learnt-background.ts'
import { Recovery } from '../recovery.ts'
import { ShakenHold } from '../shaken-hold.ts'
import { Threshold } from '../threshold.ts'

/**
 * Cover tilted (井盖倾斜), pole tilted (灯杆倾斜): the angle away from the background angle, which is learnt or
 * pinned by the configuration. Beyond `atOnceDeg` it is raised at once.
 *
 * A truck shakes a cover for less than 2 s and to both sides: an angle that swings to both sides was not held, a
 * swing through the level does not end a hold, and it was not a recovery either.
 */
export const tilt: MakeFaultDetector<'tilt'> = (rule, context) => {
  const { atOnceDeg, backgroundDeg, raise, clear, settleMs, vibrationMs, lastStands } = rule
  const threshold = new Threshold(rule, context.raised)
  const hold = new ShakenHold(rule)
  const recovery = new Recovery({ settleMs, sparseMs: vibrationMs, lastStands })
  const learnt = backgroundDeg === undefined ? new LearntBackground(rule, context.memory) : undefined
  const atOnce = { raise: atOnceDeg, clear, holdMs: 0 }
  let lastDeg: number | undefined

  function judge(deg: number, { atMs }: Moment, isReading: boolean): Judgement {
    const background = learnt?.deg ?? backgroundDeg ?? 0
    const signedDeg = shortWayRound(deg - background)
    const leanDeg = Math.abs(signedDeg)
    const judged = { value: leanDeg, context: { background_deg: background } }
    const back = leanDeg <= clear
    const isOver = isReading ? recovery.observe(back, atMs) : back && recovery.stands(atMs)

    if (threshold.raised) {
      learnt?.disturb()
      return isOver ? { ...judged, verdict: threshold.observe(leanDeg, atMs) } : judged
    }
    const held = hold.observe(leanDeg >= raise ? Math.sign(signedDeg) : 0, atMs)
    if (leanDeg >= clear) learnt?.disturb()
    else if (isReading) learnt?.observe(deg, atMs)
    const isAtOnce = leanDeg >= atOnceDeg
    if (!held && !isAtOnce) return judged
    hold.reset()
    return { ...judged, verdict: threshold.raiseNow(), ...(isAtOnce ? { thresholds: atOnce } : {}) }
  }

  return {
    get raised() {
      return threshold.raised
    },
    observe(observation) {
      if (observation.metric !== context.metric) return undefined
      lastDeg = observation.value
      return judge(lastDeg, observation, true)
    },
    tick(now) {
      if (lastStands !== true || lastDeg === undefined) return undefined
      if (!(threshold.raised ? recovery.pending : hold.holding)) return undefined
      const judged = judge(lastDeg, now, false)
      return judged.verdict && judged
    },
    takeSuppressed: () => hold.takeSuppressed(),
  }
}

/** An angle between -180 and 180. */
const shortWayRound = (deg: number): number => deg - 360 * Math.round(deg / 360)
