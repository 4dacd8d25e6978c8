import { sunElevationDeg } from './daylight.ts'
import { jitter, wander } from './noise.ts'
import { Ongoing, shareAt } from './ongoing.ts'
import { dailyCycle, type Setting, type Signal, seedOf } from './setting.ts'

/** The electrical side of a lamp: mains_v, current_a, leakage_ma, phase_deg. */

const NOMINAL_V = 226
/** The grid sags in the evening when everybody cooks. */
const EVENING_V = 3
/** Below this a lamp's driver gives up. */
const DRIVER_MIN_V = 140
const PHOTOCELL_LUX = 40
/** The sun's upper edge at the horizon, refraction included. */
const SUNSET_DEG = -0.83
const MINUTE_MS = 60_000

export function mainsSignal(setting: Setting): Signal {
  const ownV = setting.stream('mains').between(-3, 3)
  const seed = seedOf(setting, 'mains noise')
  const moves = new Ongoing(setting.occurrences.of('mains'), ({ args }) => args.over)
  return (elapsedMs) => {
    let v = NOMINAL_V + ownV - EVENING_V * dailyCycle(setting, elapsedMs, 19)
    v += 1.5 * wander(seed, elapsedMs, 10 * MINUTE_MS)
    for (const one of moves.at(elapsedMs))
      v += (one.args.v - v) * shareAt(one, elapsedMs, one.args.over, one.args.over)
    return Math.max(0, v + 0.6 * jitter(seed, elapsedMs))
  }
}

/** Whether the lamp's own switch wants it to burn. */
export function switchedOn(
  { startMs, position }: Setting,
  by: 'photocell' | 'sun',
  sky: Signal,
): (elapsedMs: number) => boolean {
  if (by === 'photocell') return (elapsedMs) => sky(elapsedMs) < PHOTOCELL_LUX
  return (elapsedMs) => sunElevationDeg(startMs + elapsedMs, position.lat, position.lon) < SUNSET_DEG
}

/** current_a: about 0.6 A while it burns, with the driver's constant power; the transformer's offset else. */
export function currentSignal(setting: Setting, on: (elapsedMs: number) => boolean, mains: Signal): Signal {
  const { occurrences } = setting
  const burningA = setting.stream('current').between(0.5, 0.7)
  const seed = seedOf(setting, 'current noise')
  const deaths = new Ongoing(occurrences.of('lamp-dies'))
  const stuck = new Ongoing(occurrences.of('stays-on'))
  const flickers = new Ongoing(occurrences.of('flickers'))
  const dimmings = new Ongoing(occurrences.of('dims'))
  return (elapsedMs) => {
    const noiseA = 0.006 * jitter(seed, elapsedMs)
    const v = mains(elapsedMs)
    const dead = deaths.latestAt(elapsedMs) !== undefined || v < DRIVER_MIN_V
    if (dead || !(on(elapsedMs) || stuck.latestAt(elapsedMs))) return Math.max(0, noiseA)
    const flicker = flickers.latestAt(elapsedMs)
    if (flicker && (elapsedMs - flicker.beginMs) % flicker.args.period < flicker.args.period / 2)
      return Math.max(0, noiseA)
    const share = (dimmings.latestAt(elapsedMs)?.args.pct ?? 100) / 100
    return burningA * share * (NOMINAL_V / v) * (1 + 0.01 * jitter(seed + 1, elapsedMs)) + noiseA
  }
}

/** leakage_ma: a few milliamperes that wander in the wet; a leak on top. */
export function leakageSignal(setting: Setting): Signal {
  const { occurrences } = setting
  const usualMa = setting.stream('leakage').between(0.8, 4)
  const seed = seedOf(setting, 'leakage noise')
  const rains = new Ongoing(occurrences.of('rain'), ({ args }) => args.recedes)
  const leaks = new Ongoing(occurrences.of('leaks'))
  return (elapsedMs) => {
    let ma = usualMa + 0.3 * jitter(seed, elapsedMs)
    for (const one of rains.at(elapsedMs)) {
      const wet = shareAt(one, elapsedMs, 10 * MINUTE_MS, one.args.recedes)
      ma += one.args.ma * wet * (0.5 + 0.5 * wander(one.seed, elapsedMs, 40_000))
    }
    for (const one of leaks.at(elapsedMs)) ma += one.args.ma * shareAt(one, elapsedMs, one.args.over, 0)
    return Math.max(0, ma)
  }
}

/** phase_deg: the lamp's own phase, as the meter counts it: -180 … 180. */
export function phaseSignal(setting: Setting, ownDeg: number): Signal {
  const offDeg = setting.stream('phase').between(-3, 3)
  const seed = seedOf(setting, 'phase noise')
  const shifts = new Ongoing(setting.occurrences.of('phase-shifts'))
  return (elapsedMs) => {
    let deg = ownDeg + offDeg + 2 * wander(seed, elapsedMs, 10 * MINUTE_MS) + 0.5 * jitter(seed, elapsedMs)
    for (const one of shifts.at(elapsedMs)) deg += one.args.deg
    return deg - 360 * Math.round(deg / 360)
  }
}
