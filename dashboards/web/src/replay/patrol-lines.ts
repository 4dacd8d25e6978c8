import { collection, type Feature, type FeatureCollection, type LineString } from '../map/features.ts'
import { css } from '../map/palette.ts'
import type { Patrol } from './patrols.ts'

/** The tracks of all patrols for the base map, which draws them once; a line a stretch without a gap. */

interface PatrolLine {
  device: string
  colour: string
}

export function patrolLines(patrols: readonly Patrol[]): {
  lines: FeatureCollection<LineString, PatrolLine>
  gaps: FeatureCollection<LineString>
} {
  const lines: Feature<LineString, PatrolLine>[] = []
  const gaps: Feature<LineString, Record<string, never>>[] = []
  for (const { device, colour, track, gapAfter } of patrols) {
    const place = (index: number): [number, number] => [track.lon[index]!, track.lat[index]!]
    const properties = { device, colour: css(colour) }
    let coordinates: [number, number][] = []
    const end = () => {
      if (coordinates.length > 1)
        lines.push({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties })
      coordinates = []
    }
    for (let index = 0; index < track.count; index++) {
      coordinates.push(place(index))
      if (index + 1 === track.count || gapAfter[index] === 0) continue
      gaps.push({
        type: 'Feature',
        geometry: { type: 'LineString', coordinates: [place(index), place(index + 1)] },
        properties: {},
      })
      end()
    }
    end()
  }
  return { lines: collection(lines), gaps: collection(gaps) }
}
