import { Table } from 'antd'
import { useMemo } from 'react'
import type { VisitCount } from '../../../../proto/patrol-http.ts'
import { useWords } from '../i18n/language.tsx'
import { EmptyState } from '../shell/empty-state.tsx'
import { ShareBar } from './share-bar.tsx'

const PAGE_ROWS = 20

/** Share of the visits asked for that were made; 1 where none were asked for. */
const shareOf = ({ visits, asked }: VisitCount): number => (asked > 0 ? Math.min(1, visits / asked) : 1)

/** Visits against what each class asks, the least visited first. */
export function VisitList({ list }: { list: readonly VisitCount[] }) {
  const { t, q } = useWords()
  const rows = useMemo(
    () => list.toSorted((a, b) => shareOf(a) - shareOf(b) || b.asked - a.asked || a.id.localeCompare(b.id)),
    [list],
  )
  if (rows.length === 0) return <EmptyState title={t.coverage.noVisits} />
  return (
    <section className="grid-table" data-testid="visit-list">
      <h3>
        {t.coverage.visits} <span className="count">{rows.length}</span>
      </h3>
      <Table<VisitCount>
        size="small"
        rowKey={({ what, id }) => `${what} ${id}`}
        dataSource={rows}
        pagination={rows.length > PAGE_ROWS && { pageSize: PAGE_ROWS, size: 'small', showSizeChanger: false }}
        columns={[
          {
            title: t.missed.place,
            render: (_, { name, id, class: named, inHours }) => (
              <>
                {name ?? id}
                <span className="row-note">
                  {' '}
                  {t.coverage.classes[named] ?? named}
                  {inHours && ` · ${t.coverage.inHours(q.number(inHours.visits), q.number(inHours.asked))}`}
                </span>
              </>
            ),
          },
          {
            title: t.coverage.visits,
            width: 138,
            sorter: (a, b) => shareOf(a) - shareOf(b),
            render: (_, row) => (
              <span className="bar-cell">
                <ShareBar coverage={shareOf(row)} cannotTell={0} />
                <span className="figures">
                  {t.coverage.visitsOf(
                    q.number(row.visits),
                    q.number(row.asked, Number.isInteger(row.asked) ? 0 : 1),
                  )}
                </span>
              </span>
            ),
          },
        ]}
      />
    </section>
  )
}
