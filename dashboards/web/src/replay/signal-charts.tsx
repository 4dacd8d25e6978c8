import { Segmented } from 'antd'
import { memo, useMemo, useState } from 'react'
import { useWords } from '../i18n/language.tsx'
import { fillBetween, profile, stepPath } from './timeline-scale.ts'
import type { Span, Track } from './track.ts'
import type { Ride } from './use-replay.ts'

/**
 * How fast the patrol rode and how well it was located, under the timeline and on its scale. Drawn once: the playhead
 * is a line that moves over them. A bin shows the worst of its time, so that no bad moment is averaged away.
 */

const BINS = 600
const HEIGHT = 44

interface Curve {
  name: 'speed' | 'satellites' | 'hdop' | 'accuracy'
  column: 'speedMps' | 'satellites' | 'hdop' | 'accuracyM'
  keep: 'greatest' | 'least'
  /** Top of the scale, in the unit of the column. */
  full: number
  /** Beyond it something is amiss. */
  limit: number
}

const CURVES: readonly Curve[] = [
  // GB 17761-2018, 4.1: an e-bike's 25 km/h.
  { name: 'speed', column: 'speedMps', keep: 'greatest', full: 40 / 3.6, limit: 25 / 3.6 },
  { name: 'satellites', column: 'satellites', keep: 'least', full: 30, limit: 4 },
  // As the coverage policies judge: worse than this cannot tell where it was.
  { name: 'hdop', column: 'hdop', keep: 'greatest', full: 10, limit: 5 },
  { name: 'accuracy', column: 'accuracyM', keep: 'greatest', full: 60, limit: 15 },
]

export const SignalCharts = memo(function SignalCharts({ ride, range }: { ride: Ride; range: Span }) {
  const { t } = useWords()
  const { track } = ride
  const [wanted, setWanted] = useState<Curve['name']>('satellites')
  const known = useMemo(
    () => CURVES.filter(({ column }) => track[column].some((value) => !Number.isNaN(value))),
    [track],
  )
  const speed = known.find(({ name }) => name === 'speed')
  const signals = known.filter(({ name }) => name !== 'speed')
  const signal = signals.find(({ name }) => name === wanted) ?? signals[0]
  return (
    <div className="signal-charts" data-testid="signal-charts">
      {speed && <Chart curve={speed} track={track} range={range} />}
      {signal && <Chart curve={signal} track={track} range={range} />}
      {signals.length > 1 && (
        <Segmented<Curve['name']>
          size="small"
          className="signal-choice"
          aria-label={t.replay.signal}
          value={signal!.name}
          onChange={setWanted}
          options={signals.map(({ name }) => ({ value: name, label: t.replay.curves[name] }))}
        />
      )}
    </div>
  )
})

function Chart({ curve, track, range }: { curve: Curve; track: Track; range: Span }) {
  const { t, q } = useWords()
  const { name, column, keep, full, limit } = curve
  const path = useMemo(() => {
    const kept = profile(track.timeMs, track[column], range, BINS, keep)
    return stepPath(fillBetween(kept, track, range), HEIGHT, full)
  }, [track, range, column, keep, full])
  const limitY = HEIGHT * (1 - limit / full)
  const shown = name === 'speed' ? q.speed(limit) : q.number(limit)
  return (
    <div className={`signal-chart signal-${name}`} data-testid={`chart-${name}`}>
      <svg
        viewBox={`0 0 ${BINS} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t.replay.chart(t.replay.curves[name], shown)}
      >
        <line className="signal-limit" x1={0} x2={BINS} y1={limitY} y2={limitY} />
        <path d={path} className="signal-line" />
      </svg>
      <span className="signal-name" aria-hidden="true">
        {t.replay.curves[name]}
        <span className="signal-mark"> ┄ {shown}</span>
      </span>
    </div>
  )
}
