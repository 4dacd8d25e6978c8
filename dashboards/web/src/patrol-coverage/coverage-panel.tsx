import type { UseQueryResult } from '@tanstack/react-query'
import { Breadcrumb, Segmented, Select, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import type { Grids } from '../../../../proto/district.ts'
import { COVERAGE_POLICIES, type CoveragePolicy, GRID_LEVELS } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'
import { go, linkTo } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Problem } from '../shell/problem.tsx'
import { TimeRange } from '../shell/time-range.tsx'
import { nameOfGrid, pathTo } from './grid-tree.ts'

interface Props {
  grids: UseQueryResult<Grids>
  grid: string | undefined
  isUnit: boolean
  policy: CoveragePolicy
  range: Range | undefined
  children: ReactNode
}

/** What is asked for: grid, policy, range. Below it, the answer. */
export function CoveragePanel({ grids, grid, isUnit, policy, range, children }: Props) {
  const { t } = useWords()
  const options = (grids.data?.features ?? []).map(({ properties: { code, name } }) => ({
    value: code,
    label: name,
  }))
  if (grids.isError) return <Problem error={grids.error} onRetry={() => void grids.refetch()} />
  if (grids.isSuccess && options.length === 0)
    return <EmptyState title={t.coverage.noGrids} hint={t.coverage.noGridsHint} />
  return (
    <>
      <Select
        showSearch={{
          filterOption: (text, option) =>
            option !== undefined && (option.label.includes(text) || option.value.includes(text)),
        }}
        aria-label={t.coverage.grid}
        placeholder={t.coverage.chooseGrid}
        value={isUnit ? grid : undefined}
        options={options}
        loading={grids.isPending}
        onChange={(code) => go({ grid: code, item: undefined })}
      />
      <TimeRange
        label={t.coverage.range}
        range={range}
        onRange={(chosen) => go({ ...chosen, atMs: undefined }, 'replace')}
      />
      <Segmented
        block
        className="policies"
        aria-label={t.coverage.policyChoice}
        value={policy}
        onChange={(chosen) => go({ policy: chosen, item: undefined }, 'replace')}
        options={COVERAGE_POLICIES.map((value) => ({
          value,
          label: <span data-testid={`policy-${value}`}>{t.coverage.policies[value]}</span>,
        }))}
      />
      {grid !== undefined && grids.data && <GridPath grid={grid} grids={grids.data} />}
      {grids.isPending || !range ? <Skeleton active paragraph={{ rows: 6 }} title={false} /> : children}
    </>
  )
}

/** From the district down; each step leads back up. */
function GridPath({ grid, grids }: { grid: string; grids: Grids }) {
  const { t } = useWords()
  return (
    <nav aria-label={t.coverage.path} className="grid-path">
      <Breadcrumb
        items={pathTo(grid).map((code, index) => {
          const level = GRID_LEVELS[index] ?? 'unit'
          const name = nameOfGrid(grids.features, code, level) ?? `${t.coverage.levels[level]} ${code}`
          return {
            key: code,
            title:
              code === grid ? (
                <span aria-current="page">{name}</span>
              ) : (
                <a {...linkTo({ grid: code, item: undefined })} data-testid={`up-${code}`}>
                  {name}
                </a>
              ),
          }
        })}
      />
    </nav>
  )
}
