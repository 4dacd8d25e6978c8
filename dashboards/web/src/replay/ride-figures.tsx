import { memo, type ReactNode } from 'react'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { linkTo } from '../screen.ts'
import type { Player } from './player.ts'
import type { TimelineEvent } from './timeline-events.ts'
import type { Ride } from './use-replay.ts'

/** Longer lists come folded. */
const MOST_ROWS = 5

interface Props {
  player: Player
  ride: Ride
  events: readonly TimelineEvent[]
}

/** What the focused patrol amounts to: figures, and where it stopped, was lost, or something happened. */
export const RideFigures = memo(function RideFigures({ player, ride, events }: Props) {
  const { t, q } = useWords()
  const { device, summary, toleranceM } = ride
  return (
    <>
      <h3 className="focus-name" data-testid="focus">
        {device}
      </h3>
      <dl className="tiles" data-testid="replay-summary">
        <Tile label={t.replay.distance} value={q.distance(summary.distanceM)} />
        <Tile label={t.replay.moving} value={q.duration(summary.movingS)} />
        <Tile label={t.replay.fixes} value={q.number(summary.fixes)} />
        <Tile
          label={t.replay.maxSpeed}
          value={summary.maxSpeedMps === undefined ? '—' : q.speed(summary.maxSpeedMps)}
        />
        {summary.onDutyS !== undefined && (
          <Tile label={t.replay.onDuty} value={q.duration(summary.onDutyS)} />
        )}
        {summary.effectiveM !== undefined && (
          <Tile label={t.replay.effective} value={q.distance(summary.effectiveM)} />
        )}
      </dl>
      {toleranceM > 0 && <p className="quiet">{t.replay.thinned(toleranceM)}</p>}
      {events.length > 0 && <Events player={player} events={events} />}
      <Gaps player={player} ride={ride} />
      <Stops player={player} ride={ride} />
    </>
  )
})

function Tile({ label, value }: { label: string; value: string }) {
  return (
    <div className="tile">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Folding(props: { title: string; count: number; testId: string; children: ReactNode }) {
  const { title, count, testId, children } = props
  return (
    <details className="folding" open={count <= MOST_ROWS} data-testid={testId}>
      <summary>
        <h3>
          {title} <span className="count">{count}</span>
        </h3>
      </summary>
      {children}
    </details>
  )
}

function Events({ player, events }: { player: Player; events: readonly TimelineEvent[] }) {
  const { t, q } = useWords()
  return (
    <Folding title={t.replay.events} count={events.length} testId="events">
      <ul className="rows rows-tight">
        {events.map(({ key, kind, timeMs, text, caseId }) => (
          <li key={key} className="row row-with-link">
            <button type="button" className="row-main" onClick={() => player.seek(timeMs)}>
              <span className={`swatch event-swatch event-${kind}`} />
              <span className="row-text">
                {text}
                <span className="row-note">
                  {t.replay.eventKinds[kind]} · {q.clock(timeMs)}
                </span>
              </span>
            </button>
            {caseId !== undefined && (
              <a className="row-link" {...linkTo({ view: 'cases', caseId })}>
                {t.replay.open}
              </a>
            )}
          </li>
        ))}
      </ul>
    </Folding>
  )
}

function Gaps({ player, ride }: { player: Player; ride: Ride }) {
  const { t, q } = useWords()
  const { gaps } = ride.track
  return (
    <Folding title={t.replay.gaps} count={gaps.length} testId="gaps">
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
    </Folding>
  )
}

function Stops({ player, ride }: { player: Player; ride: Ride }) {
  const { t, q } = useWords()
  const scene = useScene()
  const { stops } = ride.summary
  return (
    <Folding title={t.replay.stops} count={stops.length} testId="stops">
      {stops.length === 0 && <p className="quiet">{t.replay.noStops}</p>}
      <ul className="rows rows-tight">
        {stops.map(({ from, to, durationS, lat, lon, place }) => (
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
                {place !== undefined && <span className="row-note">{place}</span>}
              </span>
              <span className="row-figure">{q.duration(durationS)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Folding>
  )
}
