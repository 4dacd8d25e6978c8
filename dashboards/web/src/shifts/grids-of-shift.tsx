import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Skeleton } from 'antd'
import { useEffect, useMemo } from 'react'
import type { GridFeature } from '../../../../proto/district.ts'
import type { CoverageOfGrid, CoveragePolicy, Shift } from '../../../../proto/patrol-http.ts'
import { shareOfDeviceQuery } from '../api/patrol.ts'
import { gridsQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { gridsOfBeat, sharesOfUnits } from '../patrol-coverage/grid-tree.ts'
import { runQueue } from '../patrol-coverage/queue.ts'
import { ShareBar } from '../patrol-coverage/share-bar.tsx'
import { linkTo } from '../screen.ts'
import { Problem } from '../shell/problem.tsx'

/** A beat of more is asked about as a whole: each grid is a question to the hub. */
const MOST_GRIDS = 12
const AT_ONCE = 2
const NONE: readonly GridFeature[] = []

/** What the shift's own e-bike covered of each grid of the beat, the least first, on the map and as a list. */
export function GridsOfShift({ shift, policy }: { shift: Shift; policy: CoveragePolicy }) {
  const { t, q } = useWords()
  const grids = useQuery(gridsQuery)
  const units = grids.data?.features ?? NONE
  const beat = useMemo(() => gridsOfBeat(units, shift.grids), [units, shift.grids])
  const asked = useShares(shift, beat, policy)
  useShareMap(asked.data, units)
  if (beat.length === 0 || beat.length > MOST_GRIDS) return null
  const range = { fromMs: Date.parse(shift.from), toMs: Date.parse(shift.to) }
  return (
    <section data-testid="shift-grids">
      <h3>
        {t.shifts.byGrid} <span className="count">{t.coverage.policies[policy]}</span>
      </h3>
      <p className="quiet">{t.shifts.byGridNote}</p>
      {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isPending && <Skeleton active paragraph={{ rows: beat.length }} title={false} />}
      <ul className="grid-bars">
        {asked.data?.map(({ grid, name, coverage, cannotTell }) => (
          <li key={grid} data-testid="shift-grid">
            <a {...linkTo({ view: 'coverage', policy, grid, ...range, shift: undefined, item: undefined })}>
              {name ?? grid}
            </a>
            <span className="bar-cell">
              <ShareBar coverage={coverage} cannotTell={cannotTell} />
              <span className="figures">{q.percent(coverage)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function useShares(shift: Shift, beat: readonly GridFeature[], policy: CoveragePolicy) {
  const client = useQueryClient()
  const { device, from, to } = shift
  const codes = beat.map(({ properties }) => properties.code)
  return useQuery({
    queryKey: ['shares-of-shift', policy, device, from, to, codes],
    queryFn: async ({ signal }) => {
      const range = { fromMs: Date.parse(from), toMs: Date.parse(to) }
      const shares: CoverageOfGrid[] = []
      const failed: unknown[] = []
      await runQueue(
        codes,
        AT_ONCE,
        (code) => client.fetchQuery(shareOfDeviceQuery(policy, code, range, device)),
        (_, outcome) => {
          if ('result' in outcome) shares.push(outcome.result)
          else failed.push(outcome.error)
        },
        signal,
      )
      if (failed.length > 0) throw failed[0]
      return shares.sort((a, b) => a.coverage - b.coverage || a.grid.localeCompare(b.grid))
    },
    enabled: codes.length > 0 && codes.length <= MOST_GRIDS,
    staleTime: 60_000,
  })
}

function useShareMap(shares: readonly CoverageOfGrid[] | undefined, units: readonly GridFeature[]): void {
  const scene = useScene()
  useEffect(() => {
    if (!scene || !shares) return
    const codes = units.map(({ properties }) => properties.code)
    scene.setGridShares(sharesOfUnits(shares, codes))
    return () => scene.setGridShares(new Map())
  }, [scene, shares, units])
}
