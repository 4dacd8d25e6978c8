import { useQuery } from '@tanstack/react-query'
import { Button, Skeleton } from 'antd'
import { useMemo } from 'react'
import type { Case } from '../../../../proto/http.ts'
import { devicesQuery, idsWithTracks } from '../api/queries.ts'
import { tracksQuery } from '../api/tracks.ts'
import { useWords } from '../i18n/language.tsx'
import { nearbyDevices } from '../replay/nearby.ts'
import { NEAR_CASE_M } from '../replay/timeline-events.ts'
import { linkTo } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'
import { MOST_DEVICES } from '../url-state.ts'

const AROUND_MS = 5 * 60_000
/** Ten minutes of everybody's track, to say who came near: a few kilobytes a device at most. */
const TOLERANCE_M = 10

/**
 * Links to the tracks of those who were there within five minutes of the case: e-bikes that came within 300 m of it,
 * and the e-bike whose gateway reported it; each by itself, or all on one clock.
 */
export function NearbyTracks({ one }: { one: Case }) {
  const { t, q } = useWords()
  const raisedMs = Date.parse(one.raised)
  const range = { fromMs: raisedMs - AROUND_MS, toMs: raisedMs + AROUND_MS }
  const devices = useQuery(devicesQuery)
  const known = useMemo(() => (devices.data ? idsWithTracks(devices.data) : []), [devices.data])
  const tracks = useQuery({
    ...tracksQuery(known, range, TOLERANCE_M),
    enabled: one.position !== undefined && known.length > 0,
  })
  const there = useMemo(
    () => (one.position ? nearbyDevices(tracks.data ?? [], one.position, NEAR_CASE_M) : []),
    [tracks.data, one.position],
  )
  const reporters = (devices.data?.devices ?? [])
    .filter(
      ({ id, gateway, lastFix }) =>
        gateway === one.gateway && lastFix && !there.some((near) => near.device === id),
    )
    .map(({ id }) => ({ device: id, distanceM: undefined }))
  const shown = [...there, ...reporters].slice(0, MOST_DEVICES)
  const scene = { view: 'replay' as const, ...range, atMs: raisedMs, caseId: one.id, compare: undefined }

  if (tracks.isLoading || devices.isPending) return <Skeleton active paragraph={{ rows: 1 }} title={false} />
  return (
    <>
      {tracks.isError && <Problem error={tracks.error} onRetry={() => void tracks.refetch()} />}
      <p className="quiet">{shown.length > 0 ? t.cases.nearbyNote : t.cases.nearbyNone}</p>
      <div className="chips">
        {shown.length > 1 && (
          <Button
            size="small"
            type="primary"
            ghost
            icon={<Icon name="track" />}
            data-testid="nearby-together"
            {...linkTo({ ...scene, device: shown[0]!.device, devices: shown.map(({ device }) => device) })}
          >
            {t.cases.nearbyTogether(shown.length)}
          </Button>
        )}
        {shown.map(({ device, distanceM }) => (
          <Button
            key={device}
            size="small"
            icon={<Icon name="track" />}
            data-testid="nearby-track"
            {...linkTo({ ...scene, device, devices: undefined })}
          >
            {device}
            {distanceM !== undefined && <span className="quiet"> {q.distance(distanceM)}</span>}
          </Button>
        ))}
      </div>
    </>
  )
}
