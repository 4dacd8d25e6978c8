import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Track, TrackStore } from '../../stores/track-store.ts'

/** Gives every track of a range to something, part by part: memory stays bounded, and others get their turn. */

const PART_MS = 86_400_000

export interface TracksWanted {
  fromMs: number
  toMs: number
  /** Absent: all. */
  devices?: ReadonlySet<string> | undefined
}

/**
 * Device after device, each in order of time, at most a day at once.
 * @throws StoreUnavailable
 */
export async function eachTrack(
  store: Pick<TrackStore, 'devicesBetween' | 'readTrack'>,
  { fromMs, toMs, devices }: TracksWanted,
  take: (track: Track) => void,
): Promise<void> {
  for (const device of await store.devicesBetween(fromMs, toMs)) {
    if (devices && !devices.has(device)) continue
    for (let startMs = fromMs; startMs < toMs; startMs += PART_MS) {
      const track = await store.readTrack(device, startMs, Math.min(startMs + PART_MS, toMs))
      if (track.count > 0) take(track)
      // A day of a whole district takes seconds: the intake gets its turn in between.
      await nextTurn()
    }
  }
}
