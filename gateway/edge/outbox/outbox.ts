import type { Lane } from '../../../proto/domain.ts'
import type { EdgeClock } from '../clock.ts'

/** Names a record of an outbox for ever: numbers are not used twice. */
export interface RecordKey {
  boot: string
  sequence: number
}

/** A record that waits for the hub's receipt. */
export interface OutboxRecord extends RecordKey {
  lane: Lane
  body: Uint8Array
}

export interface OutboxLevel {
  records: number
  bytes: number
  /** Dropped because the outbox was full, by lane, since the file was made. */
  dropped: Record<string, number>
  /** Fixes left out of tracks because the outbox was full, since the file was made. */
  thinnedFixes: number
}

/** A fix batch body with less detail, and how many fixes it lacks; undefined where nothing can be left out. */
export type ThinFixes = (body: Uint8Array) => { body: Uint8Array; dropped: number } | undefined

/** There is no room for this record, and nothing that may be dropped for it: nothing was kept. */
export class OutboxFull extends Error {
  override name = 'OutboxFull'
}

/**
 * What must reach the hub: kept until the hub's receipt says that it is committed there. Nothing else deletes a record
 * but the drop policy of a full outbox: readings first, then health, each the oldest first; then the oldest tracks lose
 * detail, and only then the oldest fixes go whole. Cases are never dropped, even beyond the limit. Photos are not either: one that finds no room is refused when it comes, so
 * that whoever took it knows, and they never take more than half of the outbox, so that tracks go on.
 */
export interface Outbox {
  /**
   * Resolves with the record's name when it is kept: on a disk, when it survives a power cut. `alongside` runs in the
   * same transaction.
   * @throws OutboxFull for a photo; RangeError for what is too large for the wire; what `alongside` throws; Error
   *   where a disk refuses that nothing stands in for. Nothing is kept then.
   */
  append(lane: Lane, body: Uint8Array, alongside?: () => void): Promise<RecordKey>
  /**
   * The first records that may be sent, in the order of sending: by lane, then oldest first; `maxBytes` of bodies, but
   * one at least; of these lanes alone where some are named. Records whose time is not known are not among them.
   */
  peek(limit: number, maxBytes?: number, lanes?: readonly Lane[]): OutboxRecord[]
  /** The last record of a lane that may be sent. */
  newest(lane: Lane): OutboxRecord | undefined
  /** The hub has them. Unknown names are ignored: a receipt may come twice. */
  remove(boot: string, sequences: number[]): void
  /** Those of these records that still wait for their receipt. */
  waits(records: readonly RecordKey[]): RecordKey[]
  /**
   * From now on records are dated by this clock: what is appended while it does not know the time waits, over restarts
   * too, until it does; then all that waits is dated in one transaction, in which `alongside` may move other times of
   * the own scale by the same shift. To be called before anything asks the clock for the time.
   */
  dateBy(clock: EdgeClock, alongside?: (shiftMs: number) => void): void
  level(): OutboxLevel
  /** Told after each commit that added something or let it be sent. */
  onAppended: () => void
  close(): void
}
