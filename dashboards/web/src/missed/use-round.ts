import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { Round } from '../../../../proto/patrol-http.ts'
import { roundQuery } from '../api/patrol.ts'

/** The round of the shift in the address; nothing is asked for without one. */
export const useRound = (shift: string | undefined): UseQueryResult<Round> =>
  useQuery({ ...roundQuery(shift ?? ''), enabled: shift !== undefined })
