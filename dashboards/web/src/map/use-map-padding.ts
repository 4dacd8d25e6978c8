import { useEffect } from 'react'
import type { View } from '../url-state.ts'
import type { MapScene } from './scene.ts'

/** Widths and heights of `app.css`, px: what of the map lies under the panel and under the replay's bar. */
const PANEL_PX = 400
const TRANSPORT_PX = 148
/** As in `app.css`: below this the panel lies under the map, not over it. */
const TELEPHONE = '(max-width: 760px)'

/** Keeps the middle of the map in the middle of what can be seen of it. */
export function useMapPadding(scene: MapScene, view: View): void {
  useEffect(() => {
    const telephone = window.matchMedia(TELEPHONE)
    const apply = () =>
      scene.setPadding({
        left: telephone.matches ? 0 : PANEL_PX,
        bottom: view === 'replay' ? TRANSPORT_PX : 0,
        top: 0,
        right: 0,
      })
    apply()
    telephone.addEventListener('change', apply)
    return () => telephone.removeEventListener('change', apply)
  }, [scene, view])
}
