import { useEffect } from 'react'
import { LiveMap } from '../live/live-map.tsx'
import { useScene } from '../map/map-view.tsx'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import { CaseMap } from './case-map.tsx'
import { CasesPanel } from './cases-panel.tsx'

export function CasesView() {
  const { caseId } = useScreen()
  const scene = useScene()
  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'case') go({ caseId: id })
      if (kind === 'vehicle') go({ view: 'live', device: id })
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])
  return (
    <>
      <Panel>
        <CasesPanel chosen={caseId} />
      </Panel>
      <LiveMap chosen={undefined} />
      <CaseMap chosen={caseId} onlyChosen={false} />
    </>
  )
}
