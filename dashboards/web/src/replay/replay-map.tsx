import { useEffect, useMemo } from 'react'
import type { Summary } from '../../../../proto/http.ts'
import { useWords } from '../i18n/language.tsx'
import { collection } from '../map/features.ts'
import { useScene } from '../map/map-view.tsx'
import { markLayers } from './mark-layers.ts'
import type { Player } from './player.ts'
import { nearestFix, whereabouts } from './position.ts'
import { drawTrack, trackBounds, trackPieces } from './track-geojson.ts'
import { headLayer, wayLayers } from './track-layers.ts'

const CLICK_REACH_PX = 14

interface Props {
  player: Player
  summary: Summary
  follow: boolean
}

/** The track on the map; a click on it takes the playhead there. */
export function ReplayMap({ player, summary, follow }: Props) {
  const scene = useScene()
  const { t } = useWords()
  const { track } = player
  const pieces = useMemo(() => trackPieces(track), [track])

  useEffect(() => {
    if (!scene) return
    const { lines, gaps } = drawTrack(track, pieces)
    scene.setData('track', lines)
    scene.setData('track-gaps', gaps)
    return () => {
      scene.setData('track', collection([]))
      scene.setData('track-gaps', collection([]))
    }
  }, [scene, track, pieces])

  useEffect(() => {
    const bounds = trackBounds(track)
    if (scene && bounds) scene.fit(bounds)
  }, [scene, track])

  const marks = useMemo(() => markLayers(track, summary.stops, t), [track, summary, t])
  useEffect(() => {
    if (!scene) return
    let shown = -1
    const undo = player.onFrame((atMs, playing) => {
      const place = whereabouts(track, atMs)
      const travelled = pieces.findLastIndex(({ first }) => track.timeMs[first]! <= atMs)
      const piece = pieces[travelled]
      const whole = piece && track.timeMs[piece.last]! <= atMs ? travelled + 1 : Math.max(0, travelled)
      if (whole !== shown) scene.setTravelled(whole, pieces.length)
      shown = whole
      const way = piece ? wayLayers(track, piece, place, atMs, player.view().speed) : []
      scene.setLayersNow('replay', [...way, ...marks, headLayer(place)])
      if (playing && follow && place.known) scene.keepInSight(place.lon, place.lat)
    })
    return () => {
      undo()
      scene.setLayers('replay', [])
    }
  }, [scene, player, track, pieces, marks, follow])

  useEffect(() => {
    if (!scene) return
    scene.onPlace = ({ lon, lat, metresPerPx }) => {
      const index = nearestFix(track, lat, lon, CLICK_REACH_PX * metresPerPx)
      if (index !== undefined) player.seek(track.timeMs[index]!)
    }
    return () => {
      scene.onPlace = undefined
    }
  }, [scene, player, track])
  return null
}
