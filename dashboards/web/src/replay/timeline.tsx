import { useEffect, useMemo, useRef } from 'react'
import { useWords } from '../i18n/language.tsx'
import type { Player } from './player.ts'
import { SignalCharts } from './signal-charts.tsx'
import type { TimelineEvent } from './timeline-events.ts'
import { fillBetween, profile, profilePath, timeTicks } from './timeline-scale.ts'
import type { Ride } from './use-replay.ts'

const BINS = 600
const HEIGHT = 40
/** Top of the speed profile: an e-bike's 25 km/h (GB 17761-2018, 4.1) stands at about three quarters. */
const FULL_MPS = 9
const MOST_TICKS = 8

interface Props {
  player: Player
  ride: Ride | undefined
  events: readonly TimelineEvent[]
  charts: boolean
}

/** The range from end to end: speed, gaps, stops and events, the signal below them, and one slider over all. */
export function Timeline({ player, ride, events, charts }: Props) {
  const { t, q } = useWords()
  const { range } = player
  const root = useRef<HTMLDivElement>(null)
  const slider = useRef<HTMLInputElement>(null)

  // Written past React: this happens at every frame, so that it may move layers but paint nothing.
  useEffect(
    () =>
      player.onFrame((atMs) => {
        const share = (atMs - range.fromMs) / (range.toMs - range.fromMs)
        root.current?.style.setProperty('--at', String(share))
        root.current?.setAttribute('data-playhead', String(Math.round(atMs)))
      }),
    [player, range],
  )
  useEffect(() => {
    const tell = () => {
      if (!slider.current) return
      const { atMs } = player.view()
      slider.current.value = String(atMs)
      slider.current.setAttribute('aria-valuetext', q.clock(atMs))
    }
    tell()
    return player.subscribe(tell)
  }, [player, q])

  const ticks = useMemo(
    () => timeTicks(range, MOST_TICKS, -new Date(range.fromMs).getTimezoneOffset() * 60_000),
    [range],
  )
  const share = (timeMs: number) =>
    Math.min(1, Math.max(0, (timeMs - range.fromMs) / (range.toMs - range.fromMs)))
  const dayLong = range.toMs - range.fromMs > 2 * 86_400_000
  return (
    <div
      className="timeline"
      ref={root}
      data-testid="timeline"
      data-playhead={Math.round(player.view().atMs)}
    >
      <div className="timeline-field">
        <div className="timeline-box">{ride && <Strip ride={ride} player={player} share={share} />}</div>
        {charts && ride && <SignalCharts ride={ride} range={range} />}
        <span className="timeline-head-way">
          <span className="timeline-head" />
        </span>
        <input
          ref={slider}
          type="range"
          min={range.fromMs}
          max={range.toMs}
          step={100}
          defaultValue={player.view().atMs}
          aria-label={t.replay.timeline}
          data-testid="scrub"
          onInput={(event) => player.seek(Number(event.currentTarget.value))}
        />
        {events.map((event) => (
          <button
            key={event.key}
            type="button"
            className={`timeline-event timeline-event-${event.kind}`}
            data-testid="timeline-event"
            style={{ left: `${share(event.timeMs) * 100}%` }}
            title={`${q.clock(event.timeMs)} ${event.text}`}
            aria-label={`${t.replay.eventKinds[event.kind]} ${q.clock(event.timeMs)} ${event.text}`}
            onClick={() => player.seek(event.timeMs)}
          />
        ))}
      </div>
      <div className="timeline-ticks" aria-hidden="true">
        {ticks.map((timeMs) => (
          <span key={timeMs} style={{ left: `${share(timeMs) * 100}%` }}>
            {dayLong ? q.day(timeMs).split(' ')[0] : q.clock(timeMs).slice(0, 5)}
          </span>
        ))}
      </div>
    </div>
  )
}

interface StripProps {
  ride: Ride
  player: Player
  share: (timeMs: number) => number
}

/** What the slider lies over: speed, stops and gaps. */
function Strip({ ride: { track, summary }, player: { range }, share }: StripProps) {
  const { t, q } = useWords()
  const path = useMemo(() => {
    const speeds = profile(track.timeMs, track.speedMps, range, BINS, 'greatest')
    return profilePath(fillBetween(speeds, track, range), HEIGHT, FULL_MPS)
  }, [track, range])
  const span = (fromMs: number, toMs: number) => ({
    left: `${share(fromMs) * 100}%`,
    width: `${(share(toMs) - share(fromMs)) * 100}%`,
  })
  const drawing = (
    <svg viewBox={`0 0 ${BINS} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} className="timeline-speed" />
    </svg>
  )
  return (
    <>
      <div className="timeline-clip">
        {drawing}
        {/* Two opposite shifts uncover the past without painting anything anew. */}
        <div className="timeline-past">{drawing}</div>
      </div>
      {summary.stops.map(({ from, to }) => (
        <span key={from} className="timeline-stop" style={span(Date.parse(from), Date.parse(to))} />
      ))}
      {track.gaps.map(({ fromMs, toMs, cause }) => (
        <span
          key={fromMs}
          className="timeline-gap"
          data-testid="timeline-gap"
          style={span(fromMs, toMs)}
          title={`${t.replay.causes[cause]} ${q.clock(fromMs)}–${q.clock(toMs)}`}
        />
      ))}
    </>
  )
}
