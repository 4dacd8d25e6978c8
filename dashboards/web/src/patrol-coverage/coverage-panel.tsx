import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { Select, Skeleton } from 'antd'
import type { Coverage } from '../../../../proto/http.ts'
import type { Range } from '../api/client.ts'
import { gridsQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { go, linkTo } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Problem } from '../shell/problem.tsx'
import { TimeRange } from '../shell/time-range.tsx'
import { GridTable } from './grid-table.tsx'
import type { AllCoverage } from './use-all-coverage.ts'

interface Props {
  grid: string | undefined
  range: Range | undefined
  asked: UseQueryResult<Coverage>
  all: AllCoverage
}

export function CoveragePanel({ grid, range, asked, all }: Props) {
  const { t } = useWords()
  const grids = useQuery(gridsQuery)
  const features = grids.data?.features ?? []
  const options = features.map(({ properties: { code, name } }) => ({ value: code, label: name, code }))
  return (
    <>
      <div className="field">
        <span className="field-label">{t.coverage.grid}</span>
        <Select
          showSearch={{
            filterOption: (text, option) =>
              option !== undefined && (option.label.includes(text) || option.code.includes(text)),
          }}
          aria-label={t.coverage.grid}
          placeholder={t.coverage.chooseGrid}
          value={grid}
          options={options}
          loading={grids.isPending}
          onChange={(code) => go({ grid: code }, 'replace')}
        />
      </div>
      <div className="field">
        <span className="field-label">{t.coverage.range}</span>
        <TimeRange
          label={t.coverage.range}
          range={range}
          onRange={(chosen) => go({ ...chosen, atMs: undefined }, 'replace')}
        />
      </div>
      {grids.isError && <Problem error={grids.error} onRetry={() => void grids.refetch()} />}
      {grids.isSuccess && features.length === 0 ? (
        <EmptyState title={t.coverage.noGrids} hint={t.coverage.noGridsHint} />
      ) : (
        <>
          <ChosenGrid grid={grid} asked={asked} />
          <GridTable grids={features} chosen={grid} all={all} />
        </>
      )}
    </>
  )
}

function ChosenGrid({ grid, asked }: Pick<Props, 'grid' | 'asked'>) {
  const { t } = useWords()
  if (grid === undefined)
    return <EmptyState title={t.coverage.chooseFirst} hint={t.coverage.chooseFirstHint} />
  if (asked.isError) return <Problem error={asked.error} onRetry={() => void asked.refetch()} />
  if (!asked.data) return <Skeleton active paragraph={{ rows: 5 }} title={false} />
  return <Figure answer={asked.data} />
}

function Figure({ answer }: { answer: Coverage }) {
  const { t, q } = useWords()
  const uncovered = 1 - answer.coverage - answer.cannotTell
  const uncoveredCells = answer.insideCells - answer.coveredCells - answer.cannotTellCells
  return (
    <section className="coverage-figure">
      <p className="big-figure">
        <strong data-testid="coverage-figure">{q.percent(answer.coverage)}</strong>
        <span>{t.coverage.figure}</span>
      </p>
      <div className="share-bar" aria-hidden="true">
        <span className="share-covered" style={{ width: `${answer.coverage * 100}%` }} />
        <span className="share-cannot-tell" style={{ width: `${answer.cannotTell * 100}%` }} />
      </div>
      <ul className="shares">
        <Share
          kind="covered"
          label={t.coverage.covered}
          ratio={answer.coverage}
          cells={answer.coveredCells}
        />
        <Share kind="uncovered" label={t.coverage.uncovered} ratio={uncovered} cells={uncoveredCells} />
        <Share
          kind="cannot-tell"
          label={t.coverage.cannotTell}
          ratio={answer.cannotTell}
          cells={answer.cannotTellCells}
        />
      </ul>
      {answer.cannotTellCells > 0 && <p className="quiet">{t.coverage.cannotTellNote}</p>}
      <blockquote className="policy" data-testid="coverage-policy">
        <span className="policy-name">
          {t.coverage.policy}: {answer.policy.id} · {t.coverage.version(answer.policy.version)} ·{' '}
          {t.coverage.cellSize(q.number(answer.cells.sizeM))}
        </span>
        {t.coverage.policyText(`${answer.policy.id}/${answer.policy.version}`) ?? answer.policy.text}
      </blockquote>
      <Patrols answer={answer} />
    </section>
  )
}

function Share(props: { kind: string; label: string; ratio: number; cells: number }) {
  const { t, q } = useWords()
  const { kind, label, ratio, cells } = props
  return (
    <li data-testid={`share-${kind}`}>
      <span className={`swatch swatch-${kind}`} />
      <span className="share-label">{label}</span>
      <span className="quiet">{t.coverage.cells(q.number(cells))}</span>
      <span className="row-figure">{q.percent(Math.max(0, ratio))}</span>
    </li>
  )
}

function Patrols({ answer }: { answer: Coverage }) {
  const { t } = useWords()
  if (answer.devices.length === 0)
    return (
      <p className="quiet">
        {t.coverage.nobody}. {t.coverage.nobodyHint}
      </p>
    )
  const range = { fromMs: Date.parse(answer.from), toMs: Date.parse(answer.to) }
  return (
    <div className="patrols">
      <span className="field-label">{t.coverage.patrolledBy}</span>
      {answer.devices.map((device) => {
        const there = { view: 'replay' as const, device, ...range, atMs: undefined }
        return (
          <a key={device} {...linkTo(there)}>
            {device}
          </a>
        )
      })}
    </div>
  )
}
