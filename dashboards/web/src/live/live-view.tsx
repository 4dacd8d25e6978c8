import { useEffect } from 'react'
import { CaseMap } from '../cases/case-map.tsx'
import { useScene } from '../map/map-view.tsx'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import { LiveMap } from './live-map.tsx'
import { LivePanel } from './live-panel.tsx'

export function LiveView() {
  const { device } = useScreen()
  const scene = useScene()
  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'vehicle') go({ device: id }, 'replace')
      if (kind === 'case') go({ view: 'cases', caseId: id })
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])
  return (
    <>
      <Panel>
        <LivePanel chosen={device} />
      </Panel>
      <LiveMap chosen={device} />
      <CaseMap chosen={undefined} onlyChosen={false} />
    </>
  )
}
