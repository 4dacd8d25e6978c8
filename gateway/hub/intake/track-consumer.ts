import { decodeBody } from '../../../proto/codec/codec.ts'
import type { Body, Fix } from '../../../proto/domain.ts'
import type { DeviceSighting } from '../registers/devices.ts'
import type { HealthReport } from '../registers/gateway-health.ts'
import type { RecordTimes } from '../registers/gateway-life.ts'
import type { StoreRecords, TrackStore } from '../stores/track-store.ts'
import type { LoggedRecord } from './intake-log.ts'

/**
 * From slices of the intake log to the track store. In: records of all lanes; fixes and readings are
 * stored, every record says that its gateway was there, and the newest health says how it is. Out: rows of the store,
 * then of the registers, then fixes for the live page. Throws what the store and the decoder throw; the cursor decides.
 */

export interface TrackSinks {
  store: Pick<TrackStore, 'write'>
  /**
   * @param healths the newest of each boot of a gateway, boots in the order in which they came.
   * @param times what fixes and readings tell of when each boot of a gateway ran.
   * @returns the devices whose last fix this moved on, and the time (ms) of the last fix before.
   */
  seen(sightings: DeviceSighting[], healths: HealthReport[], times: RecordTimes[]): Map<string, number>
  /** Fixes newer than any before, in order of time. */
  live(device: string, fixes: Fix[]): void
  /** All fixes that the store has just taken, in the order in which they came; late and repeated ones too. */
  stored?(device: string, fixes: Fix[]): void
}

/** One write to the store holds at most about so many fixes: a small body can unfold into thousands. */
const MAX_FIXES_A_WRITE = 50_000
/** A gateway that catches up after a week offline is no news for the live page. */
const LIVE_FIXES = 60

export function trackConsumer({
  store,
  seen,
  live,
  stored,
}: TrackSinks): (records: LoggedRecord[]) => Promise<void> {
  /** Of the slice before: what is shown is shown in order, whichever is stored first. */
  let shown: Promise<void> = Promise.resolve()
  return async (records) => {
    const before = shown
    const { promise, resolve } = Promise.withResolvers<void>()
    shown = promise
    try {
      await take(records, before)
    } finally {
      resolve()
    }
  }

  async function write(batch: Batch): Promise<void> {
    const records = batch.records()
    await store.write(records)
    for (const { device, fixes } of records.fixes) stored?.(device, fixes)
  }

  async function take(records: LoggedRecord[], before: Promise<void>): Promise<void> {
    const sightings = new Map<string, DeviceSighting>()
    const newest = new Map<string, Fix[]>()
    const times = new Map<string, RecordTimes>()
    const healths = newestHealths(records)
    let batch = new Batch()
    for (const record of records) {
      const { gateway, receivedMs } = record
      sight(sightings, gateway, gateway, receivedMs)
      if (record.lane !== 'fix' && record.lane !== 'reading') continue
      const body = decodeBody(record.lane, record.body)
      noteTimes(times, record, body)
      if (body.lane === 'reading') batch.addReadings(body.batch.readings)
      if (body.lane === 'fix') {
        const { device = gateway, fixes } = body.batch
        batch.addFixes(device, fixes)
        sight(sightings, device, gateway, receivedMs, fixes)
        newest.set(device, newest.get(device) ?? [])
        newest.get(device)!.push(...fixes.slice(-LIVE_FIXES))
      }
      if (batch.size >= MAX_FIXES_A_WRITE) {
        await write(batch)
        batch = new Batch()
      }
    }
    if (batch.size > 0) await write(batch)
    await before
    for (const [device, beforeMs] of seen([...sightings.values()], healths, [...times.values()])) {
      const fixes = newest.get(device)?.filter(({ timeMs }) => timeMs > beforeMs)
      if (fixes?.length) live(device, fixes.sort((a, b) => a.timeMs - b.timeMs).slice(-LIVE_FIXES))
    }
  }
}

/** A gateway that catches up sends hundreds: those that others of the slice replace are not even read. */
function newestHealths(records: LoggedRecord[]): HealthReport[] {
  const newest = new Map<string, LoggedRecord>()
  for (const record of records) {
    if (record.lane !== 'health') continue
    const name = `${record.gateway} ${record.boot}`
    if (record.sequence >= (newest.get(name)?.sequence ?? 0)) newest.set(name, record)
  }
  return [...newest.values()].flatMap(({ gateway, boot, sequence, receivedMs, body }) => {
    const read = decodeBody('health', body)
    return read.lane === 'health' ? [{ gateway, boot, sequence, receivedMs, health: read.health }] : []
  })
}

/** Estimated times tell when a record was made at the latest, not that its gateway ran then. */
function noteTimes(times: Map<string, RecordTimes>, record: LoggedRecord, body: Body): void {
  if (body.lane !== 'fix' && body.lane !== 'reading') return
  if (body.batch.timeSource === 'estimated') return
  const { gateway, boot, receivedMs } = record
  const list: { timeMs: number }[] = body.lane === 'fix' ? body.batch.fixes : body.batch.readings
  if (list.length === 0) return
  const key = `${gateway} ${boot}`
  const told = times.get(key) ?? {
    gateway,
    boot,
    receivedMs,
    firstMs: list[0]!.timeMs,
    lastMs: list[0]!.timeMs,
  }
  told.receivedMs = Math.max(told.receivedMs, receivedMs)
  for (const { timeMs } of list) {
    told.firstMs = Math.min(told.firstMs, timeMs)
    told.lastMs = Math.max(told.lastMs, timeMs)
    if (body.lane === 'fix') told.fixMs = Math.max(told.fixMs ?? timeMs, timeMs)
  }
  times.set(key, told)
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
