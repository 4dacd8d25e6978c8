import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Range } from '../api/client.ts'
import { coverageQuery } from '../api/queries.ts'
import { runQueue } from './queue.ts'

/** What the table shows of one grid. */
export type GridFigure = { coverage: number; cannotTell: number } | { error: unknown }

export interface AllCoverage {
  figures: ReadonlyMap<string, GridFigure>
  /** Covered share a grid, of those computed. */
  shares: ReadonlyMap<string, number>
  progress: { done: number; total: number } | undefined
  start: (grids: readonly string[]) => void
  stop: () => void
}

/** The hub computes each grid anew: a few at a time leave it room for everyone else. */
const AT_ONCE = 3

/** Coverage of all grids in a range, computed when asked for; forgotten when the range changes. */
export function useAllCoverage(range: Range | undefined): AllCoverage {
  const client = useQueryClient()
  const [figures, setFigures] = useState<ReadonlyMap<string, GridFigure>>(new Map())
  const [progress, setProgress] = useState<AllCoverage['progress']>()
  const running = useRef<AbortController>(undefined)
  const [fromMs, toMs] = [range?.fromMs, range?.toMs]

  const stop = useCallback(() => {
    running.current?.abort()
    running.current = undefined
    setProgress(undefined)
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the figures belong to the range they were computed for
  useEffect(() => {
    setFigures(new Map())
    return stop
  }, [fromMs, toMs, stop])

  const start = useCallback(
    (grids: readonly string[]) => {
      if (fromMs === undefined || toMs === undefined) return
      stop()
      const control = new AbortController()
      running.current = control
      setFigures(new Map())
      setProgress({ done: 0, total: grids.length })
      let done = 0
      void runQueue(
        grids,
        AT_ONCE,
        (grid) => client.fetchQuery(coverageQuery(grid, { fromMs, toMs })),
        (grid, outcome) => {
          done++
          setProgress({ done, total: grids.length })
          const figure =
            'result' in outcome
              ? { coverage: outcome.result.coverage, cannotTell: outcome.result.cannotTell }
              : outcome
          setFigures((before) => new Map(before).set(grid, figure))
        },
        control.signal,
      ).then(() => {
        if (running.current === control) stop()
      })
    },
    [client, fromMs, toMs, stop],
  )

  const shares = useMemo(
    () =>
      new Map(
        [...figures].flatMap(([grid, figure]) => ('coverage' in figure ? [[grid, figure.coverage]] : [])),
      ),
    [figures],
  )
  return { figures, shares, progress, start, stop }
}
