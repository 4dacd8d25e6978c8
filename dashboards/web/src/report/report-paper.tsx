import type { Finding } from '../../../../proto/patrol-http.ts'
import { COVERAGE_POLICIES } from '../../../../proto/patrol-http.ts'
import { useWords, type Words } from '../i18n/language.tsx'
import { policyText } from '../patrol-coverage/figure.ts'
import { ShareBar } from '../patrol-coverage/share-bar.tsx'
import { Facts } from '../shell/figures.tsx'
import { useBeatName } from '../shifts/beat-names.ts'
import { evidenceRows } from '../shifts/finding-evidence.ts'
import type { TimelineRow } from './report-model.ts'
import { TrackPicture } from './track-picture.tsx'
import type { PatrolReport } from './use-report.ts'

/** The report as it is printed: who, when, where, figures, track, coverage, stops and gaps, findings, score. */
export function ReportPaper({ report: made }: { report: PatrolReport }) {
  const words = useWords()
  const { t, q } = words
  const { report, picture, timeline, madeMs } = made
  const { shift, findings } = report
  return (
    <article className="paper" data-testid="report-ready">
      <Head made={made} />
      {shift.running && <p className="report-running">{t.report.running}</p>}
      <section>
        <h2>{t.report.figures}</h2>
        <FigureTable made={made} />
      </section>
      <section className="report-figure">
        <h2>{t.report.map}</h2>
        {picture ? (
          <>
            <TrackPicture picture={picture} />
            <p className="quiet">{t.report.mapNote}</p>
          </>
        ) : (
          <p className="quiet">{t.report.noTrack}</p>
        )}
      </section>
      <Coverage made={made} />
      <section data-testid="report-integrity">
        <h2>
          {t.report.integrity}{' '}
          <strong className="report-score">{t.shifts.integrityOf(q.number(report.integrity.score))}</strong>
        </h2>
        <Reasons made={made} />
      </section>
      <section data-testid="report-findings">
        <h2>
          {t.report.findings} <span className="count">{findings.length}</span>
        </h2>
        {findings.length === 0 ? (
          <p>{t.shifts.findingsNone}</p>
        ) : (
          <p className="quiet">{t.shifts.findingsNote}</p>
        )}
        {findings.map((finding) => (
          <FindingBlock key={finding.id} finding={finding} />
        ))}
      </section>
      <section data-testid="report-timeline">
        <h2>{t.report.timeline}</h2>
        {timeline.rows.length === 0 ? <p>{t.report.timelineNone}</p> : <Timeline rows={timeline.rows} />}
        {timeline.left > 0 && <p className="quiet">{t.report.timelineMore(timeline.left)}</p>}
      </section>
      <footer className="report-foot">
        <span>
          {t.appName} gridpatrol · {t.report.generated(fullMoment(madeMs, words))}
        </span>
        <span className="signature">{t.report.signature}</span>
      </footer>
    </article>
  )
}

/** With the year and the seconds: a report is read long after it was made. */
function fullMoment(timeMs: number, { q, language }: Words): string {
  const day = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    year: 'numeric',
    month: language === 'zh' ? 'long' : 'short',
    day: 'numeric',
  })
  return `${day.format(timeMs)} ${q.clock(timeMs)}`
}

function Head({ made }: { made: PatrolReport }) {
  const words = useWords()
  const { t, q } = words
  const beatName = useBeatName()
  const { shift } = made.report
  const { device, inspector, beat, grids, breaks, from, to } = shift
  const clock = (time: string) => q.clock(Date.parse(time)).slice(0, 5)
  const rows = [
    [t.shifts.inspector, inspector],
    [t.shifts.device, device],
    [t.shifts.time, `${fullMoment(Date.parse(from), words).slice(0, -3)} – ${clock(to)}`],
    [t.shifts.beat, [beat && beatName(beat), t.shifts.gridCount(grids.length)].filter(Boolean).join(' · ')],
    [
      t.shifts.breaks,
      breaks.length > 0
        ? breaks.map((rest) => `${clock(rest.from)}–${clock(rest.to)}`).join(' · ')
        : undefined,
    ],
  ] as const
  return (
    <header className="report-head">
      <div>
        <h1>{t.report.title}</h1>
        <p className="quiet">{t.report.generated(fullMoment(made.madeMs, words))}</p>
      </div>
      <Facts rows={rows} />
    </header>
  )
}

function FigureTable({ made }: { made: PatrolReport }) {
  const { t, q } = useWords()
  const { report } = made
  const causes: Record<string, string> = t.replay.causes
  const gaps = Object.entries(report.gapsS).filter(([, seconds]) => seconds > 0)
  const tiles = [
    [t.shifts.attendance, q.percent(report.attendance)],
    [t.shifts.onDuty, q.duration(report.onDutyS)],
    [t.shifts.moving, q.duration(report.movingS)],
    [t.shifts.effective, q.distance(report.effectiveM)],
    [t.shifts.distance, q.distance(report.distanceM)],
    [t.shifts.inArea, q.percent(report.inArea)],
    [t.shifts.stops, q.number(report.stops)],
    [t.shifts.findings, q.number(report.findings.length)],
  ] as const
  return (
    <>
      <dl className="report-tiles" data-testid="report-figures">
        {tiles.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="quiet">
        {t.shifts.gaps}:{' '}
        {gaps.length === 0
          ? t.shifts.noGaps
          : gaps.map(([cause, seconds]) => `${causes[cause] ?? cause} ${q.duration(seconds)}`).join(' · ')}
      </p>
    </>
  )
}

function Coverage({ made }: { made: PatrolReport }) {
  const words = useWords()
  const { t, q } = words
  const { report, policies } = made
  const counted = COVERAGE_POLICIES.flatMap((policy) => {
    const figure = report.coverage?.[policy]
    return figure ? [{ policy, ...figure }] : []
  })
  return (
    <section data-testid="report-coverage">
      <h2>{t.report.coverage}</h2>
      {counted.length === 0 && <p>{t.report.noCoverage}</p>}
      {counted.map(({ policy, coverage, cannotTell }) => {
        const rule = policies[policy]
        return (
          <div key={policy} className="report-policy">
            <h3>{t.coverage.figures[policy]}</h3>
            <div className="bar-cell">
              <ShareBar coverage={coverage} cannotTell={cannotTell} />
              <strong className="figures">{q.percent(coverage)}</strong>
              <span className="quiet">
                {t.coverage.cannotTell} {q.percent(cannotTell)}
              </span>
            </div>
            {rule && (
              <p className="report-rule">
                {t.report.policy} {rule.id} · {t.coverage.version(rule.version)}: {policyText(rule, words)}
              </p>
            )}
          </div>
        )
      })}
    </section>
  )
}

function Reasons({ made }: { made: PatrolReport }) {
  const words = useWords()
  const { t, q, language } = words
  const { reasons, policy } = made.report.integrity
  return (
    <>
      {reasons.length === 0 ? (
        <p>{t.shifts.noReasons}</p>
      ) : (
        <ul className="reasons">
          {reasons.map(({ kind, points, text }) => (
            <li key={kind}>
              <span>
                <strong>{t.shifts.kinds[kind]}</strong> {text[language]}
              </span>
              <span className="figures">
                {t.shifts.points(q.number(points, Number.isInteger(points) ? 0 : 1))}
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className="report-rule">
        {t.report.policy} {policy.id} · {t.coverage.version(policy.version)}: {policyText(policy, words)}
      </p>
    </>
  )
}

function FindingBlock({ finding }: { finding: Finding }) {
  const words = useWords()
  const { t, q, language } = words
  const { kind, from, to, text, evidence } = finding
  return (
    <div className="report-finding">
      <p>
        <strong>{t.shifts.kinds[kind]}</strong>{' '}
        <span className="figures">
          {q.clock(Date.parse(from))} – {q.clock(Date.parse(to))}
        </span>
      </p>
      <p>{text[language]}</p>
      <p className="quiet">
        {t.shifts.evidence}:{' '}
        {evidenceRows(evidence, words)
          .map(({ label, value }) => `${label} ${value}`)
          .join(' · ')}
      </p>
    </div>
  )
}

function Timeline({ rows }: { rows: readonly TimelineRow[] }) {
  const { t, q } = useWords()
  const causes: Record<string, string> = t.replay.causes
  return (
    <table className="report-table">
      <thead>
        <tr>
          <th scope="col">{t.shifts.time}</th>
          <th scope="col">{t.report.what}</th>
          <th scope="col">{t.report.duration}</th>
          <th scope="col">{t.report.place}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ kind, fromMs, toMs, cause, lat, lon }) => (
          <tr key={`${kind} ${fromMs}`}>
            <td className="figures">
              {q.clock(fromMs)} – {q.clock(toMs)}
            </td>
            <td>
              {kind === 'stop' ? t.report.stop : `${t.report.gap} · ${causes[cause ?? 'unknown'] ?? cause}`}
            </td>
            <td className="figures">{q.duration((toMs - fromMs) / 1000)}</td>
            <td className="figures">
              {lat === undefined || lon === undefined ? '—' : `${lat.toFixed(5)}, ${lon.toFixed(5)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
