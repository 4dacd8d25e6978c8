import { useEffect } from 'react'
import { CaseMap } from '../cases/case-map.tsx'
import { GatewayDrawer } from '../gateway-status/gateway-drawer.tsx'
import { useScene } from '../map/map-view.tsx'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import { LiveMap } from './live-map.tsx'
import { LivePanel } from './live-panel.tsx'
import { useSession } from './session.tsx'

const CHOSEN_ZOOM = 16

export function LiveView() {
  const { device, status } = useScreen()
  const scene = useScene()
  const session = useSession()
  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'vehicle') go({ device: id, status: undefined }, 'replace')
      if (kind === 'case') go({ view: 'cases', caseId: id })
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])
  useEffect(() => {
    if (!scene || device === undefined) return
    const fly = (): boolean => {
      const fix = session.fleet.get(device)?.fix
      if (fix) scene.flyTo(fix.lon, fix.lat, CHOSEN_ZOOM)
      return fix !== undefined
    }
    if (fly()) return
    // A link may name it before anything is known of it.
    const onMove = () => {
      if (fly()) session.onMove.delete(onMove)
    }
    session.onMove.add(onMove)
    return () => {
      session.onMove.delete(onMove)
    }
  }, [scene, session, device])

  return (
    <>
      <Panel>
        <LivePanel chosen={device} />
      </Panel>
      <GatewayDrawer device={status ? device : undefined} />
      <LiveMap chosen={device} />
      <CaseMap chosen={undefined} onlyChosen={false} />
    </>
  )
}
