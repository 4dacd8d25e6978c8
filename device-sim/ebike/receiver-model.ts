import type { Random } from '../random.ts'
import type { Make } from './makes.ts'
import { type Epoch, gga, gsa, gsv, rmc, vtg, zda } from './nmea-sentences.ts'
import { Sky } from './sky.ts'

/** Which sentences a make of receiver writes each epoch, in which order, under which talkers. */

const SKY_EVERY_S = 5
/** A GSA has room for twelve satellites; GGA counts them all. */
const GSA_SATELLITES = 12

export class ReceiverModel {
  readonly #make: Make
  readonly #sky: Sky
  readonly #skyEveryEpochs: number
  #epochs = 0

  constructor(make: Make, rateHz: number, random: Random) {
    this.#make = make
    this.#sky = new Sky(make.constellations, random)
    this.#skyEveryEpochs = SKY_EVERY_S * rateHz
  }

  /** The sentences of one epoch: RMC, GGA, GSA, VTG, ZDA, and every 5 s GSV. */
  write(epoch: Epoch): string {
    const { talker, ggaFirst } = this.#make
    const first = ggaFirst
      ? gga(talker, epoch) + rmc(talker, epoch, this.#make)
      : rmc(talker, epoch, this.#make) + gga(talker, epoch)
    let out = first + this.#used(epoch)
    if (this.#epochs++ % this.#skyEveryEpochs === 0) out += this.#inView(epoch)
    return out + vtg(talker, epoch) + zda(talker, epoch)
  }

  #used(epoch: Epoch): string {
    const { talker, nmea411, constellations } = this.#make
    const used = this.#sky.used(epoch.valid ? epoch.satellites : 0)
    return used
      .map((numbers, index) =>
        gsa(
          talker,
          numbers.slice(0, GSA_SATELLITES),
          epoch,
          nmea411 ? constellations[index]!.systemId : undefined,
        ),
      )
      .join('')
  }

  #inView({ satellites, valid }: Epoch): string {
    return this.#sky
      .inView(satellites, valid, SKY_EVERY_S)
      .map(({ constellation, satellites }) => gsv(constellation.talker, satellites))
      .join('')
  }
}
