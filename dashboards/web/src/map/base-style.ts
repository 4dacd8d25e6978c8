import type { GeoJSONSourceSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { PageSettings } from '../../../../proto/http.ts'
import { AMBER, css, GROUND, TEAL, WHITE } from './palette.ts'

/**
 * The base map: the district's own streets and grids, or the operator's tiles with the grids over them.
 * Nothing is fetched from elsewhere: glyphs are drawn by the browser from the page's own font.
 */

export const FONT = 'Noto Sans SC Variable'
/** deck.gl draws letters once and scales them: about twice the written size keeps small Chinese sharp. */
export const LABEL_FONT = { fontSize: 26, buffer: 4 }

const emptySource = (): GeoJSONSourceSpecification => ({
  type: 'geojson',
  data: { type: 'FeatureCollection', features: [] },
})

export function baseStyle({ tileUrl }: PageSettings): StyleSpecification {
  return {
    version: 8,
    sources: {
      ...(tileUrl ? { tiles: { type: 'raster', tiles: [tileUrl], tileSize: 256 } } : {}),
      streets: emptySource(),
      grids: { ...emptySource(), promoteId: 'code' },
      'grid-names': emptySource(),
      track: { ...emptySource(), tolerance: 0.2 },
      'track-gaps': emptySource(),
      patrols: { ...emptySource(), tolerance: 0.7 },
      'patrol-gaps': emptySource(),
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': GROUND } },
      ...(tileUrl ? [{ id: 'tiles', type: 'raster', source: 'tiles' } as const] : STREETS),
      ...GRIDS,
      ...(tileUrl ? [] : STREET_NAMES),
      ...PATROLS,
      ...TRACK,
      ...GRID_NAMES,
    ],
  }
}

const classIs = (...classes: string[]) =>
  ['in', ['coalesce', ['get', 'highway'], ''], ['literal', classes]] as [string, ...unknown[]]

const MAJOR = classIs('motorway', 'trunk', 'primary', 'motorway_link', 'trunk_link', 'primary_link')
const MIDDLE = classIs('secondary', 'tertiary', 'secondary_link', 'tertiary_link')
const PATH = classIs('footway', 'path', 'cycleway', 'steps', 'track', 'bridleway', 'corridor')
const MINOR = ['!', ['any', MAJOR, MIDDLE, PATH]] as [string, ...unknown[]]

/** Line widths that double about every zoom step, as real streets do. */
const width = (at12: number, at18: number) =>
  ['interpolate', ['exponential', 1.6], ['zoom'], 12, at12, 18, at18] as unknown as number

function street(
  id: string,
  filter: [string, ...unknown[]],
  widths: [number, number],
  colour: string,
): LayerSpecification {
  return {
    id,
    type: 'line',
    source: 'streets',
    filter: filter as never,
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': colour, 'line-width': width(...widths) },
  }
}

const STREETS: LayerSpecification[] = [
  {
    id: 'street-path',
    type: 'line',
    source: 'streets',
    minzoom: 14,
    filter: PATH as never,
    paint: { 'line-color': '#cfd2c8', 'line-width': width(0.4, 4), 'line-dasharray': [2, 1.6] },
  },
  street('street-minor-edge', MINOR, [1.2, 19], '#dadcd3'),
  street('street-middle-edge', MIDDLE, [2.2, 26], '#d3d5cb'),
  street('street-major-edge', MAJOR, [3.2, 33], '#e2cf9f'),
  street('street-minor', MINOR, [0.7, 16], '#ffffff'),
  street('street-middle', MIDDLE, [1.5, 22], '#ffffff'),
  street('street-major', MAJOR, [2.3, 28], '#fdf0cf'),
]

const STREET_NAMES: LayerSpecification[] = [
  {
    id: 'street-names',
    type: 'symbol',
    source: 'streets',
    minzoom: 13.5,
    filter: ['has', 'name'],
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 320,
      'text-field': ['get', 'name'],
      'text-font': [FONT],
      'text-size': ['interpolate', ['linear'], ['zoom'], 13.5, 10.5, 17, 13.5],
      'text-letter-spacing': 0.06,
      'text-max-angle': 35,
      visibility: 'none',
    },
    paint: { 'text-color': '#66727a', 'text-halo-color': '#ffffff', 'text-halo-width': 1.4 },
  },
]

const GRIDS: LayerSpecification[] = [
  {
    id: 'grid-fill',
    type: 'fill',
    source: 'grids',
    paint: {
      'fill-color': [
        'case',
        ['==', ['feature-state', 'share'], null],
        'rgba(255, 255, 255, 0.85)',
        [
          'interpolate',
          ['linear'],
          ['to-number', ['feature-state', 'share'], 0],
          0,
          css(AMBER),
          0.5,
          '#ead28a',
          0.8,
          '#7cbcae',
          1,
          css(TEAL),
        ],
      ],
      'fill-opacity': 0.32,
    },
  },
  {
    id: 'grid-lines',
    type: 'line',
    source: 'grids',
    layout: { 'line-join': 'round' },
    paint: {
      'line-color': '#6f8f95',
      'line-opacity': 0.75,
      'line-width': ['interpolate', ['linear'], ['zoom'], 12, 0.6, 16, 1.4],
      'line-dasharray': [4, 2, 1, 2],
    },
  },
  {
    id: 'grid-chosen',
    type: 'line',
    source: 'grids',
    filter: ['==', ['get', 'code'], ''],
    layout: { 'line-join': 'round' },
    paint: { 'line-color': css(TEAL), 'line-width': 3 },
  },
]

const GRID_NAMES: LayerSpecification[] = [
  {
    id: 'grid-names',
    type: 'symbol',
    source: 'grid-names',
    minzoom: 12.5,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': [FONT],
      'text-size': ['interpolate', ['linear'], ['zoom'], 12.5, 10.5, 16, 14],
      'text-letter-spacing': 0.08,
      'text-max-width': 8,
      visibility: 'none',
    },
    paint: {
      'text-color': '#3f6a70',
      'text-halo-color': 'rgba(255, 255, 255, 0.9)',
      'text-halo-width': 1.6,
    },
  },
]

/** Tracks of several patrols, each in its colour. */
const PATROLS: LayerSpecification[] = [
  {
    id: 'patrol-lines',
    type: 'line',
    source: 'patrols',
    paint: { 'line-color': ['get', 'colour'], 'line-width': 2, 'line-opacity': 0.6 },
  },
  {
    id: 'patrol-gaps',
    type: 'line',
    source: 'patrol-gaps',
    paint: { 'line-color': css(AMBER), 'line-width': 1, 'line-opacity': 0.5, 'line-dasharray': [2, 4] },
  },
]

/** Still parts of a replay; the moving ones are deck.gl's. */
const TRACK: LayerSpecification[] = [
  {
    id: 'track-edge',
    type: 'line',
    source: 'track',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': css(WHITE), 'line-width': 6, 'line-opacity': 0.9 },
  },
  {
    id: 'track-line',
    type: 'line',
    source: 'track',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': '#93a9b5', 'line-width': 3.5 },
  },
  {
    // A layer of its own: what is still to come must not lie over what was travelled.
    id: 'track-travelled',
    type: 'line',
    source: 'track',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: {
      'line-color': css(TEAL),
      'line-width': 4,
      'line-opacity': ['case', ['boolean', ['feature-state', 'travelled'], false], 1, 0],
    },
  },
  {
    id: 'track-gaps',
    type: 'line',
    source: 'track-gaps',
    paint: { 'line-color': css(AMBER), 'line-width': 2.5, 'line-dasharray': [2, 2] },
  },
]

/** Layers whose words wait until the page's font has the characters they need. */
export type NameLayer = 'street-names' | 'grid-names'
