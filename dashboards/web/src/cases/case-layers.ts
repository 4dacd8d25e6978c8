import type { Layer } from '@deck.gl/core'
import { IconLayer, ScatterplotLayer } from '@deck.gl/layers'
import type { Case } from '../../../../proto/http.ts'
import type { Words } from '../i18n/language.tsx'
import { ICON_MAPPING, iconAtlas } from '../map/marker-icons.ts'
import { RED, SLATE } from '../map/palette.ts'
import type { Pickable } from '../map/scene.ts'
import { placeOf } from './case-place.ts'

/** Cases on the map: a red diamond each while open, with a ring spreading from new ones. */

interface CaseMarker extends Pickable {
  id: string
  open: boolean
  position: [number, number]
}

const NEW_FOR_MS = 5 * 60_000
const PULSE_MS = 1600
const PULSE_PX = 34

export const isNew = ({ open, raised }: Case, nowMs: number): boolean =>
  open && nowMs - Date.parse(raised) < NEW_FOR_MS

/** @param pulse moment of the pulse in ms, or undefined to show it still. */
export function caseLayers(
  cases: readonly Case[],
  chosen: string | undefined,
  words: Words,
  nowMs: number,
  pulse: number | undefined,
): Layer[] {
  const markers = cases.flatMap((one) => markerOf(one, words))
  const fresh = new Set(cases.filter((one) => isNew(one, nowMs)).map(({ id }) => id))
  const phase = pulse === undefined ? 0.6 : (pulse % PULSE_MS) / PULSE_MS
  return [
    new ScatterplotLayer<CaseMarker>({
      id: 'case-pulse',
      data: markers.filter(({ id }) => fresh.has(id)),
      getPosition: ({ position }) => position,
      radiusUnits: 'pixels',
      getRadius: 1,
      radiusScale: 10 + phase * (PULSE_PX - 10),
      getFillColor: RED,
      opacity: 0.45 * (1 - phase),
    }),
    new ScatterplotLayer<CaseMarker>({
      id: 'case-chosen',
      data: markers.filter(({ id }) => id === chosen),
      getPosition: ({ position }) => position,
      radiusUnits: 'pixels',
      getRadius: 25,
      getFillColor: ({ open }) => [...(open ? RED : SLATE), 40],
      getLineColor: ({ open }) => (open ? RED : SLATE),
      stroked: true,
      lineWidthUnits: 'pixels',
      getLineWidth: 2,
    }),
    new IconLayer<CaseMarker>({
      id: 'case-markers',
      data: markers,
      pickable: true,
      iconAtlas: iconAtlas(),
      iconMapping: ICON_MAPPING,
      getIcon: ({ open }) => (open ? 'case-open' : 'case-cleared'),
      getPosition: ({ position }) => position,
      getSize: 38,
    }),
  ]
}

function markerOf(one: Case, words: Words): CaseMarker[] {
  if (!one.position) return []
  const { id, open, position, faultName } = one
  return [
    {
      id,
      open,
      position: [position.lon, position.lat],
      picked: { kind: 'case', id },
      title: `${faultName[words.language]}\n${placeOf(one, words)}`,
    },
  ]
}
