import { sunElevationDeg } from './daylight.ts'
import { jitter, wander } from './noise.ts'
import { Ongoing, shareAt } from './ongoing.ts'
import { dailyCycle, type Setting, type Signal, seedOf } from './setting.ts'

/** temperature_c: of the air in a well, or inside the cabinet of a lamp, on which the sun shines. */

/** Mean and swing of the day; what full sun adds. */
const WELL = { meanC: 17, swingC: 1.5, sunC: 0 }
const CABINET = { meanC: 21, swingC: 6, sunC: 19 }
const HOUR_MS = 3_600_000

export function temperatureSignal(setting: Setting, kind: 'manhole' | 'lamp'): Signal {
  const { startMs, position } = setting
  const { meanC, swingC, sunC } = kind === 'manhole' ? WELL : CABINET
  const ownC = setting.stream('temperature').gauss() * 1.2
  const seed = seedOf(setting, 'temperature noise')
  const heatings = new Ongoing(setting.occurrences.of('heats'), ({ args }) => args.cools)
  return (elapsedMs) => {
    const sunDeg = sunC > 0 ? sunElevationDeg(startMs + elapsedMs, position.lat, position.lon) : 0
    const sunny =
      Math.max(0, Math.sin((sunDeg * Math.PI) / 180)) * (0.8 + 0.2 * wander(seed, elapsedMs, HOUR_MS))
    let c = meanC + ownC + swingC * dailyCycle(setting, elapsedMs, 15) + sunC * sunny
    c += 0.1 * jitter(seed, elapsedMs)
    for (const one of heatings.at(elapsedMs))
      c += one.args.c * shareAt(one, elapsedMs, one.args.over, one.args.cools)
    return c
  }
}
