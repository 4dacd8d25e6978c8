import type { Fix, Reading } from '../../../proto/domain.ts'
import type { TrackArrays } from '../../../proto/fix-columns.ts'
import type { TrackChunk } from '../../../proto/track-columns.ts'

/**
 * Where trajectories (轨迹) and readings are recorded. Two implementations, SQLite and InfluxDB, pass one
 * test suite.
 */
export interface TrackStore {
  readonly kind: 'sqlite' | 'influxdb'
  /**
   * Resolves when everything is kept. The same records again change nothing: a fix is named by (device,
   * timeMs), a reading by (component, metric, timeMs). The later write's values win; a quantity that only the
   * earlier fix has stays, as InfluxDB has it. Times are kept in whole ms, positions in 1e-7 degrees, other
   * quantities of a fix in two decimals.
   * @throws StoreUnavailable where it may succeed later; nothing or a part is kept then, so write all again.
   * @throws StoreRefused where these records will never be taken.
   */
  write(records: StoreRecords): Promise<void>
  /** Fixes with fromMs ≤ time < toMs in order of time. @throws StoreUnavailable */
  readTrack(device: string, fromMs: number, toMs: number): Promise<Track>
  /**
   * The same fixes as the chunks they are kept in, for an answer that carries chunks; only those at the ends of the
   * range are made anew. Absent where the store keeps none. @throws StoreUnavailable
   */
  readChunks?(device: string, fromMs: number, toMs: number): Promise<TrackChunk[]>
  /** Devices with at least one fix in the range, sorted. @throws StoreUnavailable */
  devicesBetween(fromMs: number, toMs: number): Promise<string[]>
  /** The newest fix by its own time. @throws StoreUnavailable */
  lastFix(device: string): Promise<Fix | undefined>
  /** @throws StoreUnavailable with the reason in words for the operator. */
  check(): Promise<void>
  /**
   * Deletes a small part of what is older than that; absent: the store sees to it by a setting of its own.
   * @returns whether there may be more.
   * @throws StoreUnavailable
   */
  expire?(before: Expiry): Promise<boolean>
  /** What is older than so many days need not be kept. Absent where the store has no such setting of its own. @throws StoreUnavailable */
  keepFor?(days: number): Promise<void>
  close(): Promise<void>
}

/** Fixes and readings from before these times are to be deleted; absent: kept for ever. */
export interface Expiry {
  fixesMs?: number
  readingsMs?: number
}

export interface StoreRecords {
  fixes: { device: string; fixes: Fix[] }[]
  readings: Reading[]
}

/** A track as columns; NaN: that fix has no such value. */
export type Track = TrackArrays

/** The store cannot be reached or is busy: the same call may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** The store refused the records themselves. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused'
}
