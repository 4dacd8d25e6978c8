import { decodeBody } from '../../../proto/codec/codec.ts'
import type { LoggedRecord } from '../intake/intake-log.ts'
import type { Ledger, LedgerCase } from './ledger.ts'

/**
 * From slices of the intake log to the ledger. In: records of the case lane; out: cases, then the changed
 * ones for those who wait for them. Throws what ledger and decoder throw; the cursor decides.
 */
export function caseConsumer(
  ledger: Ledger,
  onChanged: (cases: LedgerCase[]) => void,
): (records: LoggedRecord[]) => Promise<void> {
  return async (records) => {
    const reports = records.flatMap(({ gateway, lane, body }) => {
      const decoded = decodeBody(lane, body)
      return decoded.lane === 'case' ? [{ gateway, report: decoded.report }] : []
    })
    const changed = ledger.apply(reports)
    if (changed.length > 0) onChanged(changed)
  }
}
