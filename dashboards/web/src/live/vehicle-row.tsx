import { Button } from 'antd'
import { memo } from 'react'
import { useWords } from '../i18n/language.tsx'
import { presetRange } from '../replay/range-presets.ts'
import { go } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import type { Vehicle } from './fleet.ts'

/** A speed older than this says nothing of now. */
const SPEED_FRESH_MS = 60_000

interface Props {
  vehicle: Vehicle
  chosen: boolean
  nowMs: number
  onChoose: (id: string) => void
}

export const VehicleRow = memo(function VehicleRow({ vehicle, chosen, nowMs, onChoose }: Props) {
  const { t, q } = useWords()
  const { id, online, lastSeenMs, fix, fixMs, attention } = vehicle
  const fresh = online && fixMs !== undefined && nowMs - fixMs < SPEED_FRESH_MS
  return (
    <li
      className={chosen ? 'row row-chosen' : 'row'}
      data-testid="device-row"
      data-device={id}
      data-lat={fix?.lat}
      data-lon={fix?.lon}
    >
      <button type="button" className="row-main" aria-expanded={chosen} onClick={() => onChoose(id)}>
        <span className={online ? 'dot dot-online' : 'dot'} />
        <span className="row-text">
          <span className="row-title">{id}</span>
          <span className="row-note">
            {online ? t.live.online : t.live.offline}
            {' · '}
            {lastSeenMs === undefined ? t.live.neverSeen : q.ago(lastSeenMs, nowMs)}
          </span>
        </span>
        {attention.length > 0 && (
          <span className="attention-mark" data-testid="attention-mark">
            <Icon name="attention" />
            {t.gateway.needs}
          </span>
        )}
        <span className="row-figure">
          {fresh && fix?.speedMps !== undefined ? q.speed(fix.speedMps) : '—'}
        </span>
      </button>
      {chosen && <VehicleDetail vehicle={vehicle} nowMs={nowMs} />}
    </li>
  )
})

function VehicleDetail({ vehicle, nowMs }: { vehicle: Vehicle; nowMs: number }) {
  const { t, q } = useWords()
  const { id, gateway, fix, fixMs, attention } = vehicle
  const replay = () => {
    const { fromMs, toMs } = presetRange('last-hour', nowMs)
    go({ view: 'replay', device: id, fromMs, toMs, atMs: undefined, caseId: undefined, status: undefined })
  }
  return (
    <div className="row-detail">
      <dl className="facts">
        <dt>{t.live.lastFix}</dt>
        <dd>{fixMs === undefined ? t.live.noPosition : q.moment(fixMs, nowMs)}</dd>
        {fix && (
          <>
            <dt>{t.live.position}</dt>
            <dd className="figures">
              {fix.lat.toFixed(5)}, {fix.lon.toFixed(5)}
            </dd>
          </>
        )}
        {fix?.satellites !== undefined && (
          <>
            <dt>{t.live.satellites}</dt>
            <dd>{fix.satellites}</dd>
          </>
        )}
        {gateway !== id && (
          <>
            <dt>{t.live.gateway}</dt>
            <dd>{gateway}</dd>
          </>
        )}
      </dl>
      <div className="chips">
        <Button size="small" icon={<Icon name="track" />} onClick={replay}>
          {t.live.replayLastHour}
        </Button>
        <Button
          size="small"
          icon={attention.length > 0 && <Icon name="attention" />}
          aria-haspopup="dialog"
          onClick={() => go({ status: true }, 'replace')}
        >
          {t.gateway.status}
        </Button>
      </div>
    </div>
  )
}
