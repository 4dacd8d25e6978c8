import type { Layer } from '@deck.gl/core'
import { PathLayer } from '@deck.gl/layers'
import { useEffect, useMemo } from 'react'
import type { StreetPartCoverage } from '../../../../proto/patrol-http.ts'
import { useScene } from '../map/map-view.tsx'
import { AMBER, INK, RED, type Rgb, SLATE, TEAL, WHITE } from '../map/palette.ts'
import { go } from '../screen.ts'
import { nearestLine } from './nearest-line.ts'
import { pointsOf, type Stretch, stretchesOf } from './street-parts.ts'

const COLOURS: Record<Stretch['state'], Rgb> = { covered: TEAL, 'cannot-tell': SLATE, missed: RED }
const REACH_PX = 12

/** The street parts over the map; a click near one chooses it, any other the grid there. */
export function StreetPartMap(props: {
  parts: readonly StreetPartCoverage[]
  chosen: StreetPartCoverage | undefined
}) {
  const scene = useScene()
  const { parts, chosen } = props
  const stretches = useMemo(() => parts.flatMap(stretchesOf), [parts])

  useEffect(() => {
    if (!scene) return
    const marked = chosen ? [{ path: pointsOf(chosen.line) }] : []
    scene.setLayers('coverage', [
      lines('parts-edge', stretches, () => WHITE, 8),
      lines('part-chosen', marked, () => AMBER, 13),
      lines('parts', stretches, ({ state }) => COLOURS[state], 5),
      lines(
        'parts-missed',
        stretches.filter(({ state }) => state === 'missed'),
        () => WHITE,
        1.4,
      ),
      lines(
        'parts-unsure',
        stretches.filter(({ state }) => state === 'cannot-tell'),
        () => INK,
        1.4,
      ),
    ])
    return () => scene.setLayers('coverage', [])
  }, [scene, stretches, chosen])

  useEffect(() => {
    if (!scene) return
    let taken = false
    scene.onPlace = ({ lon, lat, metresPerPx }) => {
      const near = nearestLine(parts, lon, lat, REACH_PX * metresPerPx)
      taken = near !== undefined
      if (near) go({ item: near.part }, 'replace')
    }
    scene.onPick = ({ kind, id }) => {
      if (kind === 'grid' && !taken) go({ grid: id, item: undefined })
      taken = false
    }
    return () => {
      scene.onPlace = undefined
      scene.onPick = undefined
    }
  }, [scene, parts])
  return null
}

function lines<Item extends { path: [number, number][] }>(
  id: string,
  data: Item[],
  colour: (item: Item) => Rgb,
  widthPx: number,
): Layer {
  return new PathLayer<Item>({
    id,
    data,
    getPath: ({ path }) => path,
    getColor: colour,
    getWidth: widthPx,
    widthUnits: 'pixels',
    capRounded: true,
    jointRounded: true,
  })
}
