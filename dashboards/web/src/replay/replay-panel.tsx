import { Alert, Select, Skeleton } from 'antd'
import type { Summary } from '../../../../proto/http.ts'
import type { Range } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'
import { useFleetRows } from '../live/session.tsx'
import { useScene } from '../map/map-view.tsx'
import { go } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Problem } from '../shell/problem.tsx'
import { TimeRange } from '../shell/time-range.tsx'
import type { Player } from './player.ts'
import type { Replay } from './use-replay.ts'

interface Props {
  device: string | undefined
  range: Range | undefined
  replay: Replay
  /** Set where the range is longer than can be replayed at once. */
  mostDays: number | undefined
}

export function ReplayPanel({ device, range, replay, mostDays }: Props) {
  const { t } = useWords()
  const rows = useFleetRows().filter(({ fix }) => fix)
  const known = rows.some(({ id }) => id === device)
  const options = [...(device !== undefined && !known ? [{ id: device }] : []), ...rows]
  return (
    <>
      <div className="field">
        <span className="field-label">{t.replay.device}</span>
        <Select
          showSearch
          aria-label={t.replay.device}
          data-testid="device-select"
          placeholder={t.replay.chooseDevice}
          value={device}
          options={options.map(({ id }) => ({ value: id, label: id }))}
          onChange={(id) => go({ device: id, atMs: undefined })}
        />
      </div>
      <div className="field">
        <span className="field-label">{t.replay.range}</span>
        <TimeRange
          label={t.replay.range}
          range={range}
          onRange={(chosen) => go({ ...chosen, atMs: undefined })}
        />
      </div>
      {mostDays !== undefined && (
        <Alert
          type="info"
          showIcon
          title={t.replay.rangeTooLong(mostDays)}
          description={t.replay.rangeTooLongHint}
        />
      )}
      {mostDays === undefined && <Outcome replay={replay} />}
    </>
  )
}

function Outcome({ replay }: { replay: Replay }) {
  const { t } = useWords()
  switch (replay.state) {
    case 'unasked':
      return <EmptyState title={t.replay.chooseFirst} hint={t.replay.chooseFirstHint} />
    case 'loading':
      return <Skeleton active paragraph={{ rows: 6 }} title={false} />
    case 'failed':
      return <Problem error={replay.error} onRetry={replay.retry} />
    case 'empty':
      return <EmptyState title={t.replay.noTrack} hint={t.replay.noTrackHint} />
    case 'ready':
      return <Figures player={replay.player} summary={replay.summary} />
  }
}

function Figures({ player, summary }: { player: Player; summary: Summary }) {
  const { t, q } = useWords()
  return (
    <>
      <dl className="tiles" data-testid="replay-summary">
        <Tile label={t.replay.distance} value={q.distance(summary.distanceM)} />
        <Tile label={t.replay.moving} value={q.duration(summary.movingS)} />
        <Tile label={t.replay.fixes} value={q.number(summary.fixes)} />
        <Tile
          label={t.replay.maxSpeed}
          value={summary.maxSpeedMps === undefined ? '—' : q.speed(summary.maxSpeedMps)}
        />
      </dl>
      <Gaps player={player} />
      <Stops player={player} stops={summary.stops} />
    </>
  )
}

function Tile({ label, value }: { label: string; value: string }) {
  return (
    <div className="tile">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Gaps({ player }: { player: Player }) {
  const { t, q } = useWords()
  const { gaps } = player.track
  return (
    <section>
      <h3>
        {t.replay.gaps} <span className="count">{gaps.length}</span>
      </h3>
      {gaps.length === 0 && <p className="quiet">{t.replay.noGaps}</p>}
      <ul className="rows rows-tight">
        {gaps.map(({ fromMs, toMs, cause }) => (
          <li key={fromMs} className="row">
            <button type="button" className="row-main" onClick={() => player.seek(fromMs)}>
              <span className="swatch swatch-gap" />
              <span className="row-text">
                {q.clock(fromMs)} – {q.clock(toMs)}
                <span className="row-note">{t.replay.causes[cause]}</span>
              </span>
              <span className="row-figure">{q.duration((toMs - fromMs) / 1000)}</span>
            </button>
          </li>
        ))}
      </ul>
      {gaps.length > 0 && <p className="quiet">{t.replay.gapNote}</p>}
    </section>
  )
}

function Stops({ player, stops }: { player: Player; stops: Summary['stops'] }) {
  const { t, q } = useWords()
  const scene = useScene()
  return (
    <section>
      <h3>
        {t.replay.stops} <span className="count">{stops.length}</span>
      </h3>
      {stops.length === 0 && <p className="quiet">{t.replay.noStops}</p>}
      <ul className="rows rows-tight">
        {stops.map(({ from, to, durationS, lat, lon }) => (
          <li key={from} className="row">
            <button
              type="button"
              className="row-main"
              onClick={() => {
                player.seek(Date.parse(from))
                scene?.flyTo(lon, lat)
              }}
            >
              <span className="swatch swatch-stop" />
              <span className="row-text">
                {q.clock(Date.parse(from))} – {q.clock(Date.parse(to))}
              </span>
              <span className="row-figure">{q.duration(durationS)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
