import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Shift, ShiftReport } from '../../../../proto/patrol-http.ts'
import { liveCoverageQuery, shiftReportQuery } from '../api/patrol.ts'
import { runQueue } from '../patrol-coverage/queue.ts'
import type { ShiftRow } from './shift-rows.ts'

/** The hub works a while at each report: a few at a time leave it room for everyone else. */
const AT_ONCE = 3
const AGAIN_MS = 60_000

export interface ShiftRows {
  rows: ShiftRow[]
  progress: { done: number; total: number } | undefined
  computeAll: () => void
}

/** The shifts with their figures: of those that are seen at once, of all of them when asked. */
export function useShiftRows(shifts: readonly Shift[], seen: ReadonlySet<string>): ShiftRows {
  const client = useQueryClient()
  const [progress, setProgress] = useState<ShiftRows['progress']>()
  const [computed, setComputed] = useState<ReadonlyMap<string, ShiftReport>>(new Map())
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const visible = shifts.filter(({ id }) => seen.has(id))
  const reports = useQueries({
    queries: visible.map((shift) => ({
      ...shiftReportQuery(shift.id),
      refetchInterval: shift.running ? AGAIN_MS : (false as const),
    })),
  })
  const lives = useQueries({
    queries: visible.map(({ id }) => ({ ...liveCoverageQuery(id), enabled: false })),
  })
  const place = new Map(visible.map(({ id }, index) => [id, index]))
  const rows = shifts.map((shift): ShiftRow => {
    const index = place.get(shift.id)
    const asked = index === undefined ? undefined : reports[index]
    return {
      shift,
      report: asked?.data ?? computed.get(shift.id),
      error: asked?.error ?? undefined,
      live: (index === undefined ? undefined : lives[index]?.data) ?? undefined,
    }
  })

  const computeAll = useCallback(() => {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    let done = 0
    setProgress({ done, total: shifts.length })
    void runQueue(
      shifts,
      AT_ONCE,
      ({ id }) => client.fetchQuery(shiftReportQuery(id)),
      ({ id }, outcome) => {
        setProgress({ done: ++done, total: shifts.length })
        if ('result' in outcome) setComputed((before) => new Map(before).set(id, outcome.result))
      },
      control.signal,
    ).then(() => {
      if (running.current === control) setProgress(undefined)
    })
  }, [client, shifts])
  return { rows, progress, computeAll }
}
