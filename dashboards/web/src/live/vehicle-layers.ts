import type { Layer } from '@deck.gl/core'
import { TripsLayer } from '@deck.gl/geo-layers'
import { IconLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import { FONT, LABEL_FONT } from '../map/base-style.ts'
import { ICON_MAPPING, iconAtlas, type MarkerIcon } from '../map/marker-icons.ts'
import { SLATE, TEAL, WHITE } from '../map/palette.ts'
import type { Pickable } from '../map/scene.ts'
import { type Fleet, TRAIL_MS, type Vehicle } from './fleet.ts'
import { type Leg, placeAt } from './motion.ts'

/** Markers, names and trails of the e-bikes at a moment of the page's monotonic clock. */

interface Marker extends Pickable {
  id: string
  icon: MarkerIcon
  position: [number, number]
  courseDeg: number
  online: boolean
}

/** Names are shown for a fleet small enough to keep them apart. */
const MOST_NAMES = 80

/** The ways behind the markers; given anew only now and then, since the graphics card must be given them again. */
export function trailsOf(fleet: Fleet): Leg[] {
  return fleet.rows().flatMap(({ id }) => fleet.legs(id).filter(({ showMs }) => showMs.length > 1))
}

export function vehicleLayers(
  fleet: Fleet,
  trails: readonly Leg[],
  nowMs: number,
  chosen: string | undefined,
): Layer[] {
  const markers = fleet.rows().flatMap((vehicle) => markerOf(vehicle, fleet.legs(vehicle.id), nowMs))
  const chosenMarker = markers.filter(({ id }) => id === chosen)
  return [
    new TripsLayer<Leg>({
      id: 'live-trails',
      data: trails,
      getPath: ({ lon, lat }) => lon.map((x, index) => [x, lat[index]!] as [number, number]),
      // The clock counts from the page's start, which 32-bit floats hold to milliseconds for days, in seconds.
      getTimestamps: ({ showMs }) => showMs.map((ms) => ms / 1000),
      currentTime: nowMs / 1000,
      trailLength: TRAIL_MS / 1000,
      fadeTrail: true,
      getColor: TEAL,
      opacity: 0.75,
      widthUnits: 'pixels',
      getWidth: 4,
      capRounded: true,
      jointRounded: true,
    }),
    new ScatterplotLayer<Marker>({
      id: 'live-chosen',
      data: chosenMarker,
      getPosition: ({ position }) => position,
      getFillColor: [...TEAL, 46],
      getLineColor: TEAL,
      stroked: true,
      lineWidthUnits: 'pixels',
      getLineWidth: 1.5,
      radiusUnits: 'pixels',
      getRadius: 26,
    }),
    new IconLayer<Marker>({
      id: 'live-markers',
      data: markers,
      pickable: true,
      iconAtlas: iconAtlas(),
      iconMapping: ICON_MAPPING,
      getIcon: ({ icon }) => icon,
      getPosition: ({ position }) => position,
      getAngle: ({ courseDeg }) => -courseDeg,
      getSize: 38,
    }),
    new TextLayer<Marker>({
      id: 'live-names',
      data: markers.length <= MOST_NAMES ? markers : chosenMarker,
      getText: ({ id }) => id,
      getPosition: ({ position }) => position,
      getPixelOffset: [0, 23],
      getSize: 11.5,
      fontFamily: `"${FONT}", sans-serif`,
      fontSettings: LABEL_FONT,
      fontWeight: 600,
      getColor: ({ online }) => (online ? [24, 58, 64] : SLATE),
      background: true,
      getBackgroundColor: [...WHITE, 215],
      backgroundPadding: [5, 1.5, 5, 2.5],
      backgroundBorderRadius: 4,
    }),
  ]
}

function markerOf(vehicle: Vehicle, legs: readonly Leg[], nowMs: number): Marker[] {
  const place = placeAt(legs, nowMs)
  if (!place) return []
  const { id, online } = vehicle
  const courseDeg = place.courseDeg ?? (isMoving(vehicle) ? vehicle.fix?.courseDeg : undefined)
  return [
    {
      id,
      online,
      icon: online ? (courseDeg === undefined ? 'dot-online' : 'arrow-online') : 'dot-offline',
      position: [place.lon, place.lat],
      courseDeg: courseDeg ?? 0,
      picked: { kind: 'vehicle', id },
      title: id,
    },
  ]
}

/** A receiver at rest reports courses at random. */
const isMoving = ({ fix }: Vehicle): boolean => (fix?.speedMps ?? 0) > 0.8
