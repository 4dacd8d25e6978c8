import { useWords } from '../i18n/language.tsx'
import type { Ride } from './use-replay.ts'

/** What two shifts amount to, line by line. */
export function CompareFigures({ first, second }: { first: Ride; second: Ride }) {
  const { t, q } = useWords()
  const speed = (mps: number | undefined) => (mps === undefined ? '—' : q.speed(mps))
  const lines: [string, (ride: Ride) => string][] = [
    [t.replay.distance, ({ summary }) => q.distance(summary.distanceM)],
    [t.replay.moving, ({ summary }) => q.duration(summary.movingS)],
    [t.replay.maxSpeed, ({ summary }) => speed(summary.maxSpeedMps)],
    [
      t.replay.meanSpeed,
      ({ summary }) => speed(summary.movingS > 0 ? summary.distanceM / summary.movingS : undefined),
    ],
    [t.replay.stops, ({ summary }) => `${summary.stops.length} · ${q.duration(sum(summary.stops))}`],
    [t.replay.gaps, ({ summary }) => `${summary.gaps.length} · ${q.duration(sum(summary.gaps))}`],
    [t.replay.fixes, ({ summary }) => q.number(summary.fixes)],
  ]
  return (
    <table className="compare-figures" data-testid="compare-figures">
      <thead>
        <tr>
          <td />
          <th scope="col">{t.replay.sides.first}</th>
          <th scope="col">{t.replay.sides.second}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(([name, of]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{of(first)}</td>
            <td>{of(second)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const sum = (spans: readonly { durationS: number }[]): number =>
  spans.reduce((total, { durationS }) => total + durationS, 0)
