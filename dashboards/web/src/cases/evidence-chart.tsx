import type { EvidenceJson } from '../../../../proto/http.ts'
import { useWords } from '../i18n/language.tsx'
import { scale, valueAxis } from './chart-scale.ts'
import { measured, metricName } from './evidence-words.ts'
import { unitOf } from './metric.ts'

const WIDTH = 340
const HEIGHT = 168
/** More would run together into the line. */
const MOST_DOTS = 30
const BOX = { left: 34, right: 8, top: 14, bottom: 22 }

/** What was measured, against the thresholds by which the case was raised and is cleared. */
export function EvidenceChart({ evidence }: { evidence: EvidenceJson }) {
  const words = useWords()
  const { t } = words
  const unit = unitOf(evidence.metric)
  const name = metricName(evidence.metric, words)
  const samples = evidence.samples
    .map(({ time, value }) => ({ timeMs: Date.parse(time), value }))
    .sort((a, b) => a.timeMs - b.timeMs)
  return (
    <figure className="evidence" data-testid="evidence">
      <figcaption>
        <strong>{name}</strong>
        {unit && <span className="quiet"> ({unit})</span>}
        <span className="evidence-rule quiet">
          {t.cases.rule} {evidence.rule}
        </span>
      </figcaption>
      {samples.length === 0 ? (
        <p className="quiet">{t.cases.noSamples}</p>
      ) : (
        <Chart samples={samples} evidence={evidence} label={t.cases.chart(name)} />
      )}
      <p className="legend">
        <span>
          <i className="key key-raise" />
          {t.cases.raiseAt} {measured(evidence.raise, unit, words)}
        </span>
        <span>
          <i className="key key-clear" />
          {t.cases.clearAt} {measured(evidence.clear, unit, words)}
        </span>
      </p>
    </figure>
  )
}

interface ChartProps {
  samples: { timeMs: number; value: number }[]
  evidence: EvidenceJson
  label: string
}

function Chart({ samples, evidence: { raise, clear }, label }: ChartProps) {
  const { q } = useWords()
  const first = samples[0]!.timeMs
  const last = samples.at(-1)!.timeMs
  const axis = valueAxis([...samples.map(({ value }) => value), raise, clear])
  const x = scale(first, last, BOX.left, WIDTH - BOX.right)
  const y = scale(axis.low, axis.high, HEIGHT - BOX.bottom, BOX.top)
  // A rule that raises below its threshold (current of a lamp) is on the bad side underneath.
  const bad = raise >= clear ? [BOX.top, y(raise)] : [y(raise), HEIGHT - BOX.bottom]
  const points = samples.map(({ timeMs, value }) => `${x(timeMs).toFixed(1)},${y(value).toFixed(1)}`)
  const across = { x1: BOX.left, x2: WIDTH - BOX.right }
  const distinct = samples.filter(({ timeMs }, index) => timeMs !== samples[index + 1]?.timeMs)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <rect
        className="chart-bad"
        x={BOX.left}
        width={WIDTH - BOX.left - BOX.right}
        y={bad[0]}
        height={bad[1]! - bad[0]!}
      />
      {axis.ticks.map((value) => (
        <g key={value}>
          <line className="chart-grid" {...across} y1={y(value)} y2={y(value)} />
          <text className="chart-label" x={BOX.left - 6} y={y(value) + 3.5} textAnchor="end">
            {value}
          </text>
        </g>
      ))}
      <line className="chart-raise" {...across} y1={y(raise)} y2={y(raise)} />
      <line className="chart-clear" {...across} y1={y(clear)} y2={y(clear)} />
      {points.length > 1 && <polyline className="chart-line" points={points.join(' ')} />}
      {samples.length <= MOST_DOTS &&
        distinct.map(({ timeMs, value }) => (
          <circle key={timeMs} className="chart-dot" cx={x(timeMs)} cy={y(value)} r={2.4} />
        ))}
      <text className="chart-label" x={BOX.left} y={HEIGHT - 6}>
        {q.clock(first)}
      </text>
      {last > first && (
        <text className="chart-label" x={WIDTH - BOX.right} y={HEIGHT - 6} textAnchor="end">
          {q.clock(last)}
        </text>
      )}
    </svg>
  )
}
