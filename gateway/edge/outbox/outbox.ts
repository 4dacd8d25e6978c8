import type { Lane } from '../../../proto/domain.ts'

/** A record that waits for the hub's receipt. */
export interface OutboxRecord {
  boot: string
  sequence: number
  lane: Lane
  body: Uint8Array
}

export interface OutboxLevel {
  records: number
  bytes: number
  /** Dropped because the outbox was full, by lane, since the file was made. */
  dropped: Record<string, number>
}

/**
 * What must reach the hub: kept on disk until the hub's receipt says that it is committed there. Nothing else
 * deletes a record, but the drop policy of a full outbox, and that never touches a case.
 */
export interface Outbox {
  /**
   * Resolves when the record survives a power cut. `alongside` runs in the same transaction.
   * Rejects where the disk refuses; nothing is kept then.
   */
  append(lane: Lane, body: Uint8Array, alongside?: () => void): Promise<void>
  /** The first records in the order of sending: by lane, then oldest first. */
  peek(limit: number): OutboxRecord[]
  /** The hub has them. Unknown names are ignored: a receipt may come twice. */
  remove(boot: string, sequences: number[]): void
  level(): OutboxLevel
  /** Told after each commit that added something. */
  onAppended: () => void
  close(): void
}
