import { useEffect, useMemo } from 'react'
import { useWords } from '../i18n/language.tsx'
import type { Bounds } from '../map/bounds.ts'
import { collection } from '../map/features.ts'
import { useScene } from '../map/map-view.tsx'
import type { Draw } from '../map/moving-canvas.ts'
import type { MapScene } from '../map/scene.ts'
import { go } from '../screen.ts'
import { drawPatrols } from './draw-patrols.ts'
import { drawHead, drawWay } from './draw-way.ts'
import { Heads } from './heads.ts'
import { labelAtlas } from './label-atlas.ts'
import { markLayers } from './mark-layers.ts'
import { patrolLines } from './patrol-lines.ts'
import type { Patrol } from './patrols.ts'
import type { Player } from './player.ts'
import { indexAt, nearestFix, whereabouts } from './position.ts'
import type { Track } from './track.ts'
import { drawTrack, trackPieces } from './track-geojson.ts'
import type { Ride } from './use-replay.ts'

const CLICK_REACH_PX = 14
const HEAD_REACH_PX = 20
const WAYS_AFTER_MS = 100

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
  useMarks(scene, ride)
  const heads = useMemo(() => new Heads(patrols), [patrols])
  const atlas = useMemo(() => (patrols.length > 0 ? labelAtlas(patrols) : undefined), [patrols])

  useEffect(() => {
    if (!scene) return
    const begin = ride && ride.track.count > 0 ? wayOf(ride.track, scene) : undefined
    const undo = player.onFrame((playerMs, playing) => {
      const atMs = playerMs + shiftMs
      const { speed } = player.view()
      heads.moveTo(atMs)
      scene.publishHeads(heads.shown)
      const place = ride && whereabouts(ride.track, atMs)
      const drawFocused = begin?.(atMs, speed)
      scene.showMoving((pen) => {
        if (atlas) drawPatrols(pen, heads, atlas, atMs, speed, ride?.device)
        drawFocused?.(pen)
      })
      if (playing && follow && place?.known) scene.keepInSight(place.lon, place.lat)
    })
    return () => {
      undo()
      scene.showMoving(undefined)
    }
  }, [scene, player, heads, atlas, ride, follow, shiftMs])

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
    // The heads are there at once; their ways, which the map takes a while to draw, come after the first frame.
    const later = setTimeout(() => {
      const { lines, gaps } = patrolLines(patrols)
      scene.setData('patrols', lines)
      scene.setData('patrol-gaps', gaps)
      void scene.publishWays(patrols.length)
    }, WAYS_AFTER_MS)
    return () => {
      clearTimeout(later)
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

/** Start, end and stops of the focused track: below what moves, drawn when the map is. */
function useMarks(scene: MapScene | undefined, ride: Ride | undefined): void {
  const { t } = useWords()
  useEffect(() => {
    if (!scene || !ride || ride.track.count === 0) return
    scene.setLayers('replay', markLayers(ride.track, ride.summary.stops, t))
    return () => scene.setLayers('replay', [])
  }, [scene, ride, t])
}

/** How the focused track is drawn at a moment; the map is told which of its pieces are travelled. */
function wayOf(track: Track, scene: MapScene): (atMs: number, speed: number) => Draw {
  const pieces = trackPieces(track)
  const starts = Float64Array.from(pieces, ({ first }) => track.timeMs[first]!)
  let shown = -1
  return (atMs, speed) => {
    const place = whereabouts(track, atMs)
    const travelled = indexAt(starts, atMs)
    const piece = pieces[travelled]
    const whole = piece && track.timeMs[piece.last]! <= atMs ? travelled + 1 : Math.max(0, travelled)
    if (whole !== shown) scene.setTravelled(whole, pieces.length)
    shown = whole
    return (pen) => {
      drawWay(pen, track, piece, place, atMs, speed)
      drawHead(pen, place)
    }
  }
}
