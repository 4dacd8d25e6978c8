import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { Breadcrumb, Segmented, Select, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import type { Grids } from '../../../../proto/district.ts'
import { COVERAGE_POLICIES, type CoveragePolicy, GRID_LEVELS } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { rollUpQuery } from '../api/patrol.ts'
import { useWords } from '../i18n/language.tsx'
import { go, linkTo } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Problem } from '../shell/problem.tsx'
import { TimeRange } from '../shell/time-range.tsx'
import { pathTo } from './grid-tree.ts'

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
      {grid !== undefined && range && (
        <GridPath grid={grid} policy={policy} range={range} grids={grids.data} />
      )}
      {grids.isPending || !range ? <Skeleton active paragraph={{ rows: 6 }} title={false} /> : children}
    </>
  )
}

/** From the district down; each step leads back up. */
function GridPath(props: { grid: string; policy: CoveragePolicy; range: Range; grids: Grids | undefined }) {
  const { t } = useWords()
  const { grid, policy, range, grids } = props
  const path = pathTo(grid)
  const unit = grids?.features.find(({ properties }) => properties.code === grid)
  return (
    <nav aria-label={t.coverage.path} className="grid-path">
      <Breadcrumb
        items={path.map((code, index) => ({
          key: code,
          title:
            code === grid ? (
              <span aria-current="page">
                <GridName
                  code={code}
                  policy={policy}
                  range={range}
                  name={unit?.properties.name}
                  level={index}
                />
              </span>
            ) : (
              <a {...linkTo({ grid: code, item: undefined })} data-testid={`up-${code}`}>
                <GridName code={code} policy={policy} range={range} name={undefined} level={index} />
              </a>
            ),
        }))}
      />
    </nav>
  )
}

/** The register's name of a unit grid; of a higher one what the roll-up calls it, or its level. */
function GridName(props: {
  code: string
  policy: CoveragePolicy
  range: Range
  name: string | undefined
  level: number
}) {
  const { t } = useWords()
  const { code, policy, range, name, level } = props
  // Only what is known already: a name is no reason to compute coverage.
  const known = useQuery({ ...rollUpQuery(policy, code, range), enabled: false })
  const shown = name ?? known.data?.name
  if (shown !== undefined) return shown
  return `${t.coverage.levels[GRID_LEVELS[level] ?? 'unit']} ${code.slice(-3)}`
}
