import { Table } from 'antd'
import { useMemo } from 'react'
import type { StreetPartCoverage } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'
import { go } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { ShareBar } from './share-bar.tsx'
import { StreetPartDetail } from './street-part-detail.tsx'
import { StreetPartMap } from './street-part-map.tsx'
import { leastCoveredFirst, partName, partState, shareOf } from './street-parts.ts'

interface Props {
  parts: readonly StreetPartCoverage[]
  grid: string
  range: Range
  chosen: string | undefined
}

const PAGE_ROWS = 20

const choose = (part: string | undefined) => go({ item: part }, 'replace')

/** The street parts of a grid, the least covered first, on the map and as a list; the chosen one in detail. */
export function StreetParts({ parts, grid, range, chosen }: Props) {
  const words = useWords()
  const { t, q } = words
  const rows = useMemo(() => parts.toSorted(leastCoveredFirst), [parts])
  const part = rows.find((one) => one.part === chosen)
  if (rows.length === 0) return <EmptyState title={t.coverage.noStreets} hint={t.coverage.noStreetsHint} />
  return (
    <>
      <PartLegend />
      {part && <StreetPartDetail part={part} grid={grid} range={range} onClose={() => choose(undefined)} />}
      <section className="grid-table" data-testid="street-parts">
        <h3>
          {t.coverage.parts} <span className="count">{rows.length}</span>
        </h3>
        <p className="quiet">{t.coverage.partsHint}</p>
        <Table<StreetPartCoverage>
          size="small"
          rowKey="part"
          dataSource={rows}
          pagination={
            rows.length > PAGE_ROWS && { pageSize: PAGE_ROWS, size: 'small', showSizeChanger: false }
          }
          rowClassName={(row) => (row.part === chosen ? 'chosen-row' : '')}
          onRow={(row) => ({ onClick: () => choose(row.part) })}
          columns={[
            {
              title: t.coverage.parts,
              render: (_, row) => (
                <button
                  type="button"
                  className="plain-link part-name"
                  aria-current={row.part === chosen}
                  data-testid="street-part"
                  data-part={row.part}
                  onClick={() => choose(row.part)}
                >
                  <span className={`swatch swatch-part-${partState(row)}`} />
                  <span>
                    {partName(row, words)}
                    <span className="row-note"> {t.coverage.partStates[partState(row)]}</span>
                  </span>
                </button>
              ),
            },
            {
              title: t.coverage.share,
              width: 118,
              sorter: leastCoveredFirst,
              render: (_, row) => (
                <span className="bar-cell">
                  <ShareBar
                    coverage={shareOf(row)}
                    cannotTell={row.lengthM > 0 ? Math.min(1, row.cannotTellM / row.lengthM) : 0}
                  />
                  <span className="figures">{q.percent(shareOf(row))}</span>
                </span>
              ),
            },
            {
              title: t.coverage.length,
              align: 'end',
              width: 76,
              sorter: (a, b) => a.lengthM - b.lengthM,
              render: (_, { lengthM }) => <span className="figures">{q.distance(lengthM)}</span>,
            },
          ]}
        />
      </section>
      <StreetPartMap parts={parts} chosen={part} />
    </>
  )
}

function PartLegend() {
  const { t } = useWords()
  return (
    <ul className="legend" aria-label={t.coverage.legend}>
      {(['covered', 'cannot-tell', 'missed'] as const).map((state) => (
        <li key={state} className="with-icon">
          <span className={`swatch swatch-part-${state}`} />
          {t.coverage.partStates[state]}
        </li>
      ))}
    </ul>
  )
}
