import type { Disturbance } from './disturbance.ts'
import type { Epoch } from './nmea-sentences.ts'
import type { ReceiverOptions } from './receiver-options.ts'
import { type Span, within } from './span.ts'

/** A receiver that tells of another ride than the one it is on: frozen, copied or spoofed. Patrol checks look for it. */

/** What it said first in the span is said again until the span ends. */
export interface FrozenSpan extends Span {
  /** The time stands still, too, so that whole sentences repeat; otherwise time goes on. */
  clock?: boolean | undefined
}

/** The positions, speeds and courses of `lagS` before, with the time of now; nothing where there was no epoch then. */
export interface CopiedSpan extends Span {
  lagS: number
}

/** The track is moved by so much (a radio that pretends to be satellites, a mock location): all else fits. */
export interface SpoofedSpan extends Span {
  eastM: number
  northM: number
}

export class FalseTrack {
  readonly #options: Pick<ReceiverOptions, 'freezes' | 'copies' | 'spoofs' | 'rateHz'>
  /** What was said at the last epochs, as long ago as any copy reaches; a ring. */
  readonly #past: (Epoch | undefined)[]
  #epochs = 0
  #frozen: Epoch | undefined

  constructor(options: Pick<ReceiverOptions, 'freezes' | 'copies' | 'spoofs' | 'rateHz'>) {
    this.#options = options
    const longestLagS = Math.max(0, ...options.copies.map((copy) => copy.lagS))
    this.#past = new Array(Math.round(longestLagS * options.rateHz)).fill(undefined)
  }

  /**
   * @param epoch what an honest receiver would say; absent without power.
   * @param toWgs84 the place so far from where the receiver is.
   */
  tell(
    epoch: Epoch | undefined,
    rideS: number,
    toWgs84: (eastM: number, northM: number) => { lat: number; lon: number },
    disturbed: Disturbance[],
  ): Epoch | undefined {
    const copied = this.#copy(epoch, rideS)
    if (!epoch) return undefined
    if (copied) disturbed.push('copied')
    let told = copied ?? epoch
    const spoof = this.#options.spoofs.find((span) => within(span, rideS))
    if (spoof && told.lat !== undefined && told.lon !== undefined) {
      const here = toWgs84(0, 0)
      const there = toWgs84(spoof.eastM, spoof.northM)
      told = { ...told, lat: told.lat + there.lat - here.lat, lon: told.lon + there.lon - here.lon }
      disturbed.push('spoofed')
    }
    return this.#freeze(told, rideS, disturbed)
  }

  #copy(epoch: Epoch | undefined, rideS: number): Epoch | undefined {
    const { copies, rateHz } = this.#options
    const size = this.#past.length
    if (size === 0) return undefined
    const now = this.#epochs++
    const copy = copies.find((span) => within(span, rideS))
    const then = copy && now - Math.round(copy.lagS * rateHz)
    const copied = then !== undefined && then >= 0 ? this.#past[then % size] : undefined
    this.#past[now % size] = epoch
    return copied && epoch && { ...copied, timeMs: epoch.timeMs, date: epoch.date }
  }

  #freeze(told: Epoch, rideS: number, disturbed: Disturbance[]): Epoch {
    const span = this.#options.freezes.find((each) => within(each, rideS))
    if (!span) {
      this.#frozen = undefined
      return told
    }
    if (!this.#frozen) {
      this.#frozen = told
      return told
    }
    disturbed.push('frozen')
    return span.clock ? this.#frozen : { ...this.#frozen, timeMs: told.timeMs, date: told.date }
  }
}
