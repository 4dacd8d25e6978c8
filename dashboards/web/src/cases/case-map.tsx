import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Case } from '../../../../proto/http.ts'
import { caseQuery, casesQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { frameLoop } from '../map/frame-loop.ts'
import { useScene } from '../map/map-view.tsx'
import { caseLayers, isNew } from './case-layers.ts'

const PULSE_FPS = 30
const CLOSE_ZOOM = 17
const NONE: readonly Case[] = []

/** Open cases on the map, or with `onlyChosen` the chosen one alone; the map flies to a newly chosen one. */
export function CaseMap({ chosen, onlyChosen }: { chosen: string | undefined; onlyChosen: boolean }) {
  const scene = useScene()
  const words = useWords()
  const listed = useQuery(casesQuery('open')).data?.cases ?? NONE
  const { data: opened } = useQuery({ ...caseQuery(chosen ?? ''), enabled: chosen !== undefined })

  useEffect(() => {
    if (!scene) return
    const one = opened?.id === chosen ? opened : listed.find(({ id }) => id === chosen)
    const others = onlyChosen ? NONE : listed.filter(({ id }) => id !== one?.id)
    const shown = one ? [...others, one] : others
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const loop = frameLoop((clockMs) => {
      const nowMs = Date.now()
      scene.setLayersNow('cases', caseLayers(shown, chosen, words, nowMs, still ? undefined : clockMs))
      return !still && shown.some((each) => isNew(each, nowMs))
    }, PULSE_FPS)
    loop.wake()
    return () => {
      loop.stop()
      scene.setLayers('cases', NONE_DRAWN)
    }
  }, [scene, listed, opened, chosen, onlyChosen, words])

  const place = opened?.id === chosen && !onlyChosen ? opened?.position : undefined
  const [lon, lat] = [place?.lon, place?.lat]
  useEffect(() => {
    if (scene && lon !== undefined && lat !== undefined) scene.flyTo(lon, lat, CLOSE_ZOOM)
  }, [scene, lon, lat])
  return null
}

const NONE_DRAWN = [] as const
