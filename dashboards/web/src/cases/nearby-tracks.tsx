import { useQuery } from '@tanstack/react-query'
import { Button, Skeleton } from 'antd'
import type { Case } from '../../../../proto/http.ts'
import { coverageQuery, devicesQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { linkTo } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'

const AROUND_MS = 5 * 60_000

/**
 * Links to the tracks of those who were there within five minutes of the case: e-bikes with fixes in the case's
 * grid, and the e-bike whose gateway reported it.
 */
export function NearbyTracks({ one }: { one: Case }) {
  const { t } = useWords()
  const raisedMs = Date.parse(one.raised)
  const range = { fromMs: raisedMs - AROUND_MS, toMs: raisedMs + AROUND_MS }
  const seen = useQuery({ ...coverageQuery(one.grid ?? '', range), enabled: one.grid !== undefined })
  const devices = useQuery(devicesQuery)
  const reporter = devices.data?.devices.filter(({ gateway, lastFix }) => gateway === one.gateway && lastFix)
  const names = new Set([...(reporter ?? []).map(({ id }) => id), ...(seen.data?.devices ?? [])])

  if (seen.isLoading) return <Skeleton active paragraph={{ rows: 1 }} title={false} />
  return (
    <>
      {seen.isError && <Problem error={seen.error} onRetry={() => void seen.refetch()} />}
      <p className="quiet">{names.size > 0 ? t.cases.nearbyNote : t.cases.nearbyNone}</p>
      <div className="chips">
        {[...names].map((device) => {
          const there = { view: 'replay' as const, device, ...range, atMs: raisedMs, caseId: one.id }
          return (
            <Button
              key={device}
              size="small"
              icon={<Icon name="track" />}
              data-testid="nearby-track"
              {...linkTo(there)}
            >
              {device}
            </Button>
          )
        })}
      </div>
    </>
  )
}
