import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ListedShift } from '../../../../proto/patrol-http.ts'
import { liveCoverageQuery, shiftReportQuery } from '../api/patrol.ts'
import { runQueue } from '../patrol-coverage/queue.ts'
import { figuresOfReport, isToAsk, type RowFigures, type ShiftRow } from './shift-rows.ts'

/** The hub works a while at each report: a few at a time leave it room for everyone else. */
const AT_ONCE = 3
const AGAIN_MS = 60_000

export interface ShiftRows {
  rows: ShiftRow[]
  progress: { done: number; total: number } | undefined
  /** Absent where the hub gave the figures of all of them. */
  computeAll: (() => void) | undefined
}

/**
 * The shifts with their figures: those that the hub keeps at once; of the others, of those that are seen at once, and of
 * all of them when asked.
 */
export function useShiftRows(shifts: readonly ListedShift[], seen: ReadonlySet<string>): ShiftRows {
  const client = useQueryClient()
  const [progress, setProgress] = useState<ShiftRows['progress']>()
  const [computed, setComputed] = useState<ReadonlyMap<string, RowFigures>>(new Map())
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const asking = shifts.filter((shift) => seen.has(shift.id) && isToAsk(shift))
  const reports = useQueries({
    queries: asking.map((shift) => ({
      ...shiftReportQuery(shift.id),
      refetchInterval: shift.running ? AGAIN_MS : (false as const),
    })),
  })
  const lives = useQueries({
    queries: asking.map(({ id }) => ({ ...liveCoverageQuery(id), enabled: false })),
  })
  const place = new Map(asking.map(({ id }, index) => [id, index]))
  const rows = shifts.map((shift): ShiftRow => {
    const index = place.get(shift.id)
    const asked = index === undefined ? undefined : reports[index]
    return {
      shift,
      figures: (asked?.data && figuresOfReport(asked.data)) ?? shift.figures ?? computed.get(shift.id),
      error: asked?.error ?? undefined,
      live: (index === undefined ? undefined : lives[index]?.data) ?? undefined,
    }
  })

  const computeAll = useCallback(() => {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    const wanted = shifts.filter(isToAsk)
    let done = 0
    setProgress({ done, total: wanted.length })
    void runQueue(
      wanted,
      AT_ONCE,
      ({ id }) => client.fetchQuery(shiftReportQuery(id)),
      ({ id }, outcome) => {
        setProgress({ done: ++done, total: wanted.length })
        if ('result' in outcome)
          setComputed((before) => new Map(before).set(id, figuresOfReport(outcome.result)))
      },
      control.signal,
    ).then(() => {
      if (running.current === control) setProgress(undefined)
    })
  }, [client, shifts])
  return { rows, progress, computeAll: shifts.some(isToAsk) ? computeAll : undefined }
}
