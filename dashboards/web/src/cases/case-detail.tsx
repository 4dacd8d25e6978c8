import { useQuery } from '@tanstack/react-query'
import { Button, Skeleton, Timeline } from 'antd'
import type { CaseWithSteps } from '../../../../proto/http.ts'
import { caseQuery, gridsQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { useScene } from '../map/map-view.tsx'
import { go } from '../screen.ts'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import { CaseStatus } from './case-status.tsx'
import { Evidence } from './evidence.tsx'
import { ManualReport } from './manual-report.tsx'
import { NearbyTracks } from './nearby-tracks.tsx'

export function CaseDetail({ id }: { id: string }) {
  const { t } = useWords()
  const asked = useQuery(caseQuery(id))
  return (
    <article className="case" data-testid="case-detail" data-case={id}>
      <Button
        type="text"
        size="small"
        className="back"
        icon={<Icon name="back" />}
        onClick={() => go({ caseId: undefined })}
      >
        {t.viewTitles.cases}
      </Button>
      {asked.isPending && <Skeleton active paragraph={{ rows: 8 }} />}
      {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data && <CaseBody one={asked.data} />}
    </article>
  )
}

function CaseBody({ one }: { one: CaseWithSteps }) {
  const { t, language } = useWords()
  return (
    <>
      <header className="case-head">
        <span className={one.open ? 'diamond diamond-open' : 'diamond'} />
        <h2>{one.faultName[language]}</h2>
        <CaseStatus open={one.open} status={one.status} />
      </header>
      <CaseFacts one={one} />
      {one.manual && (
        <section>
          <h3>{t.cases.manual}</h3>
          <ManualReport id={one.id} manual={one.manual} />
        </section>
      )}
      {one.evidence && (
        <section>
          <h3>{t.cases.evidence}</h3>
          <Evidence evidence={one.evidence} />
        </section>
      )}
      <section>
        <h3>{t.cases.steps}</h3>
        <Steps steps={one.steps} />
      </section>
      <section>
        <h3>{t.cases.nearby}</h3>
        <NearbyTracks one={one} />
      </section>
    </>
  )
}

function CaseFacts({ one }: { one: CaseWithSteps }) {
  const { t, q } = useWords()
  const nowMs = useNow(10_000)
  const scene = useScene()
  const grids = useQuery(gridsQuery)
  const raisedMs = Date.parse(one.raised)
  const endMs = one.cleared === undefined ? nowMs : Date.parse(one.cleared)
  const gridName = grids.data?.features.find(({ properties }) => properties.code === one.grid)?.properties
    .name
  const { position } = one
  return (
    <dl className="facts">
      <dt>{t.cases.source}</dt>
      <dd data-testid="case-source">{t.cases.sources[one.source]}</dd>
      {one.manual?.by !== undefined && (
        <>
          <dt>{t.cases.reporter}</dt>
          <dd data-testid="case-reporter">{one.manual.by}</dd>
        </>
      )}
      {one.component !== undefined && (
        <>
          <dt>{t.cases.component}</dt>
          <dd data-testid="case-component">{one.componentName ?? '—'}</dd>
          <dt>{t.cases.componentCode}</dt>
          <dd className="figures">{one.component}</dd>
        </>
      )}
      {one.grid !== undefined && (
        <>
          <dt>{t.cases.grid}</dt>
          <dd>{gridName ?? one.grid}</dd>
        </>
      )}
      <dt>{t.cases.raised}</dt>
      <dd>
        {q.moment(raisedMs, nowMs)}
        {one.timeSource === 'estimated' && <span className="quiet"> ({t.cases.timeEstimated})</span>}
      </dd>
      {one.cleared !== undefined && (
        <>
          <dt>{t.cases.cleared}</dt>
          <dd>{q.moment(endMs, nowMs)}</dd>
        </>
      )}
      <dt>{t.cases.lasting}</dt>
      <dd>{q.duration(Math.max(0, endMs - raisedMs) / 1000)}</dd>
      {one.episode > 1 && (
        <>
          <dt>{t.cases.episode}</dt>
          <dd>{t.cases.episodeOf(one.episode)}</dd>
        </>
      )}
      <dt>{t.cases.gateway}</dt>
      <dd>{one.gateway}</dd>
      <dt>{t.cases.position}</dt>
      <dd>
        {position ? (
          <Button
            type="link"
            size="small"
            className="inline-link"
            title={t.cases.flyTo}
            onClick={() => scene?.flyTo(position.lon, position.lat)}
          >
            <span className="figures">
              {position.lat.toFixed(5)}, {position.lon.toFixed(5)}
            </span>
            <span className="quiet"> ({t.cases.positionSource[position.source]})</span>
          </Button>
        ) : (
          t.cases.noPosition
        )}
      </dd>
      <dt>{t.cases.number}</dt>
      <dd className="figures">{one.id}</dd>
    </dl>
  )
}

const STEP_COLOURS = { raised: 'red', updated: 'blue', cleared: 'green' } as const

function Steps({ steps }: { steps: CaseWithSteps['steps'] }) {
  const { t, q } = useWords()
  const nowMs = Date.now()
  return (
    <Timeline
      className="steps"
      items={steps.map(({ step, time, by, note }, index) => ({
        key: `${step} ${time}`,
        color: STEP_COLOURS[step],
        content: (
          <>
            <strong>{t.cases.step[step]}</strong> <span className="quiet">{t.cases.by(by)}</span>
            <br />
            <time className="quiet" dateTime={time}>
              {q.moment(Date.parse(time), nowMs)} ({q.clock(Date.parse(time))})
            </time>
            {/* The note of the report stands above. */}
            {index > 0 && note && <p className="note">{note}</p>}
          </>
        ),
      }))}
    />
  )
}
