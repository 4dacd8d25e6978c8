import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from 'react'
import { gridsQuery, settingsQuery, streetsQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { MapNote, MapProblem } from '../shell/map-notes.tsx'
import { boundsOf, gridNamePoints } from './bounds.ts'
import { MapScene } from './scene.ts'
import { useMapPadding } from './use-map-padding.ts'

const SceneContext = createContext<MapScene | undefined>(undefined)

/** The map, once it can be drawn on; undefined before, and for good where the browser cannot draw one. */
export const useScene = (): MapScene | undefined => use(SceneContext)

/** Everything that views write on the map apart from names. */
const MAP_CHARACTERS = '0123456789-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz 停分起终'

interface PaneProps {
  label: string
  className: string
  testId: string
  children: (scene: MapScene | undefined, failed: boolean) => ReactNode
}

/** A map of its own, handed to its children, which lie above it. */
export function MapPane({ label, className, testId, children }: PaneProps) {
  const container = useRef<HTMLDivElement>(null)
  const [scene, setScene] = useState<MapScene>()
  const [failed, setFailed] = useState(false)
  const settings = useQuery(settingsQuery)
  // A hub that gives no settings still has a map: the district's own.
  const known = useMemo(
    () => settings.data ?? (settings.isError ? {} : undefined),
    [settings.data, settings.isError],
  )

  useEffect(() => {
    if (!known || !container.current) return
    let made: MapScene
    let gone = false
    try {
      made = new MapScene(container.current, known)
    } catch {
      setFailed(true)
      return
    }
    void made.ready(MAP_CHARACTERS).then(() => !gone && setScene(made))
    return () => {
      gone = true
      setScene(undefined)
      // Whoever draws on it clears up in the same turn, after this.
      queueMicrotask(() => made.remove())
    }
  }, [known])

  return (
    <SceneContext value={scene}>
      <section className={className} ref={container} aria-label={label} data-testid={testId} />
      {children(scene, failed)}
    </SceneContext>
  )
}

/** Draws the district and hands the map to its children, which lie above it. */
export function MapView({ children }: { children: ReactNode }) {
  const { t } = useWords()
  return (
    <MapPane label={t.map.label} className="map" testId="map">
      {(scene, failed) => (
        <>
          {failed && <MapProblem />}
          {scene && <District scene={scene} />}
          {children}
        </>
      )}
    </MapPane>
  )
}

/** Puts streets and grids on a map. */
export function useDistrict(scene: MapScene | undefined) {
  const streets = useQuery(streetsQuery)
  const grids = useQuery(gridsQuery)

  useEffect(() => {
    if (!scene || !streets.data) return
    scene.setData('streets', streets.data)
    void scene.showNames('street-names', namesIn(streets.data.features))
  }, [scene, streets.data])

  useEffect(() => {
    if (!scene || !grids.data) return
    scene.setData('grids', grids.data)
    scene.setData('grid-names', gridNamePoints(grids.data.features))
    void scene.showNames('grid-names', namesIn(grids.data.features))
  }, [scene, grids.data])
  return { streets, grids }
}

function District({ scene }: { scene: MapScene }) {
  useMapPadding(scene)
  const { t } = useWords()
  const { streets, grids } = useDistrict(scene)

  useEffect(() => {
    if (streets.isPending || grids.isPending) return
    const features = grids.data?.features.length ? grids.data.features : (streets.data?.features ?? [])
    scene.setWholeDistrict(boundsOf(features))
  }, [scene, streets.isPending, grids.isPending, streets.data, grids.data])

  if (streets.isPending || grids.isPending) return <MapNote title={t.map.loadingDistrict} />
  const failed = streets.isError ? streets : grids.isError ? grids : undefined
  if (failed) return <MapNote error={failed.error} onRetry={() => void failed.refetch()} />
  const empty = streets.data?.features.length === 0 && grids.data?.features.length === 0
  return empty ? <MapNote title={t.map.noDistrict} hint={t.map.noDistrictHint} /> : null
}

const namesIn = (features: readonly { properties: { name?: string | undefined } }[]): string =>
  features.map(({ properties }) => properties.name ?? '').join('')
