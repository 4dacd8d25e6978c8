import { Button, Segmented, Switch, Tooltip } from 'antd'
import { useEffect, useSyncExternalStore } from 'react'
import type { Summary } from '../../../../proto/http.ts'
import { useWords } from '../i18n/language.tsx'
import { go } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import { SPEEDS, type Speed } from '../url-state.ts'
import type { Player } from './player.ts'
import { whereabouts } from './position.ts'
import { Timeline } from './timeline.tsx'
import { usePlayheadInAddress, useReplayKeys } from './use-controls.ts'

interface Props {
  player: Player
  summary: Summary
  speed: Speed
  follow: boolean
  onFollow: (follow: boolean) => void
  leap: boolean
  onLeap: (leap: boolean) => void
}

/** The bar under the map: plays, and says what there is at the playhead. */
export function Transport({ player, summary, speed, follow, onFollow, leap, onLeap }: Props) {
  const { t } = useWords()
  const { playing } = useSyncExternalStore(player.subscribe, player.view)
  useReplayKeys(player)
  usePlayheadInAddress(player)
  useEffect(() => player.setSpeed(speed), [player, speed])
  useEffect(() => {
    player.leap = leap
  }, [player, leap])
  return (
    <section className="transport" aria-label={t.viewTitles.replay} data-testid="transport">
      <div className="transport-row">
        <Tooltip title={t.replay.keys}>
          <Button
            type="primary"
            shape="circle"
            size="large"
            className="play"
            aria-label={playing ? t.replay.pause : t.replay.play}
            data-testid="play"
            icon={<Icon name={playing ? 'pause' : 'play'} />}
            onClick={() => player.toggle()}
          />
        </Tooltip>
        <Readout player={player} />
        <div className="transport-options">
          <Segmented<Speed>
            size="small"
            aria-label={t.replay.playSpeed}
            value={speed}
            onChange={(chosen) => go({ speed: chosen }, 'replace')}
            options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          />
          <span className="switches">
            <Option label={t.replay.follow} on={follow} onChange={onFollow} />
            <Option label={t.replay.leap} on={leap} onChange={onLeap} />
          </span>
        </div>
      </div>
      <Timeline player={player} summary={summary} />
    </section>
  )
}

function Option({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <span className="switch">
      <Switch size="small" checked={on} onChange={onChange} aria-label={label} />
      <span aria-hidden="true">{label}</span>
    </span>
  )
}

function Readout({ player }: { player: Player }) {
  const { t, q } = useWords()
  const { atMs } = useSyncExternalStore(player.subscribe, player.view)
  const place = whereabouts(player.track, atMs)
  return (
    <div className="readout" data-testid="readout">
      <span className="readout-time">
        <strong>{q.clock(atMs)}</strong>
        <span className="quiet">{q.day(atMs)}</span>
      </span>
      {place.known ? (
        <>
          <Figure
            label={t.replay.speed}
            value={place.speedMps === undefined ? '—' : q.speed(place.speedMps)}
          />
          <Figure label={t.replay.satellites} value={place.satellites?.toString() ?? '—'} />
        </>
      ) : (
        <span className="readout-nowhere">
          {t.replay.nowhere[place.why]}
          {place.cause !== undefined && ` · ${t.replay.causes[place.cause]}`}
        </span>
      )}
      <Figure label={t.replay.soFar} value={q.distance(place.distanceM)} />
    </div>
  )
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <span className="figure">
      <span className="figure-label">{label}</span>
      <span className="figure-value">{value}</span>
    </span>
  )
}
