import { useEffect } from 'react'
import { frameLoop } from '../map/frame-loop.ts'
import { useScene } from '../map/map-view.tsx'
import { TRAIL_MS } from './fleet.ts'
import { useSession } from './session.tsx'
import { trailsOf, vehicleLayers } from './vehicle-layers.ts'

const LIVE_FPS = 30
/** For those who asked their system for less motion, and for machines that draw slowly. */
const STILL_FPS = 2
const TRAILS_PAUSE_MS = 500

/** The e-bikes on the map: frames are drawn only while one moves or a trail fades. */
export function LiveMap({ chosen }: { chosen: string | undefined }) {
  const scene = useScene()
  const session = useSession()
  useEffect(() => {
    if (!scene) return
    let movedMs = performance.now()
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const { fleet } = session
    let trails = trailsOf(fleet)
    let trailsMs = movedMs
    const loop = frameLoop(
      (nowMs) => {
        if (movedMs > trailsMs && nowMs - trailsMs > TRAILS_PAUSE_MS) {
          trails = trailsOf(fleet)
          trailsMs = nowMs
        }
        scene.setLayersNow('live', vehicleLayers(fleet, trails, nowMs, chosen))
        return nowMs - movedMs < TRAIL_MS
      },
      still ? STILL_FPS : LIVE_FPS,
    )
    const wake = () => {
      movedMs = performance.now()
      loop.wake()
    }
    session.onMove.add(wake)
    wake()
    return () => {
      session.onMove.delete(wake)
      loop.stop()
      scene.setLayers('live', [])
    }
  }, [scene, session, chosen])
  return null
}
