import type { Type } from 'protobufjs'
import { CaseReportType, FixBatchType, HealthType, ReadingBatchType } from '../../../proto/codec/schema.ts'
import { encodeTimeSource } from '../../../proto/codec/time-source.ts'
import type { Lane, TimeSource } from '../../../proto/domain.ts'
import { isUndated, WEEK_ROLLOVER_MS } from '../clock.ts'

/** How the times of a record that was made before the time was known become wall times. */
export interface Dating {
  /** Moves a time of the gateway's own scale to wall time. */
  shiftMs: number
  /** Wall time at which the record was made. */
  madeMs: number
  /** Where wall time came from. */
  source: TimeSource
}

/** A receiver that knows the time and wall time are no further apart. */
const NEAR_MS = 7 * 86_400_000

interface Plain {
  timeMs?: number
  raisedMs?: number
  startMs?: number
  timeSource?: number
  evidence?: { samples?: Plain[] }
  series?: Plain[]
}

/**
 * The same body with wall times. Times that were wall times already stay as they are: a fix keeps the date of its
 * receiver, unless that date suffers from week rollover, which shows only now. The message is read as it is, not
 * through the codec's decoder, which refuses times before 2000.
 * @throws Error where the bytes are no body of this lane.
 */
export function dateBody(lane: Lane, body: Uint8Array, dating: Dating): Uint8Array {
  switch (lane) {
    case 'case':
      return rewritten(CaseReportType, body, (report) => {
        dateOne(report, 'timeMs', dating)
        dateOne(report, 'raisedMs', dating)
        for (const sample of report.evidence?.samples ?? []) dateOne(sample, 'timeMs', dating)
      })
    case 'health':
      return rewritten(HealthType, body, (health) => dateOne(health, 'timeMs', dating))
    case 'fix':
      // Fixes of one batch are less than two weeks apart: all are of the own scale, or none.
      return rewritten(FixBatchType, body, (batch) => {
        dateOne(batch, 'startMs', dating)
        unroll(batch, dating)
      })
    case 'reading':
      return rewritten(ReadingBatchType, body, (batch) => {
        const { series = [] } = batch
        // Readings of one batch were made by one clock.
        if (series.some(({ startMs = 0 }) => isUndated(startMs))) tellSource(batch, dating)
        for (const one of series) dateOne(one, 'startMs', dating)
      })
    case 'photo':
      return body
  }
}

function rewritten(type: Type, body: Uint8Array, change: (message: Plain) => void): Uint8Array {
  const message = type.toObject(type.decode(body), { longs: Number }) as Plain
  change(message)
  return type.encode(type.fromObject(message)).finish()
}

function dateOne(message: Plain, field: 'timeMs' | 'raisedMs' | 'startMs', dating: Dating): void {
  const timeMs = message[field]
  if (timeMs === undefined || !isUndated(timeMs)) return
  message[field] = Math.round(timeMs + dating.shiftMs)
  tellSource(message, dating)
}

/** A record of an older gateway does not say where its time is from, nor does a sample or a series. */
function tellSource(message: Plain, { source }: Dating): void {
  if (message.timeSource !== undefined) message.timeSource = encodeTimeSource(source)
}

/** A date some times 1024 weeks before the making of the record, as drivers/nmea/calendar.ts moves it on a known clock. */
function unroll(batch: Plain, { madeMs }: Dating): void {
  const { startMs } = batch
  if (startMs === undefined) return
  const rollovers = Math.round((madeMs - startMs) / WEEK_ROLLOVER_MS)
  const rolledMs = startMs + rollovers * WEEK_ROLLOVER_MS
  if (rollovers > 0 && Math.abs(madeMs - rolledMs) <= NEAR_MS) batch.startMs = rolledMs
}
