import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { gridsQuery } from '../api/queries.ts'
import { boundsOf } from '../map/bounds.ts'
import { useScene } from '../map/map-view.tsx'
import { useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import './coverage.css'
import { CoveragePanel } from './coverage-panel.tsx'
import { districtOf } from './grid-tree.ts'
import { RolledUp } from './rolled-up.tsx'
import { UnitGrid } from './unit-grid.tsx'
import { useShiftHours } from './use-range.ts'

/** Coverage (巡查覆盖): from the district down to a unit grid, by policy. */
export function CoverageView() {
  const { grid: asked, policy = 'area', item } = useScreen()
  const scene = useScene()
  const grids = useQuery(gridsQuery)
  const range = useShiftHours()
  const units = useMemo(
    () => (grids.data?.features ?? []).map(({ properties }) => properties.code),
    [grids.data],
  )
  const grid = asked ?? districtOf(units)
  const isUnit = grid !== undefined && units.includes(grid)

  useEffect(() => {
    scene?.chooseGrid(isUnit ? grid : undefined)
    return () => scene?.chooseGrid(undefined)
  }, [scene, grid, isUnit])

  useEffect(() => {
    if (!scene || asked === undefined) return
    const inside = grids.data?.features.filter(({ properties }) => properties.code.startsWith(asked)) ?? []
    const bounds = boundsOf(inside)
    if (bounds) scene.fit(bounds)
  }, [scene, grids.data, asked])

  return (
    <Panel>
      <CoveragePanel grids={grids} grid={grid} policy={policy} range={range} isUnit={isUnit}>
        {grid !== undefined &&
          range &&
          (isUnit ? (
            <UnitGrid key={`${grid} ${policy}`} grid={grid} policy={policy} range={range} item={item} />
          ) : (
            <RolledUp grid={grid} policy={policy} range={range} units={units} />
          ))}
      </CoveragePanel>
    </Panel>
  )
}
