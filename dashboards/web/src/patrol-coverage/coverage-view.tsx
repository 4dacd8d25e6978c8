import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { coverageQuery, gridsQuery } from '../api/queries.ts'
import { boundsOf } from '../map/bounds.ts'
import { useScene } from '../map/map-view.tsx'
import { presetRange } from '../replay/range-presets.ts'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import { CoverageMap } from './coverage-map.tsx'
import { CoveragePanel } from './coverage-panel.tsx'
import { useAllCoverage } from './use-all-coverage.ts'

export function CoverageView() {
  const { grid, fromMs, toMs } = useScreen()
  const scene = useScene()
  const grids = useQuery(gridsQuery)
  const range = fromMs !== undefined && toMs !== undefined ? { fromMs, toMs } : undefined
  const asked = useQuery({
    ...coverageQuery(grid ?? '', range ?? { fromMs: 0, toMs: 0 }),
    enabled: grid !== undefined && range !== undefined,
  })
  const all = useAllCoverage(range)

  useEffect(() => {
    if (fromMs === undefined) go(presetRange('today', Date.now()), 'replace')
  }, [fromMs])

  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'grid') go({ grid: id }, 'replace')
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])

  useEffect(() => {
    scene?.chooseGrid(grid)
    return () => scene?.chooseGrid(undefined)
  }, [scene, grid])

  const feature = grids.data?.features.find(({ properties }) => properties.code === grid)
  useEffect(() => {
    const bounds = feature && boundsOf([feature])
    if (scene && bounds) scene.fit(bounds)
  }, [scene, feature])

  return (
    <>
      <Panel>
        <CoveragePanel grid={grid} range={range} asked={asked} all={all} />
      </Panel>
      <CoverageMap answer={asked.data} shares={all.shares} />
    </>
  )
}
