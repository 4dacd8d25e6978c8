import type { StreetPartCoverage } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'
import { boundsOf } from '../map/bounds.ts'
import { useScene } from '../map/map-view.tsx'
import { DetailCard } from './detail-card.tsx'
import { partName, partState, pointsOf, shareOf } from './street-parts.ts'
import { SeenLast, WhoShould } from './who-block.tsx'

interface Props {
  part: StreetPartCoverage
  grid: string
  range: Range
  onClose: () => void
}

/** One street part: what of it was missed, who should have been there, who was there last. */
export function StreetPartDetail({ part, grid, range, onClose }: Props) {
  const words = useWords()
  const { t, q } = words
  const scene = useScene()
  const show = () => {
    const bounds = boundsOf([{ geometry: { coordinates: pointsOf(part.line) } }])
    if (bounds) scene?.fit(bounds)
  }
  return (
    <DetailCard title={partName(part, words)} onClose={onClose} onMap={show}>
      <dl className="facts">
        <Fact label={t.coverage.state} value={t.coverage.partStates[partState(part)]} />
        <Fact
          label={t.coverage.covered}
          value={t.coverage.why.road({
            done: q.distance(part.coveredM),
            all: q.distance(part.lengthM),
            share: q.percent(shareOf(part)),
          })}
        />
        {part.cannotTellM > 0 && <Fact label={t.coverage.cannotTell} value={q.distance(part.cannotTellM)} />}
        <Fact label={t.coverage.passesLabel} value={t.coverage.passes(part.passes)} />
        {part.missing.length > 0 && (
          <Fact
            label={t.coverage.missingStretches}
            value={part.missing
              .map(([from, to]) => t.coverage.stretch(q.number(from), q.number(to)))
              .join(' · ')}
          />
        )}
      </dl>
      <WhoShould grid={grid} range={range} />
      <SeenLast
        grid={grid}
        part={part.part}
        line={part.line}
        known={part.lastSeen === undefined ? undefined : { atMs: Date.parse(part.lastSeen) }}
      />
    </DetailCard>
  )
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}
