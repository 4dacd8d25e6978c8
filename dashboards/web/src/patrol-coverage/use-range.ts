import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Range } from '../api/client.ts'
import { shiftsQuery } from '../api/patrol.ts'
import { go, useScreen } from '../screen.ts'
import { localDay, todaysShiftHours } from './shift-hours.ts'

/** The range of the address; where it has none, the hours of today's shifts are put there. */
export function useShiftHours(): Range | undefined {
  const { fromMs, toMs } = useScreen()
  const unset = fromMs === undefined
  const shifts = useQuery({ ...shiftsQuery(localDay(Date.now())), enabled: unset })
  useEffect(() => {
    if (unset && !shifts.isPending) go(todaysShiftHours(shifts.data?.shifts ?? [], Date.now()), 'replace')
  }, [unset, shifts.isPending, shifts.data])
  return fromMs !== undefined && toMs !== undefined ? { fromMs, toMs } : undefined
}
