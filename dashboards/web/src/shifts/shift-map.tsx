import { PathLayer, ScatterplotLayer } from '@deck.gl/layers'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Finding, Shift } from '../../../../proto/patrol-http.ts'
import { gridsQuery, summaryQuery } from '../api/queries.ts'
import { tracksQuery } from '../api/tracks.ts'
import { boundsOf } from '../map/bounds.ts'
import { collection } from '../map/features.ts'
import { useScene } from '../map/map-view.tsx'
import { AMBER, INK, RED, type Rgb, TEAL, WHITE } from '../map/palette.ts'
import { gridsOfBeat, ringsOf } from '../patrol-coverage/grid-tree.ts'
import { trackPieces } from './track-pieces.ts'

interface Props {
  shift: Shift
  findings: readonly Finding[]
  chosen: string | undefined
}

type Path = [number, number][]

/** As fine as a street is wide: a shift is seen as a whole here. */
const TOLERANCE_M = 3

/** The beat's grids, the track of the shift with its gaps, and where something was found. */
export function ShiftMap({ shift, findings, chosen }: Props) {
  const scene = useScene()
  const range = useMemo(
    () => ({ fromMs: Date.parse(shift.from), toMs: Date.parse(shift.to) }),
    [shift.from, shift.to],
  )
  const tracks = useQuery(tracksQuery([shift.device], range, TOLERANCE_M))
  const summary = useQuery(summaryQuery(shift.device, range))
  const grids = useQuery(gridsQuery)
  const beat = useMemo(() => gridsOfBeat(grids.data?.features ?? [], shift.grids), [grids.data, shift.grids])
  const pieces = useMemo(() => {
    const track = tracks.data?.[0]
    const gaps = (summary.data?.gaps ?? []).map(({ from, to }) => ({
      fromMs: Date.parse(from),
      toMs: Date.parse(to),
    }))
    return track && summary.data ? trackPieces(track, gaps) : { lines: [], gaps: [] }
  }, [tracks.data, summary.data])

  useEffect(() => {
    const bounds = boundsOf(beat)
    if (scene && bounds) scene.fit(bounds)
  }, [scene, beat])

  useEffect(() => {
    if (!scene) return
    const placed = findings.filter(({ lat, lon }) => lat !== undefined && lon !== undefined)
    scene.setLayers('coverage', [
      path('beat', beat.flatMap(ringsOf), INK, 2),
      path('shift-edge', pieces.lines, WHITE, 6),
      path('shift-track', pieces.lines, TEAL, 3),
      new ScatterplotLayer<Finding>({
        id: 'shift-findings',
        data: placed,
        stroked: true,
        radiusUnits: 'pixels',
        lineWidthUnits: 'pixels',
        getPosition: ({ lon, lat }) => [lon!, lat!],
        getRadius: ({ id }) => (id === chosen ? 11 : 7),
        getFillColor: RED,
        getLineColor: ({ id }) => (id === chosen ? AMBER : WHITE),
        getLineWidth: ({ id }) => (id === chosen ? 4 : 2),
        updateTriggers: { getRadius: chosen, getLineColor: chosen, getLineWidth: chosen },
      }),
    ])
    return () => scene.setLayers('coverage', [])
  }, [scene, beat, pieces, findings, chosen])

  useEffect(() => {
    if (!scene) return
    const dashes = pieces.gaps.map((coordinates) => ({
      type: 'Feature' as const,
      geometry: { type: 'LineString' as const, coordinates },
      properties: {},
    }))
    scene.setData('track-gaps', collection(dashes))
    return () => scene.setData('track-gaps', collection([]))
  }, [scene, pieces])

  useEffect(() => {
    const finding = findings.find(({ id }) => id === chosen)
    if (finding?.lat !== undefined && finding.lon !== undefined) scene?.flyTo(finding.lon, finding.lat)
  }, [scene, findings, chosen])
  return null
}

const path = (id: string, data: Path[], colour: Rgb, widthPx: number) =>
  new PathLayer<Path>({
    id,
    data,
    getPath: (line) => line,
    getColor: colour,
    getWidth: widthPx,
    widthUnits: 'pixels',
    capRounded: true,
    jointRounded: true,
  })
