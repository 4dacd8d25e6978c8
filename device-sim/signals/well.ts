import { jitter, wander } from './noise.ts'
import { Ongoing, shareAt } from './ongoing.ts'
import { dailyCycle, type Setting, type Signal, seedOf } from './setting.ts'

/** What a well holds: water_depth_m, gas_lel_pct, and the battery of its sensor, battery_pct. */

const HOUR_MS = 3_600_000

/** Some centimetres that come and go with the day's use; rain fills it slowly, a burst pipe fast. */
export function waterSignal(setting: Setting): Signal {
  const { occurrences } = setting
  const usualM = setting.stream('water').between(0.06, 0.3)
  const seed = seedOf(setting, 'water noise')
  const rains = new Ongoing(occurrences.of('rain'), ({ args }) => args.recedes)
  const bursts = new Ongoing(occurrences.of('burst'), ({ args }) => args.recedes)
  return (elapsedMs) => {
    let m = usualM + 0.015 * dailyCycle(setting, elapsedMs, 20) + 0.003 * jitter(seed, elapsedMs)
    for (const one of rains.at(elapsedMs)) {
      // It rises to its end; one without an end rises as if it lasted an hour.
      const lengthMs = Number.isFinite(one.endMs) ? one.endMs - one.beginMs : HOUR_MS
      m += one.args.m * shareAt(one, elapsedMs, lengthMs, one.args.recedes)
    }
    for (const one of bursts.at(elapsedMs))
      m += one.args.m * shareAt(one, elapsedMs, one.args.over, one.args.recedes)
    return m
  }
}

/** A sewer's own breath, more of it at night; a leak on top. */
export function gasSignal(setting: Setting): Signal {
  const usualPct = setting.stream('gas').between(0.4, 2.5)
  const seed = seedOf(setting, 'gas noise')
  const leaks = new Ongoing(setting.occurrences.of('gas-leaks'), ({ args }) => args.fades)
  return (elapsedMs) => {
    let pct =
      usualPct * (1 + 0.4 * dailyCycle(setting, elapsedMs, 4) + 0.3 * wander(seed, elapsedMs, HOUR_MS / 4))
    pct += 0.25 * jitter(seed, elapsedMs)
    for (const one of leaks.at(elapsedMs))
      pct += one.args.pct * shareAt(one, elapsedMs, one.args.over, one.args.fades)
    return Math.max(0, pct)
  }
}

const PCT_A_DAY = 0.08

/** Falls by a breath a day; what is drained, and what a sending radio takes, on top. */
export function batterySignal(setting: Setting): Signal {
  const { occurrences } = setting
  const fullPct = setting.stream('battery').between(62, 98)
  const seed = seedOf(setting, 'battery noise')
  const drains = new Ongoing(occurrences.of('battery-drains'))
  const sags = new Ongoing(occurrences.of('battery-sags'), () => 2000)
  return (elapsedMs) => {
    let pct = fullPct - (PCT_A_DAY * elapsedMs) / (24 * HOUR_MS) + 0.2 * jitter(seed, elapsedMs)
    const drain = drains.latestAt(elapsedMs)
    if (drain) pct += Math.min(0, drain.args.pct - pct) * shareAt(drain, elapsedMs, drain.args.over, 0)
    for (const one of sags.at(elapsedMs)) pct -= one.args.pct * shareAt(one, elapsedMs, 200, 2000)
    return Math.max(0, pct)
  }
}
