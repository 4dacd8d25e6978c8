import { Random } from '../random.ts'
import { Cable } from './cable.ts'
import type { Disturbance } from './disturbance.ts'
import { FalseTrack } from './false-track.ts'
import { MAKES, makeNamed } from './makes.ts'
import type { Mishap, Mishaps } from './mishaps.ts'
import { withDefaults } from './option-rules.ts'
import { DEFAULT_NOISE, NOISE_RULES, Receiver, type ReceiverNoise, type Situation } from './receiver.ts'
import { ReceiverClock } from './receiver-clock.ts'
import { ReceiverModel } from './receiver-model.ts'
import { type ReceiverOptions, receiverOptions } from './receiver-options.ts'

/**
 * One receiver of an e-bike with its line. In: what is true, epoch by epoch. Out: the bytes on the line.
 *
 * receiver (error, gaps) → clock (time, date) → false track → model (sentences) → cable (mishaps)
 */

export interface OnboardReceiverOptions {
  /** What differs from the default noise. */
  noise?: Partial<ReceiverNoise> | undefined
  /** What differs from a 1 Hz receiver in order, of a make by seed. */
  receiver?: Partial<ReceiverOptions> | undefined
  /** None unless given. */
  mishaps?: Partial<Mishaps> | undefined
}

export interface Heard {
  /** Empty without power. */
  bytes: Uint8Array
  /** Why the bytes tell of no fix that was measured. */
  gap?: 'no-fix' | 'no-power'
  /** What lies between them and the truth besides everyday noise; absent when nothing does. */
  disturbed?: Disturbance[]
}

const NOTHING = new Uint8Array()

export class OnboardReceiver {
  readonly rateHz: number
  readonly #receiver: Receiver
  readonly #clock: ReceiverClock
  readonly #falseTrack: FalseTrack
  readonly #model: ReceiverModel
  readonly #cable: Cable

  /**
   * @param name names its random streams.
   * @throws RangeError for an option that cannot be.
   */
  constructor(given: OnboardReceiverOptions, seed: number, name: string) {
    const stream = (part: string) => new Random(seed, `${name}/${part}`)
    const options = receiverOptions(given.receiver)
    const { rateHz, warmStart, powerCuts } = options
    const modelRandom = stream('model')
    // Drawn in any case: a make that is named then leaves the rest of the stream as it is.
    const drawn = modelRandom.pick(MAKES)
    const make = options.make === undefined ? drawn : makeNamed(options.make)
    const deadReckoningS = options.deadReckoningS ?? make.deadReckoningS
    this.rateHz = rateHz
    this.#receiver = new Receiver(
      withDefaults('noise', DEFAULT_NOISE, NOISE_RULES, given.noise),
      { rateHz, warmStart, powerCuts, deadReckoningS },
      stream,
    )
    this.#clock = new ReceiverClock(options)
    this.#falseTrack = new FalseTrack(options)
    this.#model = new ReceiverModel(make, rateHz, modelRandom)
    this.#cable = new Cable(given.mishaps ?? {}, rateHz, stream)
  }

  hear(situation: Situation): Heard {
    const { timeMs, rideS } = situation
    const disturbed: Disturbance[] = []
    const observed = this.#receiver.observe(situation, disturbed)
    if (observed) {
      const { epoch, uptimeMs, cold } = observed
      this.#clock.stamp(epoch, { timeMs, rideS, uptimeMs, cold }, disturbed)
    }
    const told = this.#falseTrack.tell(observed?.epoch, rideS, situation.toWgs84, disturbed)
    if (!told) return { bytes: NOTHING, gap: 'no-power' }
    const heard: Heard = { bytes: this.#cable.carry(this.#model.write(told), rideS) }
    if (!told.valid || told.estimated) heard.gap = 'no-fix'
    if (disturbed.length > 0) heard.disturbed = disturbed
    return heard
  }

  /** How often each mishap of the line has happened so far. */
  get happened(): Readonly<Record<Mishap, number>> {
    return this.#cable.happened
  }
}
