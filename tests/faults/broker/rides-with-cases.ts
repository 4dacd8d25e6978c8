import type { Body } from '../../../proto/domain.ts'
import { caseReport, fixes, ride, T0 } from '../../hub/gateway-messages.ts'

export const FIXES_A_RECORD = 5

/** What a gateway sends on one ride: records of fixes, and a case in the middle. Times differ for all. */
export function rideWithCase(gateway: number, records: number): Body[] {
  return Array.from({ length: records }, (_, i) => {
    if (i === records >> 1)
      return { lane: 'case', report: caseReport('raised', 1, { caseId: caseIdOf(gateway) }) }
    return fixes(ride(FIXES_A_RECORD, T0 + i * FIXES_A_RECORD * 1000))
  })
}

export const caseIdOf = (gateway: number): string => `0mo7xu800-${String(gateway).padStart(10, '0')}`
