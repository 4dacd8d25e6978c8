import { useQuery } from '@tanstack/react-query'
import { Segmented, Skeleton } from 'antd'
import { useState } from 'react'
import type { Case } from '../../../../proto/http.ts'
import { casesQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { go } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Problem } from '../shell/problem.tsx'
import { useNow } from '../shell/use-now.ts'
import { CaseDetail } from './case-detail.tsx'
import { placeOf } from './case-place.ts'
import { CaseStatus } from './case-status.tsx'

const MOST_LISTED = 200

export function CasesPanel({ chosen }: { chosen: string | undefined }) {
  const [which, setWhich] = useState<'open' | 'all'>('open')
  if (chosen !== undefined) return <CaseDetail key={chosen} id={chosen} />
  return <CaseList which={which} onWhich={setWhich} />
}

function CaseList({ which, onWhich }: { which: 'open' | 'all'; onWhich: (which: 'open' | 'all') => void }) {
  const { t } = useWords()
  const open = useQuery(casesQuery('open'))
  const all = useQuery({ ...casesQuery('all'), enabled: which === 'all' })
  const asked = which === 'open' ? open : all
  const cases = asked.data?.cases
  const nowMs = useNow(10_000)
  return (
    <>
      <Segmented
        block
        aria-label={t.viewTitles.cases}
        value={which}
        onChange={onWhich}
        options={[
          { value: 'open', label: `${t.cases.open}${open.data ? ` ${open.data.cases.length}` : ''}` },
          { value: 'all', label: t.cases.all },
        ]}
      />
      {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isPending && <Skeleton active paragraph={{ rows: 6 }} title={false} />}
      {cases?.length === 0 &&
        (which === 'open' ? (
          <EmptyState title={t.cases.noOpen} hint={t.cases.noOpenHint} />
        ) : (
          <EmptyState title={t.cases.none} hint={t.cases.noOpenHint} />
        ))}
      <ul className="rows">
        {cases?.map((one) => (
          <CaseRow key={one.id} one={one} nowMs={nowMs} />
        ))}
      </ul>
      {which === 'all' && cases && cases.length >= MOST_LISTED && (
        <p className="quiet">{t.cases.truncated(cases.length)}</p>
      )}
    </>
  )
}

function CaseRow({ one, nowMs }: { one: Case; nowMs: number }) {
  const words = useWords()
  const { t, q, language } = words
  const { id, faultName, raised, open, status, source } = one
  return (
    <li className="row" data-testid="case-row" data-case={id}>
      <button type="button" className="row-main" onClick={() => go({ view: 'cases', caseId: id })}>
        <span className={open ? 'diamond diamond-open' : 'diamond'} />
        <span className="row-text">
          <span className="row-title">{faultName[language]}</span>
          <span className="row-note">{placeOf(one, words)}</span>
          <span className="row-note">
            <time dateTime={raised}>{q.moment(Date.parse(raised), nowMs)}</time>
            {' · '}
            {q.ago(Date.parse(raised), nowMs)}
            {source === 'inspector' && ` · ${t.cases.sources.inspector}`}
          </span>
        </span>
        <CaseStatus open={open} status={status} />
      </button>
    </li>
  )
}
