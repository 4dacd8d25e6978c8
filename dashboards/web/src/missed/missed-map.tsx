import { PathLayer, ScatterplotLayer } from '@deck.gl/layers'
import { useEffect } from 'react'
import type { Missed, Round } from '../../../../proto/patrol-http.ts'
import { boundsOf } from '../map/bounds.ts'
import { useScene } from '../map/map-view.tsx'
import { AMBER, RED, type Rgb, TEAL, WHITE } from '../map/palette.ts'
import { offLineM, pointsOf } from '../patrol-coverage/street-parts.ts'
import { go } from '../screen.ts'
import { missedKey } from './missed-list.tsx'
import { severity } from './overdue.ts'

const REACH_PX = 14
const PALE: Rgb = [232, 150, 120]

/** From pale to red, the longer overdue. */
function colourOf(one: Missed): Rgb {
  const share = severity(one)
  return PALE.map((from, index) => from + (RED[index]! - from) * share) as Rgb
}

/** What was missed over the map, and the round; a click near a place chooses it. */
export function MissedMap(props: {
  missed: readonly Missed[]
  chosen: string | undefined
  round: Round | undefined
}) {
  const scene = useScene()
  const { missed, chosen, round } = props

  useEffect(() => {
    if (!scene) return
    const streets = missed.filter(({ line }) => line !== undefined)
    const places = missed.filter(({ line }) => line === undefined)
    const marked = missed.filter((one) => missedKey(one) === chosen)
    const way = round ? [pointsOf(round.line)] : []
    scene.setLayers('coverage', [
      new PathLayer<Missed>({
        id: 'missed-streets',
        data: streets,
        getPath: ({ line }) => pointsOf(line!),
        getColor: colourOf,
        getWidth: 5,
        ...PX,
      }),
      new ScatterplotLayer<Missed>({
        id: 'missed-places',
        data: places,
        stroked: true,
        radiusUnits: 'pixels',
        lineWidthUnits: 'pixels',
        getPosition: ({ lon, lat }) => [lon, lat],
        getRadius: ({ kind }) => (kind === 'cell' ? 8 : 5),
        getFillColor: colourOf,
        getLineColor: WHITE,
        getLineWidth: 1.5,
      }),
      new ScatterplotLayer<Missed>({
        id: 'missed-chosen',
        data: marked,
        stroked: true,
        filled: false,
        radiusUnits: 'pixels',
        lineWidthUnits: 'pixels',
        getPosition: ({ lon, lat }) => [lon, lat],
        getRadius: 15,
        getLineColor: AMBER,
        getLineWidth: 4,
      }),
      roundLine('round-edge', way, WHITE, 9),
      roundLine('round', way, TEAL, 5),
    ])
    return () => scene.setLayers('coverage', [])
  }, [scene, missed, chosen, round])

  useEffect(() => {
    const bounds = round && boundsOf([{ geometry: { coordinates: pointsOf(round.line) } }])
    if (scene && bounds) scene.fit(bounds)
  }, [scene, round])

  useEffect(() => {
    if (!scene) return
    let taken = false
    scene.onPlace = ({ lon, lat, metresPerPx }) => {
      const near = nearest(missed, lon, lat, REACH_PX * metresPerPx)
      taken = near !== undefined
      if (near) go({ item: missedKey(near) }, 'replace')
    }
    scene.onPick = ({ kind, id }) => {
      if (kind === 'grid' && !taken) go({ view: 'coverage', grid: id, item: undefined, shift: undefined })
      taken = false
    }
    return () => {
      scene.onPlace = undefined
      scene.onPick = undefined
    }
  }, [scene, missed])
  return null
}

function nearest(missed: readonly Missed[], lon: number, lat: number, reachM: number): Missed | undefined {
  let [found, foundM]: [Missed | undefined, number] = [undefined, reachM]
  for (const one of missed) {
    const offM = offLineM(one.line ? pointsOf(one.line) : [[one.lon, one.lat]], lon, lat)
    if (offM <= foundM) [found, foundM] = [one, offM]
  }
  return found
}

const PX = { widthUnits: 'pixels', capRounded: true, jointRounded: true } as const

const roundLine = (id: string, data: [number, number][][], colour: Rgb, widthPx: number) =>
  new PathLayer<[number, number][]>({
    id,
    data,
    getPath: (line) => line,
    getColor: colour,
    getWidth: widthPx,
    ...PX,
  })
