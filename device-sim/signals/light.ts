import { skyLux, sunElevationDeg } from './daylight.ts'
import { jitter } from './noise.ts'
import { Ongoing, shareAt } from './ongoing.ts'
import { type Setting, type Signal, seedOf } from './setting.ts'

/** Light: of the sky over a lamp, and what its sensor makes of it (light_lux). */

/** The street's own light at night. */
const NIGHT_LUX = 1.5

/** The sky's light with the clouds that are there; smooth, so that a photocell switches once at dusk. */
export function skySignal({ startMs, position, occurrences }: Setting): Signal {
  const clouds = new Ongoing(occurrences.of('clouds'), ({ args }) => args.over)
  return (elapsedMs) => {
    let lux = skyLux(sunElevationDeg(startMs + elapsedMs, position.lat, position.lon))
    for (const one of clouds.at(elapsedMs))
      lux *= 1 - (one.args.pct / 100) * shareAt(one, elapsedMs, one.args.over, one.args.over)
    return lux
  }
}

/** light_lux: sky and street, headlights, a leaf on the glass; the noise grows with the light. */
export function lightSignal(setting: Setting, sky: Signal): Signal {
  const seed = seedOf(setting, 'light noise')
  const headlights = new Ongoing(setting.occurrences.of('headlights'))
  const covers = new Ongoing(setting.occurrences.of('sensor-covered'))
  return (elapsedMs) => {
    let lux = sky(elapsedMs) + NIGHT_LUX
    for (const one of headlights.at(elapsedMs)) lux += one.args.lux * shareAt(one, elapsedMs, 300, 0)
    for (const one of covers.at(elapsedMs)) lux *= 1 - one.args.pct / 100
    return Math.max(0, lux * (1 + 0.03 * jitter(seed, elapsedMs)) + 0.3 * jitter(seed + 1, elapsedMs))
  }
}
