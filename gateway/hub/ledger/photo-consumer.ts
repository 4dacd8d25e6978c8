import { decodeBody } from '../../../proto/codec/codec.ts'
import type { PhotoPart } from '../../../proto/domain.ts'
import type { LoggedRecord } from '../intake/intake-log.ts'
import { StoreRefused, StoreUnavailable } from '../stores/track-store.ts'
import { shownPhotos } from './case-surroundings.ts'
import type { Ledger, LedgerCase } from './ledger.ts'
import type { Photos } from './photos.ts'

/**
 * From slices of the intake log to the photos. In: records of the photo lane. Out: parts kept; then the cases that
 * have one more whole photo, for those who wait for them. Throws what store and decoder throw, StoreRefused for a part
 * of a case that another gateway or a sensor reported; the cursor decides.
 */

export interface PhotoConsumerOptions {
  ledger: Ledger
  photos: Photos
  /** Id of the last record that the ledger is done with: a case that is not there may still come. */
  ledgerSeen(): number
  onWhole(entry: LedgerCase): void
}

export function photoConsumer(options: PhotoConsumerOptions): (records: LoggedRecord[]) => Promise<void> {
  const { ledger, photos, onWhole } = options
  return async (records) => {
    const touched = new Set<string>()
    photos.addAll(() => {
      for (const record of records) {
        const body = decodeBody(record.lane, record.body)
        if (body.lane !== 'photo') continue
        keep(options, record, body.part)
        touched.add(body.part.caseId)
      }
    })
    for (const id of touched) {
      const entry = ledger.find(id)
      if (entry && ledger.notePhotos(id, shownPhotos(entry, photos).length)) onWhole(ledger.find(id)!)
    }
  }
}

function keep(
  { ledger, photos, ledgerSeen }: PhotoConsumerOptions,
  record: LoggedRecord,
  part: PhotoPart,
): void {
  const { id, gateway, receivedMs } = record
  const { caseId, photo, bytes } = part
  const entry = ledger.find(caseId)
  if (entry && entry.gateway !== gateway)
    throw new StoreRefused(`photo ${photo} of case ${caseId}: raised by ${entry.gateway}, not by ${gateway}`)
  if (entry && !entry.manual)
    throw new StoreRefused(`photo ${photo} of case ${caseId}: a sensor's case, which has no photos`)
  if (!entry && ledgerSeen() < id && !photos.mayWait(gateway, bytes.length))
    throw new StoreUnavailable('the ledger is behind, and there is no room for more photos that wait for it')
  photos.add(gateway, part, entry !== undefined, receivedMs)
}
