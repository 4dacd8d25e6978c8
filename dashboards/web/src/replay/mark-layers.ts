import type { Layer } from '@deck.gl/core'
import { ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import type { Summary } from '../../../../proto/http.ts'
import type { Messages } from '../i18n/zh.ts'
import { FONT, LABEL_FONT } from '../map/base-style.ts'
import { INK, type Rgb, TEAL, WHITE } from '../map/palette.ts'
import type { Track } from './track.ts'

/** Start, end and stops of a track: made once, drawn above the travelled way and below the marker. */

interface Mark {
  position: [number, number]
  fill: Rgb
  line: Rgb
  radiusPx: number
}

interface Label {
  position: [number, number]
  text: string
  colour: Rgb
  /** Beside the mark with a ground of its own, or inside it. */
  beside: boolean
}

/** Shorter stops are dots without words: a patrol makes a hundred of them. */
const NAMED_STOP_MINUTES = 4
const LEAST_STOP_PX = 5
const MOST_STOP_PX = 10

export function markLayers(track: Track, stops: Summary['stops'], { replay }: Messages): Layer[] {
  const marks: Mark[] = []
  const labels: Label[] = []
  for (const { lon, lat, durationS } of stops) {
    const minutes = Math.max(1, Math.round(durationS / 60))
    const radiusPx = Math.min(MOST_STOP_PX, LEAST_STOP_PX + Math.sqrt(minutes) - 1)
    marks.push({ position: [lon, lat], fill: WHITE, line: INK, radiusPx })
    if (minutes >= NAMED_STOP_MINUTES)
      labels.push({ position: [lon, lat], text: replay.stopMinutes(minutes), colour: INK, beside: true })
  }
  const ends = [
    [track.count - 1, INK, replay.end],
    [0, TEAL, replay.start],
  ] as const
  for (const [index, fill, text] of ends) {
    const position: [number, number] = [track.lon[index]!, track.lat[index]!]
    marks.push({ position, fill, line: WHITE, radiusPx: 11 })
    labels.push({ position, text, colour: WHITE, beside: false })
  }
  const inside = labels.filter(({ beside }) => !beside)
  const beside = labels.filter((label) => label.beside)
  const writing = {
    getText: ({ text }: Label) => text,
    getPosition: ({ position }: Label) => position,
    getColor: ({ colour }: Label) => colour,
    characterSet: 'auto',
    fontFamily: `"${FONT}", sans-serif`,
    fontSettings: LABEL_FONT,
  } as const
  const layers: Layer[] = [
    new ScatterplotLayer<Mark>({
      id: 'replay-marks',
      data: marks,
      getPosition: ({ position }) => position,
      getFillColor: ({ fill }) => fill,
      getLineColor: ({ line }) => line,
      getRadius: ({ radiusPx }) => radiusPx,
      radiusUnits: 'pixels',
      stroked: true,
      lineWidthUnits: 'pixels',
      getLineWidth: 2,
    }),
    new TextLayer<Label>({ ...writing, id: 'replay-end-names', data: inside, getSize: 12, fontWeight: 600 }),
  ]
  // A text layer without a single letter complains that it has none.
  if (beside.length > 0)
    layers.push(
      new TextLayer<Label>({
        ...writing,
        id: 'replay-stop-names',
        data: beside,
        getSize: 11.5,
        getTextAnchor: 'start',
        getPixelOffset: [14, 0],
        background: true,
        getBackgroundColor: [...WHITE, 215],
        backgroundPadding: [5, 2, 5, 3],
        backgroundBorderRadius: 4,
      }),
    )
  return layers
}
