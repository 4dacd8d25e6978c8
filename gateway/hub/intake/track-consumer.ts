import { decodeBody } from '../../../proto/codec/codec.ts'
import type { Fix } from '../../../proto/domain.ts'
import type { DeviceSighting } from '../registers/devices.ts'
import type { StoreRecords, TrackStore } from '../stores/track-store.ts'
import type { LoggedRecord } from './intake-log.ts'

/**
 * From slices of the intake log to the track store. In: records of all lanes; fixes and readings are
 * stored, and every record says that its gateway was there. Out: rows of the store, then of the device
 * register, then fixes for the live page. Throws what the store and the decoder throw; the cursor decides.
 */

export interface TrackSinks {
  store: Pick<TrackStore, 'write'>
  /** @returns the devices whose last fix this moved on, and the time (ms) of the last fix before. */
  seen(sightings: DeviceSighting[]): Map<string, number>
  /** Fixes newer than any before, in order of time. */
  live(device: string, fixes: Fix[]): void
}

/** One write to the store holds at most about so many fixes: a small body can unfold into thousands. */
const MAX_FIXES_A_WRITE = 50_000
/** A gateway that catches up after a week offline is no news for the live page. */
const LIVE_FIXES = 60

export function trackConsumer({ store, seen, live }: TrackSinks): (records: LoggedRecord[]) => Promise<void> {
  return async (records) => {
    const sightings = new Map<string, DeviceSighting>()
    const newest = new Map<string, Fix[]>()
    let batch = new Batch()
    for (const record of records) {
      const { gateway, receivedMs } = record
      sight(sightings, gateway, gateway, receivedMs)
      if (record.lane !== 'fix' && record.lane !== 'reading') continue
      const body = decodeBody(record.lane, record.body)
      if (body.lane === 'reading') batch.addReadings(body.batch.readings)
      if (body.lane === 'fix') {
        const { device = gateway, fixes } = body.batch
        batch.addFixes(device, fixes)
        sight(sightings, device, gateway, receivedMs, fixes)
        newest.set(device, newestFixes(newest.get(device) ?? [], fixes))
      }
      if (batch.size >= MAX_FIXES_A_WRITE) {
        await store.write(batch.records())
        batch = new Batch()
      }
    }
    if (batch.size > 0) await store.write(batch.records())
    for (const [device, beforeMs] of seen([...sightings.values()])) {
      const fixes = newest.get(device)?.filter(({ timeMs }) => timeMs > beforeMs)
      if (fixes?.length) live(device, fixes)
    }
  }
}

function newestFixes(known: Fix[], fixes: Fix[]): Fix[] {
  return [...known, ...fixes].sort((a, b) => a.timeMs - b.timeMs).slice(-LIVE_FIXES)
}

class Batch {
  readonly #fixes = new Map<string, Fix[]>()
  readonly #readings: StoreRecords['readings'] = []
  size = 0

  addFixes(device: string, fixes: Fix[]): void {
    const known = this.#fixes.get(device)
    if (known) for (const fix of fixes) known.push(fix)
    else this.#fixes.set(device, [...fixes])
    this.size += fixes.length
  }

  addReadings(readings: StoreRecords['readings']): void {
    for (const reading of readings) this.#readings.push(reading)
    this.size += readings.length
  }

  records(): StoreRecords {
    return {
      fixes: [...this.#fixes].map(([device, fixes]) => ({ device, fixes })),
      readings: this.#readings,
    }
  }
}

function sight(
  sightings: Map<string, DeviceSighting>,
  device: string,
  gateway: string,
  seenMs: number,
  fixes: Fix[] = [],
): void {
  const sighting: DeviceSighting = sightings.get(device) ?? { device, gateway, seenMs }
  sighting.seenMs = Math.max(sighting.seenMs, seenMs)
  for (const fix of fixes) {
    if (sighting.lastFix && fix.timeMs <= sighting.lastFix.timeMs) continue
    sighting.lastFix = fix
    sighting.gateway = gateway
  }
  sightings.set(device, sighting)
}
