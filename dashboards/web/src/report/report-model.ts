import type { GridFeature, StreetFeature } from '../../../../proto/district.ts'
import type { Finding } from '../../../../proto/patrol-http.ts'
import { type Bounds, boundsOf } from '../map/bounds.ts'
import { ringsOf } from '../patrol-coverage/grid-tree.ts'
import type { TrackPieces } from '../shifts/track-pieces.ts'

/** The patrol report (巡查报告) before it is laid out: its timeline and its picture of the track. */

export interface TimelineRow {
  kind: 'stop' | 'gap'
  fromMs: number
  toMs: number
  /** Of a gap. */
  cause?: string
  /** Of a stop. */
  lat?: number
  lon?: number
}

interface Span {
  from: string
  to: string
}

/** More rows than this nobody reads on paper. */
const MOST_ROWS = 24

/** Stops and gaps in order of time; where there are too many, the longest ones, with how many were left out. */
export function timelineOf(
  stops: readonly (Span & { lat: number; lon: number })[],
  gaps: readonly (Span & { cause: string })[],
  most = MOST_ROWS,
): { rows: TimelineRow[]; left: number } {
  const span = ({ from, to }: Span) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) })
  const all: TimelineRow[] = [
    ...stops.map((stop) => ({ kind: 'stop' as const, ...span(stop), lat: stop.lat, lon: stop.lon })),
    ...gaps.map((gap) => ({ kind: 'gap' as const, ...span(gap), cause: gap.cause })),
  ]
  const lengthMs = ({ fromMs, toMs }: TimelineRow) => toMs - fromMs
  const kept = all.toSorted((a, b) => lengthMs(b) - lengthMs(a)).slice(0, most)
  return { rows: kept.toSorted((a, b) => a.fromMs - b.fromMs), left: all.length - kept.length }
}

/** A drawing of `width` × `height`; every path is the `d` of an SVG path. */
export interface Picture {
  width: number
  height: number
  streets: string
  grids: string
  lines: string
  gaps: string
  stops: [number, number][]
  findings: [number, number][]
  start: [number, number] | undefined
  end: [number, number] | undefined
}

type Line = readonly (readonly [number, number])[]
type Position = readonly number[]

const WIDTH = 680
const MOST_HEIGHT = 430
const LEAST_HEIGHT = 220
const MARGIN = 16

/** What is to be drawn of a shift, in SVG units, north up. Undefined where there is no place at all. */
export function pictureOf(drawn: {
  pieces: TrackPieces
  beat: readonly GridFeature[]
  streets: readonly StreetFeature[]
  stops: readonly { lat: number; lon: number }[]
  findings: readonly Finding[]
}): Picture | undefined {
  const { pieces, beat, streets, stops, findings } = drawn
  const bounds = boundsOf([{ geometry: { coordinates: pieces.lines } }, ...beat])
  if (!bounds) return undefined
  const { place, width, height } = projection(bounds)
  const path = (line: Line) =>
    line
      .map((position, index) => `${index === 0 ? 'M' : 'L'}${place(position).map(tenths).join(' ')}`)
      .join('')
  const near = streets.flatMap(linesOf).filter((line) => meets(line, bounds))
  const first = pieces.lines[0]?.[0]
  const last = pieces.lines.at(-1)?.at(-1)
  return {
    width,
    height,
    streets: near.map(path).join(''),
    grids: beat.flatMap(ringsOf).map(path).join(''),
    lines: pieces.lines.map(path).join(''),
    gaps: pieces.gaps.map(path).join(''),
    stops: stops.map(({ lon, lat }) => place([lon, lat])),
    findings: findings.flatMap(({ lat, lon }) =>
      lat === undefined || lon === undefined ? [] : [place([lon, lat])],
    ),
    start: first && place(first),
    end: last && place(last),
  }
}

/** Equirectangular about the middle: a beat is small enough that no one sees the difference. */
function projection([west, south, east, north]: Bounds) {
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const across = Math.max((east - west) * shrink, 1e-5)
  const up = Math.max(north - south, 1e-5)
  const scale = Math.min((WIDTH - 2 * MARGIN) / across, (MOST_HEIGHT - 2 * MARGIN) / up)
  const height = Math.max(LEAST_HEIGHT, Math.round(up * scale + 2 * MARGIN))
  const [left, top] = [(WIDTH - across * scale) / 2, (height - up * scale) / 2]
  const place = ([lon, lat]: readonly [number, number]): [number, number] => [
    left + (lon - west) * shrink * scale,
    top + (north - lat) * scale,
  ]
  return { place, width: WIDTH, height }
}

const tenths = (value: number): string => String(Math.round(value * 10) / 10)

function linesOf({ geometry }: StreetFeature): [number, number][][] {
  const lines: readonly Position[][] =
    geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates
  return lines.map((line) => line.map(([lon, lat]): [number, number] => [lon!, lat!]))
}

/** Does any point of the line lie in what is drawn? A street that only crosses it between two points is no loss. */
const meets = (line: Line, [west, south, east, north]: Bounds): boolean =>
  line.some(([lon, lat]) => lon >= west && lon <= east && lat >= south && lat <= north)
