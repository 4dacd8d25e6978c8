import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Track, TrackStore } from '../../stores/track-store.ts'
import type { Box } from '../grids/grid-outline.ts'
import type { DeviceReaches, TimeSpan } from './device-reaches.ts'

/** Gives the tracks of a range to something, part by part: memory stays bounded, and others get their turn. */

const PART_MS = 86_400_000

export interface TracksWanted extends TimeSpan {
  /** Absent: all. */
  devices?: ReadonlySet<string> | undefined
}

/** Devices that never came near a place are left out, all of their tracks. */
export interface NearPlace {
  reaches: DeviceReaches
  /** Absent: none is left out, but what is learnt serves the next question. */
  box?: Box | undefined
}

/**
 * Device after device, each in order of time, at most a day at once.
 * @throws StoreUnavailable
 */
export async function eachTrack(
  store: Pick<TrackStore, 'devicesBetween' | 'readTrack'>,
  wanted: TracksWanted,
  take: (track: Track) => void,
  near?: NearPlace,
): Promise<void> {
  const parts = partsOf(wanted)
  for (const device of await store.devicesBetween(wanted.fromMs, wanted.toMs)) {
    if (wanted.devices && !wanted.devices.has(device)) continue
    const box = near?.box
    const known = box && near.reaches.mayTouch(wanted, device, box)
    if (known === false) continue
    let reading = known === undefined ? near?.reaches.reading(wanted, device) : undefined
    const read = ({ fromMs, toMs }: TimeSpan) => store.readTrack(device, fromMs, toMs)
    if (box && reading && parts.length > 1) {
      // Which part matters shows when all of them are known: reading is little beside surveying.
      for (const part of parts) {
        reading.add(await read(part))
        await nextTurn()
      }
      reading.done()
      if (!reading.mayTouch(box)) continue
      reading = undefined
    }
    for (const part of parts) {
      const track = await read(part)
      reading?.add(track)
      const isFar = box !== undefined && reading?.mayTouch(box) === false
      if (track.count > 0 && !isFar) take(track)
      // A day of a whole district takes seconds: the intake gets its turn in between.
      await nextTurn()
    }
    reading?.done()
  }
}

function partsOf({ fromMs, toMs }: TimeSpan): TimeSpan[] {
  const parts: TimeSpan[] = []
  for (let startMs = fromMs; startMs < toMs; startMs += PART_MS)
    parts.push({ fromMs: startMs, toMs: Math.min(startMs + PART_MS, toMs) })
  return parts
}
