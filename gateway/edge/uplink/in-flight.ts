import { LANES, type Lane } from '../../../proto/domain.ts'
import type { OutboxRecord, RecordKey } from '../outbox/outbox.ts'

/** Records on their way without a receipt yet, and their bodies; cases and health have as much of their own beside it. */
export const WINDOW = 128
export const WINDOW_BYTES = 128 * 1024
/** No receipt so long after the broker had it: sent again, and then after twice as long each time. */
const RESEND_AFTER_MS = 15_000
const LONGEST_RESEND_MS = 900_000
/** So many records of a lane that are late, or so many bytes, and no others of it are tried: the hub does not take this lane. */
const MOST_LATE = 128
const MOST_LATE_BYTES = 512 * 1024
/** A receipt whose record is still in the outbox so long after: the disk refused to delete it. */
const DELETED_WITHIN_MS = 15_000

/** What is known of a record that was sent over this connection, or whose receipt has come. */
export interface Flight extends RecordKey {
  lane: Lane
  bytes: number
  /** Fixes left out of what was sent. */
  droppedFixes: number
  tries: number
  sentMs: number
  /**
   * `sent`: on its way. `late`: the broker has it, the receipt should have come. `receipted`: the hub has it; the
   * outbox is about to delete it.
   */
  state: 'sent' | 'late' | 'receipted'
  acknowledgedMs?: number
  /** When a late one goes again, when a receipted one should have left the outbox. */
  dueMs: number
}

/** Whether a lane is sent beside everything else, without a cap. */
export const isExpress = (lane: Lane): boolean => lane === 'case' || lane === 'health'

/**
 * The records between outbox and hub, by boot and sequence. In: what was sent, acknowledged, receipted. Out: what may
 * be sent (again) and how much more. A record whose receipt does not come, though others do, keeps no place of the
 * window and goes again at growing waits: the hub may not know what it is. Times are monotonic.
 */
export class InFlight {
  readonly #flights = new Map<string, Flight>()
  #stuck = new Set<Lane>()

  /** Notes that a record goes out now. */
  sent(record: OutboxRecord, sent: { bytes: number; droppedFixes: number }, nowMs: number): Flight {
    const key = keyOf(record)
    const tries = (this.#flights.get(key)?.tries ?? 0) + 1
    const { boot, sequence, lane } = record
    const flight: Flight = {
      boot,
      sequence,
      lane,
      ...sent,
      tries,
      sentMs: nowMs,
      state: 'sent',
      dueMs: Infinity,
    }
    this.#flights.set(key, flight)
    return flight
  }

  /** The broker has it. */
  acknowledged(flight: Flight, nowMs: number): void {
    flight.acknowledgedMs = nowMs
  }

  /** The hub has it. @returns it the first time, undefined for what was not sent and for a second receipt. */
  receipted(record: RecordKey, nowMs: number): Flight | undefined {
    const flight = this.#flights.get(keyOf(record))
    if (!flight || flight.state === 'receipted') return undefined
    flight.state = 'receipted'
    flight.dueMs = nowMs + DELETED_WITHIN_MS
    return flight
  }

  /** Whether this record of the outbox may be sent, as far as it is known here. */
  mayGo(record: OutboxRecord, nowMs: number): boolean {
    const flight = this.#flights.get(keyOf(record))
    if (!flight) return !this.#stuck.has(record.lane)
    return flight.state === 'late' && nowMs >= flight.dueMs
  }

  /** Whether it was sent over this connection, or receipted. */
  isKnown(record: RecordKey): boolean {
    return this.#flights.has(keyOf(record))
  }

  /**
   * Which of these is to be sent to see whether the hub is there: the first that was not sent yet, else the one whose
   * sending is longest ago, so that one which the hub does not take is not all that it is asked.
   */
  probeOf(records: readonly OutboxRecord[]): OutboxRecord | undefined {
    let best: { record: OutboxRecord; sentMs: number } | undefined
    for (const record of records) {
      const flight = this.#flights.get(keyOf(record))
      if (!flight) return record
      if (flight.state === 'receipted' || flight.acknowledgedMs === undefined) continue
      if (!best || flight.sentMs < best.sentMs) best = { record, sentMs: flight.sentMs }
    }
    return best?.record
  }

  /** What is left of the window for this lane. */
  room(lane: Lane): { records: number; bytes: number } {
    const express = isExpress(lane)
    const sent = this.#sum(({ state, lane }) => state === 'sent' && isExpress(lane) === express)
    return { records: WINDOW - sent.records, bytes: WINDOW_BYTES - sent.bytes }
  }

  /** All that is known of this lane: so many of its first records may be among these. */
  known(lane: Lane): { records: number; bytes: number } {
    return this.#sum((flight) => flight.lane === lane)
  }

  /** Since when the first of those that the broker has not acknowledged is on its way; undefined: it has all. */
  unacknowledgedSinceMs(): number | undefined {
    for (const { state, acknowledgedMs, sentMs } of this.#flights.values())
      if (state === 'sent' && acknowledgedMs === undefined) return sentMs
    return undefined
  }

  /** Notes which receipts have not come in time. */
  look(nowMs: number): void {
    for (const flight of this.#flights.values()) {
      const { state, acknowledgedMs, tries } = flight
      if (state !== 'sent' || acknowledgedMs === undefined) continue
      if (nowMs - acknowledgedMs < RESEND_AFTER_MS) continue
      flight.state = 'late'
      flight.dueMs = acknowledgedMs + Math.min(LONGEST_RESEND_MS, RESEND_AFTER_MS * 2 ** (tries - 1))
    }
    this.#stuck = new Set(
      LANES.filter((lane) => {
        const late = this.#sum((flight) => flight.lane === lane && flight.state === 'late')
        return late.records >= MOST_LATE || late.bytes >= MOST_LATE_BYTES
      }),
    )
  }

  /**
   * Forgets what has left the outbox.
   * @param waits of the outbox.
   * @returns what should have left it by now and has not.
   */
  settle(waits: (records: Flight[]) => RecordKey[], nowMs: number): RecordKey[] {
    const receipted = [...this.#flights.values()].filter(({ state }) => state === 'receipted')
    if (receipted.length === 0) return []
    const waiting = new Set(waits(receipted).map(keyOf))
    const overdue: RecordKey[] = []
    for (const flight of receipted) {
      if (!waiting.has(keyOf(flight))) this.#flights.delete(keyOf(flight))
      else if (nowMs >= flight.dueMs) {
        flight.dueMs = nowMs + DELETED_WITHIN_MS
        overdue.push(flight)
      }
    }
    return overdue
  }

  /** The hub is there again: what is late may go now. */
  hubIsBack(nowMs: number): void {
    this.look(nowMs)
    for (const flight of this.#flights.values()) if (flight.state === 'late') flight.dueMs = nowMs
    this.#stuck.clear()
  }

  /** Forgets those without a receipt: another connection sends all of them. */
  disconnected(): void {
    for (const [key, { state }] of this.#flights) if (state !== 'receipted') this.#flights.delete(key)
    this.#stuck.clear()
  }

  #sum(which: (flight: Flight) => boolean): { records: number; bytes: number } {
    const sum = { records: 0, bytes: 0 }
    for (const flight of this.#flights.values()) {
      if (!which(flight)) continue
      sum.records++
      sum.bytes += flight.bytes
    }
    return sum
  }
}

const keyOf = ({ boot, sequence }: RecordKey): string => `${boot}/${sequence}`
