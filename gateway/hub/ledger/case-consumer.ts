import { decodeBody } from '../../../proto/codec/codec.ts'
import type { Log } from '../../foundation/log.ts'
import type { LoggedRecord } from '../intake/intake-log.ts'
import { shownPhotos } from './case-surroundings.ts'
import type { Ledger, LedgerCase } from './ledger.ts'
import type { DroppedPhoto, Photos } from './photos.ts'

/**
 * From slices of the intake log to the ledger. In: records of the case lane; out: cases, with the photos that came
 * before them, then the changed ones for those who wait for them. Throws what ledger and decoder throw; the cursor
 * decides.
 */

export interface CaseConsumerOptions {
  ledger: Ledger
  photos: Photos
  onChanged(cases: LedgerCase[]): void
  /** Photos that came before their case, but not from its gateway, or it is a sensor's. */
  onDropped(photos: DroppedPhoto[]): void
  log: Log
}

export function caseConsumer(options: CaseConsumerOptions): (records: LoggedRecord[]) => Promise<void> {
  const { ledger, photos, onChanged, onDropped, log } = options
  return async (records) => {
    const reports = records.flatMap(({ gateway, lane, body }) => {
      const decoded = decodeBody(lane, body)
      return decoded.lane === 'case' ? [{ gateway, report: decoded.report }] : []
    })
    const changed = new Set(ledger.apply(reports).map(({ id }) => id))
    // Also for reports that came again: the hub may have stopped before their photos were settled.
    for (const id of new Set(reports.map(({ report }) => report.caseId)))
      try {
        const entry = ledger.find(id)!
        onDropped(photos.settle(id, entry.manual && entry.gateway))
        if (ledger.notePhotos(id, shownPhotos(entry, photos).length)) changed.add(id)
      } catch (error) {
        // A case is not held up by its photos; the sweep tries again.
        log.warn({ err: error, case: id }, 'photos: not settled')
      }
    if (changed.size > 0) onChanged([...changed].map((id) => ledger.find(id)!))
  }
}
