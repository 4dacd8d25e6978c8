import { useEffect } from 'react'
import type { MapScene } from './scene.ts'

/** Width of `app.css`, px: what of the map lies under the panel. */
const PANEL_PX = 400
/** As in `app.css`: below this the panel lies under the map, not over it. */
const TELEPHONE = '(max-width: 760px)'

/** Keeps the middle of the map in the middle of what the panel leaves of it. */
export function useMapPadding(scene: MapScene): void {
  useEffect(() => {
    const telephone = window.matchMedia(TELEPHONE)
    const apply = () => scene.setPadding({ left: telephone.matches ? 0 : PANEL_PX })
    apply()
    telephone.addEventListener('change', apply)
    return () => telephone.removeEventListener('change', apply)
  }, [scene])
}
