import { useEffect, useMemo, useRef } from 'react'
import type { Summary } from '../../../../proto/http.ts'
import { useWords } from '../i18n/language.tsx'
import type { Player } from './player.ts'
import { profilePath, speedProfile, timeTicks } from './timeline-scale.ts'

const BINS = 600
const HEIGHT = 40
/** Top of the speed profile: an e-bike's 25 km/h (GB 17761-2018, 4.1) stands at about three quarters. */
const FULL_MPS = 9
const MOST_TICKS = 8

/** The range from end to end: speed, gaps and stops, and a slider over them. */
export function Timeline({ player, summary }: { player: Player; summary: Summary }) {
  const { t, q } = useWords()
  const { track, range } = player
  const root = useRef<HTMLDivElement>(null)
  const slider = useRef<HTMLInputElement>(null)

  // Written past React: this happens at every frame.
  useEffect(
    () =>
      player.onFrame((atMs) => {
        const share = (atMs - range.fromMs) / (range.toMs - range.fromMs)
        root.current?.style.setProperty('--at', String(share))
        root.current?.setAttribute('data-playhead', String(Math.round(atMs)))
        if (!slider.current) return
        slider.current.value = String(atMs)
        slider.current.setAttribute('aria-valuetext', q.clock(atMs))
      }),
    [player, range, q],
  )

  const profile = useMemo(
    () => profilePath(speedProfile(track, range, BINS), HEIGHT, FULL_MPS),
    [track, range],
  )
  const ticks = useMemo(
    () => timeTicks(range, MOST_TICKS, -new Date(range.fromMs).getTimezoneOffset() * 60_000),
    [range],
  )
  const share = (timeMs: number) =>
    Math.min(1, Math.max(0, (timeMs - range.fromMs) / (range.toMs - range.fromMs)))
  const span = (fromMs: number, toMs: number) => ({
    left: `${share(fromMs) * 100}%`,
    width: `${(share(toMs) - share(fromMs)) * 100}%`,
  })
  return (
    <div
      className="timeline"
      ref={root}
      data-testid="timeline"
      data-playhead={Math.round(player.view().atMs)}
    >
      <div className="timeline-box">
        <div className="timeline-clip">
          <svg viewBox={`0 0 ${BINS} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
            <path d={profile} className="timeline-speed" />
          </svg>
          {/* Two opposite shifts uncover the past without painting anything anew. */}
          <div className="timeline-past">
            <svg viewBox={`0 0 ${BINS} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
              <path d={profile} className="timeline-speed" />
            </svg>
          </div>
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
      </div>
      <div className="timeline-ticks" aria-hidden="true">
        {ticks.map((timeMs) => (
          <span key={timeMs} style={{ left: `${share(timeMs) * 100}%` }}>
            {q.clock(timeMs).slice(0, 5)}
          </span>
        ))}
      </div>
    </div>
  )
}
