import { useQuery } from '@tanstack/react-query'
import { Segmented, Skeleton } from 'antd'
import { useState } from 'react'
import { UNSEEN_KINDS } from '../../../../proto/patrol-http.ts'
import { missedQuery } from '../api/patrol.ts'
import { useWords } from '../i18n/language.tsx'
import '../patrol-coverage/coverage.css'
import { useScreen } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Panel } from '../shell/panel.tsx'
import { Problem } from '../shell/problem.tsx'
import './missed.css'
import { MissedList } from './missed-list.tsx'
import { MissedMap } from './missed-map.tsx'
import { RoundBlock } from './round-block.tsx'
import { useRound } from './use-round.ts'

/** The hub ranks; what comes after this many is nobody's work of today. */
const LIMIT = 500

type Kind = (typeof UNSEEN_KINDS)[number]

/** What nobody saw for longer than its class allows (漏巡), and a round that closes the worst of it. */
export function MissedView() {
  const { t, q } = useWords()
  const { item, shift } = useScreen()
  const [kind, setKind] = useState<Kind | 'all'>('all')
  const asked = useQuery(missedQuery({ ...(kind === 'all' ? {} : { kind }), limit: LIMIT }))
  const round = useRound(shift)
  const answer = asked.data
  return (
    <>
      <Panel>
        <RoundBlock shift={shift} round={round} />
        <Segmented
          block
          aria-label={t.missed.kind}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'all' as const, label: t.missed.all },
            ...UNSEEN_KINDS.map((value) => ({
              value,
              label: <span data-testid={`kind-${value}`}>{t.missed.kinds[value]}</span>,
            })),
          ]}
        />
        {asked.isError && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
        {asked.isPending && <Skeleton active paragraph={{ rows: 8 }} title={false} />}
        {answer && (
          <p className="quiet">
            {t.missed.judgedAt(q.moment(Date.parse(answer.at), Date.now()))}
            {answer.total > answer.missed.length &&
              ` · ${t.missed.shown(q.number(answer.missed.length), q.number(answer.total))}`}
          </p>
        )}
        {answer?.missed.length === 0 && <EmptyState title={t.missed.none} hint={t.missed.noneHint} />}
        {answer && answer.missed.length > 0 && <MissedList missed={answer.missed} chosen={item} />}
      </Panel>
      <MissedMap missed={answer?.missed ?? []} chosen={item} round={round.data} />
    </>
  )
}
