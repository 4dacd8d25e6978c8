import type { District } from '../../proto/district.ts'
import { streetGraph } from '../city/street-graph.ts'
import { Random } from '../random.ts'
import { type Mishaps, throughBadCable } from './mishaps.ts'
import { DEFAULT_NOISE, Receiver, type ReceiverNoise } from './receiver.ts'
import { ReceiverModel } from './receiver-model.ts'
import { Rider } from './rider.ts'

/**
 * An e-bike on patrol. In: a district, a beat, a seed, a start time. Out, second by second: the bytes that its
 * receiver writes, and where it really was. Nothing is read from a clock, so hours take milliseconds.
 *
 * rider (truth) → receiver (error, gaps) → receiver model (sentences) → cable (mishaps)
 */

export interface EbikeRideOptions {
  id: string
  seed: number
  district: District
  /** Codes of the grids to patrol. */
  beat: readonly string[]
  /** Unix ms; the first epoch is the next whole second. */
  startMs: number
  /** What differs from the default noise. */
  noise?: Partial<ReceiverNoise> | undefined
  /** None unless given. */
  mishaps?: Partial<Mishaps> | undefined
}

export interface RideTruth {
  timeMs: number
  lat: number
  lon: number
  speedMps: number
  courseDeg: number
  /** Id of the street. */
  onStreet: string | undefined
  /** Why there is no fix of this second. */
  gap?: 'no-fix' | 'no-power'
}

export interface RideSecond {
  timeMs: number
  /** Empty without power. */
  bytes: Uint8Array
  truth: RideTruth
}

/** One street in so many is a canyon: high walls, poor fixes. */
const CANYON_SHARE = 0.08
const NOTHING = new Uint8Array()

export class EbikeRide {
  readonly id: string
  readonly beat: readonly string[]
  readonly #graph: ReturnType<typeof streetGraph>
  readonly #canyons: Set<string>
  readonly #rider: Rider
  readonly #receiver: Receiver
  readonly #model: ReceiverModel
  readonly #mishaps: Mishaps | undefined
  readonly #cable: Random
  #nextMs: number

  /** @throws RangeError when the district has no streets or none lies in the beat. */
  constructor(options: EbikeRideOptions) {
    const { id, seed, beat } = options
    const stream = (part: string) => new Random(seed, `${id}/${part}`)
    this.id = id
    this.beat = beat
    this.#graph = streetGraph(options.district)
    this.#canyons = canyonStreets(this.#graph.edges.map((edge) => edge.street))
    this.#rider = new Rider(this.#graph, beat, stream('rider'))
    this.#receiver = new Receiver({ ...DEFAULT_NOISE, ...options.noise }, stream('receiver'))
    this.#model = new ReceiverModel(stream('model'))
    this.#mishaps = options.mishaps && { lostBytes: 0, binaryBurstsPerHour: 0, ...options.mishaps }
    this.#cable = stream('cable')
    this.#nextMs = Math.ceil(options.startMs / 1000) * 1000
  }

  /** Time of the second that `next` gives, Unix ms. */
  get nextMs(): number {
    return this.#nextMs
  }

  next(): RideSecond {
    const timeMs = this.#nextMs
    this.#nextMs += 1000
    const { xM, yM, speedMps, courseDeg, street } = this.#rider.step()
    const { plane } = this.#graph
    const truth: RideTruth = {
      timeMs,
      ...plane.toWgs84({ xM, yM }),
      speedMps,
      courseDeg,
      onStreet: street,
    }
    const observation = this.#receiver.observe({
      timeMs,
      speedMps,
      courseDeg,
      canyon: this.#canyons.has(street),
      toWgs84: (eastM, northM) => plane.toWgs84({ xM: xM + eastM, yM: yM + northM }),
    })
    if (!observation) return { timeMs, bytes: NOTHING, truth: { ...truth, gap: 'no-power' } }
    if (observation.gap) truth.gap = observation.gap
    const bytes = Buffer.from(this.#model.write(observation.epoch), 'latin1')
    return {
      timeMs,
      bytes: this.#mishaps ? throughBadCable(bytes, this.#mishaps, this.#cable) : bytes,
      truth,
    }
  }
}

/** Chosen by the street's id alone: all e-bikes find the same streets poor. */
function canyonStreets(ids: readonly string[]): Set<string> {
  return new Set([...new Set(ids)].filter((id) => new Random(0, `canyon ${id}`).chance(CANYON_SHARE)))
}
