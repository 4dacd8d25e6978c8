import type { District } from '../../proto/district.ts'
import { streetGraph } from '../city/street-graph.ts'
import { Random } from '../random.ts'
import type { Mishap } from './mishaps.ts'
import { type Heard, OnboardReceiver, type OnboardReceiverOptions } from './onboard-receiver.ts'
import { type Motion, Rider } from './rider.ts'
import { SkyView, type Surroundings } from './surroundings.ts'

/**
 * An e-bike on patrol. In: a district, a beat, a seed, a start time. Out, epoch by epoch: the bytes that its
 * receiver writes, and where it really was. Nothing is read from a clock, so hours take milliseconds. Construction
 * fails on options that cannot be; riding does not fail.
 *
 * rider (truth) → sky view (canyons, tunnels) → one receiver with its line, or several
 */

export interface EbikeRideOptions extends OnboardReceiverOptions {
  id: string
  seed: number
  district: District
  /** Codes of the grids to patrol. */
  beat: readonly string[]
  /** Unix ms; the first epoch is the next whole second. */
  startMs: number
  /** What differs from a city with a few canyons and no tunnels. */
  surroundings?: Partial<Surroundings> | undefined
  /** Receivers that ride along, each with an error and a line of its own. Their rates divide that of the first. */
  others?: readonly OnboardReceiverOptions[] | undefined
  /** The e-bike that the receivers are really on, where it is another: one inspector carries the devices of two. */
  rideOf?: string | undefined
}

export interface RideTruth extends Omit<Heard, 'bytes'> {
  timeMs: number
  lat: number
  lon: number
  speedMps: number
  courseDeg: number
  /** Id of the street. */
  onStreet: string | undefined
}

export interface RideEpoch {
  timeMs: number
  /** Of the first receiver; empty without power. */
  bytes: Uint8Array
  /** Where the e-bike was, and what the first receiver lacked. */
  truth: RideTruth
  /** Of the other receivers, in their order. One that is slower than the first has empty bytes between its epochs. */
  others: readonly Heard[]
}

const NOTHING: Heard = { bytes: new Uint8Array() }

export class EbikeRide {
  readonly id: string
  readonly beat: readonly string[]
  readonly #graph: ReturnType<typeof streetGraph>
  readonly #rider: Rider
  readonly #sky: SkyView
  readonly #receiver: OnboardReceiver
  readonly #others: readonly OnboardReceiver[]
  readonly #startMs: number
  #epochs = 0
  /** Where the rider is at the end of the seconds ridden so far. */
  #motion: Motion
  #riddenS = 0

  /** @throws RangeError when the district has no streets or none lies in the beat, or for options that cannot be. */
  constructor(options: EbikeRideOptions) {
    const { id, seed, beat } = options
    this.id = id
    this.beat = beat
    this.#graph = streetGraph(options.district)
    this.#sky = new SkyView(this.#graph, options.surroundings)
    this.#rider = new Rider(this.#graph, beat, new Random(seed, `${options.rideOf ?? id}/rider`))
    this.#motion = this.#rider.step()
    this.#receiver = new OnboardReceiver(options, seed, id)
    this.#others = (options.others ?? []).map(
      (other, index) => new OnboardReceiver(other, seed, `${id}/${index + 2}`),
    )
    for (const { rateHz } of this.#others)
      if (this.#receiver.rateHz % rateHz !== 0)
        throw new RangeError(
          `rateHz of another receiver: found ${rateHz}, expected a rate that divides the first receiver's ${this.#receiver.rateHz}`,
        )
    this.#startMs = Math.ceil(options.startMs / 1000) * 1000
  }

  /** Time of the epoch that `next` gives, Unix ms. */
  get nextMs(): number {
    return this.#startMs + this.#offsetMs(this.#epochs)
  }

  /** How often each mishap of the first receiver's line has happened so far. */
  get happened(): Readonly<Record<Mishap, number>> {
    return this.#receiver.happened
  }

  next(): RideEpoch {
    const epoch = this.#epochs++
    const timeMs = this.#startMs + this.#offsetMs(epoch)
    const motion = this.#motionAt(epoch)
    const { xM, yM, speedMps, courseDeg, street } = motion
    const { plane } = this.#graph
    const rideS = (timeMs - this.#startMs) / 1000
    const situation = {
      timeMs,
      rideS,
      speedMps,
      courseDeg,
      canyon: this.#sky.isCanyon(motion),
      covered: this.#sky.isCovered(motion, rideS),
      toWgs84: (eastM: number, northM: number) => plane.toWgs84({ xM: xM + eastM, yM: yM + northM }),
    }
    const { bytes, ...without } = this.#receiver.hear(situation)
    const { rateHz } = this.#receiver
    return {
      timeMs,
      bytes,
      truth: { timeMs, ...plane.toWgs84({ xM, yM }), speedMps, courseDeg, onStreet: street, ...without },
      others: this.#others.map((other) =>
        epoch % (rateHz / other.rateHz) === 0 ? other.hear(situation) : NOTHING,
      ),
    }
  }

  #motionAt(epoch: number): Motion {
    const { rateHz } = this.#receiver
    const second = Math.floor(epoch / rateHz)
    const share = (epoch % rateHz) / rateHz
    // Between two seconds, the one at the end has been ridden already.
    while (this.#riddenS < Math.ceil(epoch / rateHz)) {
      this.#motion = this.#rider.step()
      this.#riddenS++
    }
    return second === this.#riddenS ? this.#motion : this.#rider.within(share)
  }

  /** Receivers write hundredths of a second: so is time cut. */
  #offsetMs(epoch: number): number {
    return Math.round((epoch * 100) / this.#receiver.rateHz) * 10
  }
}
