import type { Random } from '../random.ts'
import { type Epoch, gga, gsa, gsv, rmc, type SatelliteInView, vtg, zda } from './nmea-sentences.ts'

/** Which sentences a make of receiver writes each second, in which order, under which talkers. */

interface Constellation {
  /** Talker of GSV. */
  talker: string
  /** NMEA 4.11 system id. */
  systemId: number
  firstSatellite: number
  satellites: number
}

const GPS: Constellation = { talker: 'GP', systemId: 1, firstSatellite: 1, satellites: 10 }
const BEIDOU_GB: Constellation = { talker: 'GB', systemId: 4, firstSatellite: 6, satellites: 12 }
const BEIDOU_BD: Constellation = { ...BEIDOU_GB, talker: 'BD' }

interface Make {
  /** Talker of RMC, GGA, VTG, ZDA and GSA. */
  talker: string
  constellations: readonly Constellation[]
  /** NMEA 4.11: navigational status in RMC, system id in GSA. */
  nmea411: boolean
  ggaFirst: boolean
}

const MAKES: readonly Make[] = [
  { talker: 'GN', constellations: [GPS, BEIDOU_GB], nmea411: true, ggaFirst: false },
  { talker: 'GN', constellations: [GPS, BEIDOU_BD], nmea411: false, ggaFirst: true },
  { talker: 'BD', constellations: [BEIDOU_BD], nmea411: false, ggaFirst: true },
  { talker: 'GP', constellations: [GPS], nmea411: false, ggaFirst: false },
  { talker: 'GB', constellations: [BEIDOU_GB], nmea411: true, ggaFirst: false },
]

const SKY_EVERY_S = 5

export class ReceiverModel {
  readonly #make: Make
  readonly #random: Random
  readonly #sky: { constellation: Constellation; satellites: SatelliteInView[] }[]
  #second = 0

  constructor(random: Random) {
    this.#random = random
    this.#make = random.pick(MAKES)
    this.#sky = this.#make.constellations.map((constellation) => ({
      constellation,
      satellites: Array.from({ length: constellation.satellites }, (_, index) => ({
        number: constellation.firstSatellite + index * 2 + random.integer(0, 1),
        elevationDeg: random.between(8, 85),
        azimuthDeg: random.between(0, 360),
      })),
    }))
  }

  /** The sentences of one epoch: RMC, GGA, GSA, VTG, ZDA, and every 5 s GSV. */
  write(epoch: Epoch): string {
    const { talker, nmea411, ggaFirst } = this.#make
    const first = ggaFirst
      ? gga(talker, epoch) + rmc(talker, epoch, nmea411)
      : rmc(talker, epoch, nmea411) + gga(talker, epoch)
    let out = first + this.#used(epoch)
    if (this.#second++ % SKY_EVERY_S === 0) out += this.#inView(epoch.valid)
    return out + vtg(talker, epoch) + zda(talker, epoch)
  }

  #used(epoch: Epoch): string {
    const { talker, nmea411 } = this.#make
    const share = Math.ceil(epoch.satellites / this.#sky.length)
    return this.#sky
      .map(({ constellation, satellites }) =>
        gsa(
          talker,
          epoch.valid ? satellites.slice(0, share).map((satellite) => satellite.number) : [],
          epoch.valid ? epoch.hdop : undefined,
          epoch.valid,
          nmea411 ? constellation.systemId : undefined,
        ),
      )
      .join('')
  }

  #inView(tracking: boolean): string {
    return this.#sky
      .map(({ constellation, satellites }) => {
        for (const satellite of satellites) {
          // Half a degree a minute, as satellites in medium orbit move.
          satellite.azimuthDeg = (satellite.azimuthDeg + SKY_EVERY_S / 120) % 360
          satellite.snr = tracking ? 25 + satellite.elevationDeg / 5 + this.#random.between(-3, 3) : undefined
        }
        return gsv(constellation.talker, satellites)
      })
      .join('')
  }
}
