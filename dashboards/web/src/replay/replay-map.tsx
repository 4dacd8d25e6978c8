import type { Layer } from '@deck.gl/core'
import { useEffect, useMemo } from 'react'
import { useWords } from '../i18n/language.tsx'
import type { Bounds } from '../map/bounds.ts'
import { collection } from '../map/features.ts'
import { useScene } from '../map/map-view.tsx'
import type { MapScene } from '../map/scene.ts'
import { go } from '../screen.ts'
import { Heads } from './heads.ts'
import { labelAtlas } from './label-atlas.ts'
import { markLayers } from './mark-layers.ts'
import { patrolLayers } from './patrol-layers.ts'
import { patrolLines } from './patrol-lines.ts'
import type { Patrol } from './patrols.ts'
import type { Player } from './player.ts'
import { indexAt, nearestFix, whereabouts } from './position.ts'
import { drawTrack, trackPieces } from './track-geojson.ts'
import { headLayer, wayLayers } from './track-layers.ts'
import type { Ride } from './use-replay.ts'

const CLICK_REACH_PX = 14
const HEAD_REACH_PX = 20

interface Props {
  player: Player
  /** All that are shown together; none where it is one alone. */
  patrols: readonly Patrol[]
  /** The one whose figures are shown; undefined while it is on its way. */
  ride: Ride | undefined
  follow: boolean
  /** Brought into sight when it changes. */
  sight: Bounds | undefined
  /** Added to the player's moment: a track of another day beside the one that the player plays. */
  shiftMs?: number
}

/** Tracks on the map, and what moves on them; a click on a head focuses it, one on the focused track takes the playhead there. */
export function ReplayMap({ player, patrols, ride, follow, sight, shiftMs = 0 }: Props) {
  const scene = useScene()
  useStillPatrols(scene, patrols)
  useStillTrack(scene, ride)
  useEffect(() => {
    if (scene && sight) scene.fit(sight)
  }, [scene, sight])
  const draw = useFrames(ride)
  const heads = useMemo(() => new Heads(patrols), [patrols])
  const atlas = useMemo(() => (patrols.length > 0 ? labelAtlas(patrols) : undefined), [patrols])

  useEffect(() => {
    if (!scene) return
    const begin = draw(scene)
    const undo = player.onFrame((playerMs, playing) => {
      const atMs = playerMs + shiftMs
      const { speed } = player.view()
      heads.moveTo(atMs)
      scene.publishHeads(heads.shown)
      const beside = atlas ? patrolLayers(heads, atlas, atMs, speed, ride?.device) : []
      const place = ride && whereabouts(ride.track, atMs)
      scene.setLayersNow('replay', [...beside, ...begin(atMs, speed)])
      if (playing && follow && place?.known) scene.keepInSight(place.lon, place.lat)
    })
    return () => {
      undo()
      scene.setLayers('replay', [])
    }
  }, [scene, player, heads, atlas, draw, ride, follow, shiftMs])

  useEffect(() => {
    if (!scene) return
    scene.onPlace = ({ lon, lat, metresPerPx }) => {
      const head = heads.nearest(lon, lat, HEAD_REACH_PX * metresPerPx)
      if (head) {
        go({ device: head.device }, 'replace')
        return
      }
      const index = ride && nearestFix(ride.track, lat, lon, CLICK_REACH_PX * metresPerPx)
      if (ride && index !== undefined) player.seek(ride.track.timeMs[index]! - shiftMs)
    }
    return () => {
      scene.onPlace = undefined
    }
  }, [scene, player, heads, ride, shiftMs])
  return null
}

function useStillPatrols(scene: MapScene | undefined, patrols: readonly Patrol[]): void {
  useEffect(() => {
    if (!scene || patrols.length === 0) return
    const { lines, gaps } = patrolLines(patrols)
    scene.setData('patrols', lines)
    scene.setData('patrol-gaps', gaps)
    return () => {
      scene.setData('patrols', collection([]))
      scene.setData('patrol-gaps', collection([]))
    }
  }, [scene, patrols])
}

function useStillTrack(scene: MapScene | undefined, ride: Ride | undefined): void {
  useEffect(() => {
    if (!scene || !ride) return
    const { lines, gaps } = drawTrack(ride.track, trackPieces(ride.track))
    scene.setData('track', lines)
    scene.setData('track-gaps', gaps)
    return () => {
      scene.setData('track', collection([]))
      scene.setData('track-gaps', collection([]))
    }
  }, [scene, ride])
}

type Frame = (atMs: number, speed: number) => Layer[]

/** Begins drawing the focused track on a map: the layers of each moment. */
function useFrames(ride: Ride | undefined): (scene: MapScene) => Frame {
  const { t } = useWords()
  return useMemo((): ((scene: MapScene) => Frame) => {
    // Nothing to draw, and no end of nothing.
    if (!ride || ride.track.count === 0) return () => () => []
    const { track, summary } = ride
    const pieces = trackPieces(track)
    const starts = Float64Array.from(pieces, ({ first }) => track.timeMs[first]!)
    const marks = markLayers(track, summary.stops, t)
    return (scene) => {
      let shown = -1
      return (atMs, speed) => {
        const place = whereabouts(track, atMs)
        const travelled = indexAt(starts, atMs)
        const piece = pieces[travelled]
        const whole = piece && track.timeMs[piece.last]! <= atMs ? travelled + 1 : Math.max(0, travelled)
        if (whole !== shown) scene.setTravelled(whole, pieces.length)
        shown = whole
        const way = piece ? wayLayers(track, piece, place, atMs, speed) : []
        return [...way, ...marks, headLayer(place)]
      }
    }
  }, [ride, t])
}
