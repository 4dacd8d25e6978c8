import type { OccurrenceOf } from '../scenario/occurrences.ts'
import { jitter, wander } from './noise.ts'
import { Ongoing, shareAt } from './ongoing.ts'
import { dailyCycle, type Setting, type Signal, seedOf } from './setting.ts'

/**
 * tilt_deg of a cover or a pole: how it was installed (no road is flat), a breath of the day's warmth, the noise
 * of an inclinometer; leaning, an opened lid, settling, traffic and wind on top.
 */

const NOISE_DEG = 0.12
const WARMTH_DEG = 0.08
/** An opened lid is up within a second. */
const LID_MS = 1000
const DAY_MS = 86_400_000
/** Wind rises and falls within this. */
const GUSTS_MS = 9000

export function tiltSignal(setting: Setting): Signal {
  const { occurrences } = setting
  const installedDeg = setting.stream('tilt').gauss() * 0.9
  const seed = seedOf(setting, 'tilt noise')
  const tilts = new Ongoing(occurrences.of('tilts'), ({ args }) => args.over)
  const lids = new Ongoing(occurrences.of('opens'), () => LID_MS)
  const settlings = new Ongoing(occurrences.of('settles'), () => Number.POSITIVE_INFINITY)
  const trucks = new Ongoing(occurrences.of('truck'))
  const winds = new Ongoing(occurrences.of('wind'), () => GUSTS_MS)

  return (elapsedMs) => {
    let deg =
      installedDeg + WARMTH_DEG * dailyCycle(setting, elapsedMs, 15) + NOISE_DEG * jitter(seed, elapsedMs)
    for (const one of tilts.at(elapsedMs))
      deg += one.args.deg * shareAt(one, elapsedMs, one.args.over, one.args.over)
    for (const one of lids.at(elapsedMs)) deg += one.args.deg * shareAt(one, elapsedMs, LID_MS, LID_MS)
    for (const { args, beginMs, endMs } of settlings.at(elapsedMs))
      deg += (args.degPerDay * (Math.min(elapsedMs, endMs) - beginMs)) / DAY_MS
    for (const truck of trucks.at(elapsedMs)) deg += shakingDeg(truck, elapsedMs)
    for (const wind of winds.at(elapsedMs)) deg += swayDeg(wind, elapsedMs)
    return deg
  }
}

/** A damped swing to both sides that has died away before its end. */
function shakingDeg({ args, beginMs, endMs, seed }: OccurrenceOf<'truck'>, elapsedMs: number): number {
  const sinceS = (elapsedMs - beginMs) / 1000
  const fadesS = (endMs - beginMs) / 1000 / 3.5
  const hz = 3 + (seed % 1000) / 400
  const side = seed % 2 === 0 ? 1 : -1
  return side * args.deg * Math.exp(-sinceS / fadesS) * Math.cos(2 * Math.PI * hz * sinceS)
}

/** To and fro about the upright, in gusts. */
function swayDeg(wind: OccurrenceOf<'wind'>, elapsedMs: number): number {
  const gust = 0.65 + 0.35 * wander(wind.seed, elapsedMs, GUSTS_MS)
  const swing = Math.sin((2 * Math.PI * (elapsedMs - wind.beginMs)) / wind.args.period)
  return wind.args.deg * gust * swing * shareAt(wind, elapsedMs, GUSTS_MS, GUSTS_MS)
}
