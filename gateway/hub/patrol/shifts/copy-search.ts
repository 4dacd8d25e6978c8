import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Track, TrackStore } from '../../stores/track-store.ts'
import type { Original } from './checks/check.ts'
import type { Turn } from './pace.ts'
import type { Shift } from './patrol-plan.ts'
import { TrackPrints } from './track-prints.ts'

/**
 * Where the positions of a shift may have been copied from. In: the track of a shift; out: tracks of other devices on
 * the same days, and of the same device on the days before, that a comparison fix by fix is worth. Fingerprints of
 * a day are made once and kept for some minutes, for making them reads every track of that day.
 */

const DAY_MS = 86_400_000
/** Days begin at midnight of China, when fewest patrol. */
const ZONE_MS = 8 * 3_600_000
const KEPT_FOR_MS = 600_000
const KEPT_DAYS = 3
/** Tracks that one shift is compared with, those with most in common. */
const MAX_ORIGINALS = 5
/** Around the shift that is compared: a lag is known to 2 s. */
const MARGIN_MS = 10_000

interface DayPrints {
  madeMs: number
  prints: Promise<TrackPrints>
  /** Somebody waits for them: no rests. */
  isHurried: boolean
}

export class CopySearch {
  readonly #store: Pick<TrackStore, 'readTrack' | 'devicesBetween'>
  readonly #days = new Map<number, DayPrints>()

  constructor(store: Pick<TrackStore, 'readTrack' | 'devicesBetween'>) {
    this.#store = store
  }

  /**
   * @param daysBack of the device's own tracks.
   * @param turn between tracks; absent: somebody waits for the answer.
   * @throws StoreUnavailable
   */
  async originals(shift: Shift, track: Track, daysBack: number, turn?: Turn): Promise<Original[]> {
    if (track.count === 0) return []
    const prints: TrackPrints[] = [await this.#ofOwnPast(shift, daysBack, turn ?? nextTurn)]
    for (let day = dayOf(track.timeMs[0]!); day <= dayOf(track.timeMs[track.count - 1]!); day++)
      prints.push(await this.#ofDay(day, turn))
    const leads = prints
      .flatMap((each) => each.leads(track))
      .sort((a, b) => b.votes - a.votes)
      .slice(0, MAX_ORIGINALS)
    const originals: Original[] = []
    for (const { device, lagMs } of leads) {
      const fromMs = track.timeMs[0]! - lagMs - MARGIN_MS
      const toMs = track.timeMs[track.count - 1]! - lagMs + MARGIN_MS
      originals.push({ track: await this.#store.readTrack(device, fromMs, toMs), lagMs })
    }
    return originals
  }

  async #ofOwnPast({ device, fromMs, toMs }: Shift, daysBack: number, turn: Turn): Promise<TrackPrints> {
    const prints = new TrackPrints()
    for (let back = 1; back <= daysBack; back++) {
      prints.add(await this.#store.readTrack(device, fromMs - back * DAY_MS, toMs - back * DAY_MS))
      await turn()
    }
    return prints
  }

  #ofDay(day: number, turn: Turn | undefined): Promise<TrackPrints> {
    const kept = this.#days.get(day)
    if (kept && Date.now() - kept.madeMs < KEPT_FOR_MS) {
      kept.isHurried ||= turn === undefined
      return kept.prints
    }
    const made = { madeMs: Date.now(), isHurried: turn === undefined }
    const prints = this.#makeDay(day, () => (made.isHurried || !turn ? nextTurn() : turn()))
    this.#days.delete(day)
    this.#days.set(day, Object.assign(made, { prints }))
    for (const oldest of this.#days.keys()) {
      if (this.#days.size <= KEPT_DAYS) break
      this.#days.delete(oldest)
    }
    // What failed is tried anew by the next who asks.
    prints.catch(() => this.#days.delete(day))
    return prints
  }

  async #makeDay(day: number, turn: Turn): Promise<TrackPrints> {
    const fromMs = day * DAY_MS - ZONE_MS
    const prints = new TrackPrints()
    for (const device of await this.#store.devicesBetween(fromMs, fromMs + DAY_MS)) {
      prints.add(await this.#store.readTrack(device, fromMs, fromMs + DAY_MS))
      await turn()
    }
    return prints
  }
}

const dayOf = (timeMs: number): number => Math.floor((timeMs + ZONE_MS) / DAY_MS)
