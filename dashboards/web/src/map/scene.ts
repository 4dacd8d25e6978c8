import type { Layer, PickingInfo } from '@deck.gl/core'
import { MapboxOverlay } from '@deck.gl/mapbox'
import {
  type FilterSpecification,
  type GeoJSONSource,
  Map as MapLibre,
  type PaddingOptions,
} from 'maplibre-gl'
import type { PageSettings } from '../../../../proto/http.ts'
import { baseStyle, FONT, type NameLayer } from './base-style.ts'
import type { Bounds } from './bounds.ts'
import { type Draw, MovingCanvas } from './moving-canvas.ts'

/**
 * The map as the views use it. Still things (streets, grids, a track) go to MapLibre's sources and are drawn
 * when the camera moves; markers are deck.gl layers on a canvas of their own above it. What moves at every frame of a
 * replay has a plain canvas above both, and redraws neither.
 */

/** deck.gl layers by who draws them, lowest first. */
const GROUPS = ['heat', 'coverage', 'components', 'live', 'cases', 'replay'] as const
type LayerGroup = (typeof GROUPS)[number]

export interface Picked {
  kind: 'vehicle' | 'case' | 'component' | 'grid'
  id: string
}

/** What pickable deck.gl layers hold: enough to say what was hit and what to write beside it (as text). */
export interface Pickable {
  picked: Picked
  title: string
}

type SourceName = 'streets' | 'grids' | 'grid-names' | 'track' | 'track-gaps' | 'patrols' | 'patrol-gaps'

const CLICK_RADIUS_PX = 8
const CHOSEN_ZOOM = 17
/** deck.gl writes its tooltip's look into the element: only here can it be changed. */
const TOOLTIP_STYLE = {
  padding: '6px 10px',
  borderRadius: '8px',
  background: 'rgb(20 38 44 / 0.92)',
  color: '#fff',
  fontSize: '12.5px',
  lineHeight: '1.5',
  whiteSpace: 'pre-line',
}
const EQUATOR_M = 40_075_016.7

/** The middle of what is seen of the map, and how near it is. */
export interface Camera {
  lon: number
  lat: number
  zoom: number
}

/** Whether the browser has no graphics card and plays one. */
function isDrawnInSoftware(canvas: HTMLCanvasElement): boolean {
  const context = canvas.getContext('webgl2')
  const named = context?.getExtension('WEBGL_debug_renderer_info')
  const renderer = context && named ? String(context.getParameter(named.UNMASKED_RENDERER_WEBGL)) : ''
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer)
}

export class MapScene {
  readonly #map: MapLibre
  readonly #overlay: MapboxOverlay
  readonly #moving: MovingCanvas
  readonly #layers = new Map<LayerGroup, readonly Layer[]>()
  readonly #travelled = new Set<number>()
  #flush: number | undefined
  #wholeDistrict: Bounds | undefined
  #aimed = false
  /** Another map moves this one just now. */
  #led = false
  /** Set by the view that is shown: a marker or a grid was clicked. */
  onPick: ((picked: Picked) => void) | undefined
  /** Set by the view that is shown: any place that holds no marker was clicked. */
  onPlace: ((place: { lon: number; lat: number; metresPerPx: number }) => void) | undefined
  /** Set by whoever keeps another map beside this one: the user, or a view, has moved this one. */
  onCamera: ((camera: Camera) => void) | undefined

  /** @throws Error where the browser has no WebGL 2. */
  constructor(container: HTMLElement, settings: PageSettings) {
    this.#map = new MapLibre({
      container,
      style: baseStyle(settings),
      center: [105, 35],
      zoom: 3,
      maxZoom: 20,
      attributionControl: settings.tileAttribution
        ? { compact: true, customAttribution: settings.tileAttribution }
        : false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 120,
    })
    this.#map.touchZoomRotate.disableRotation()
    this.#map.keyboard.disableRotation()
    const inSoftware = isDrawnInSoftware(this.#map.getCanvas())
    this.#overlay = new MapboxOverlay({
      interleaved: false,
      // Smoothing every edge of a whole window costs a processor that plays the graphics card a third of its time.
      deviceProps: { type: 'webgl', webgl: { antialias: !inSoftware } },
      layers: [],
      pickingRadius: CLICK_RADIUS_PX,
      getTooltip: (info: PickingInfo<Pickable>) =>
        info.object ? { text: info.object.title, style: TOOLTIP_STYLE } : null,
      onHover: (info: PickingInfo<Pickable>) => {
        this.#map.getCanvas().style.cursor = info.object ? 'pointer' : ''
      },
    })
    this.#map.addControl(this.#overlay)
    this.#moving = new MovingCanvas(this.#map, inSoftware)
    this.#map.on('click', ({ point, lngLat }) => this.#click(point, lngLat))
    this.#map.on('move', () => {
      if (!this.#led) this.onCamera?.(this.camera())
    })
    this.#map.on('moveend', () => this.#publishCamera(container))
  }

  /** @param characters what will be written on the map besides names: the font is to have it before it is drawn. */
  async ready(characters: string): Promise<void> {
    await Promise.all([
      this.#map.isStyleLoaded() ? undefined : this.#map.once('load'),
      document.fonts.load(`16px "${FONT}"`, characters).catch(() => []),
    ])
  }

  remove(): void {
    if (this.#flush !== undefined) cancelAnimationFrame(this.#flush)
    this.#moving.remove()
    this.#map.remove()
  }

  /** Replaces a group's deck.gl layers; several changes in one frame are drawn once. */
  setLayers(group: LayerGroup, layers: readonly Layer[]): void {
    this.#layers.set(group, layers)
    this.#flush ??= requestAnimationFrame(() => this.#draw())
  }

  /** Draws at once: for those who are inside a frame already. */
  setLayersNow(group: LayerGroup, layers: readonly Layer[]): void {
    this.#layers.set(group, layers)
    if (this.#flush !== undefined) cancelAnimationFrame(this.#flush)
    this.#draw()
  }

  /** Draws what moves, at once and again whenever the map moves; undefined: nothing moves any more. */
  showMoving(draw: Draw | undefined): void {
    this.#moving.show(draw)
  }

  setData(source: SourceName, data: unknown): void {
    if (source === 'track') {
      this.#map.removeFeatureState({ source })
      this.#travelled.clear()
    }
    this.#map.getSource<GeoJSONSource>(source)?.setData(data as Parameters<GeoJSONSource['setData']>[0])
  }

  /** Names appear when the font has their characters: glyphs drawn before that would be kept in another font. */
  async showNames(layer: NameLayer, characters: string): Promise<void> {
    const distinct = [...new Set(characters)].join('')
    if (distinct) await document.fonts.load(`16px "${FONT}"`, distinct).catch(() => [])
    if (this.#map.getLayer(layer)) this.#map.setLayoutProperty(layer, 'visibility', 'visible')
  }

  /** Colours the first `count` of the track's pieces as travelled; the map is drawn anew for it. */
  setTravelled(count: number, of: number): void {
    for (let id = 0; id < of; id++)
      if (id < count !== this.#travelled.has(id)) {
        this.#map.setFeatureState({ source: 'track', id }, { travelled: id < count })
        if (id < count) this.#travelled.add(id)
        else this.#travelled.delete(id)
      }
  }

  chooseGrid(code: string | undefined): void {
    this.#map.setFilter('grid-chosen', ['==', ['get', 'code'], code ?? ''] as FilterSpecification)
  }

  /** Fills grids by their covered share, 0 to 1; an empty map takes the fills away. */
  setGridShares(shares: ReadonlyMap<string, number>): void {
    this.#map.removeFeatureState({ source: 'grids' })
    for (const [code, share] of shares) this.#map.setFeatureState({ source: 'grids', id: code }, { share })
  }

  /** How much of the map's edges is covered by panels, px; edges that are not named stay as they are. */
  setPadding(edges: Partial<PaddingOptions>): void {
    this.#map.setPadding({ ...this.#map.getPadding(), ...edges })
  }

  padding(): PaddingOptions {
    return this.#map.getPadding()
  }

  container(): HTMLElement {
    return this.#map.getContainer()
  }

  /** What the map shows at first, unless a view has aimed it at something already. */
  setWholeDistrict(bounds: Bounds | undefined): void {
    this.#wholeDistrict = bounds
    if (bounds && !this.#aimed) this.#fit(bounds, false)
  }

  showWholeDistrict(): void {
    if (this.#wholeDistrict) this.fit(this.#wholeDistrict)
  }

  fit(bounds: Bounds): void {
    this.#fit(bounds, this.#aimed || this.#wholeDistrict !== undefined)
    this.#aimed = true
  }

  #fit([west, south, east, north]: Bounds, animate: boolean): void {
    this.#map.fitBounds([west, south, east, north], {
      padding: 36,
      maxZoom: CHOSEN_ZOOM,
      duration: animate ? 900 : 0,
    })
  }

  camera(): Camera {
    const { lng, lat } = this.#map.getCenter()
    return { lon: lng, lat, zoom: this.#map.getZoom() }
  }

  /** Shows what another map shows; `onCamera` is not told of it. */
  follow({ lon, lat, zoom }: Camera): void {
    this.#aimed = true
    this.#led = true
    this.#map.jumpTo({ center: [lon, lat], zoom })
    this.#led = false
  }

  flyTo(lon: number, lat: number, zoom = CHOSEN_ZOOM): void {
    this.#aimed = true
    this.#map.flyTo({ center: [lon, lat], zoom: Math.max(zoom, this.#map.getZoom()), duration: 1200 })
  }

  zoomBy(steps: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + steps, duration: 250 })
  }

  /** Brings a moving place back to the middle once it comes near the edge of what is seen. */
  keepInSight(lon: number, lat: number): void {
    if (this.#map.isMoving()) return
    const { x, y } = this.#map.project([lon, lat])
    const { clientWidth, clientHeight } = this.#map.getContainer()
    const { left = 0, right = 0, top = 0, bottom = 0 } = this.#map.getPadding()
    const [wide, high] = [clientWidth - left - right, clientHeight - top - bottom]
    const inSight =
      x > left + wide * 0.12 && x < left + wide * 0.88 && y > top + high * 0.12 && y < top + high * 0.88
    if (!inSight) this.#map.easeTo({ center: [lon, lat], duration: 600 })
  }

  #draw(): void {
    this.#flush = undefined
    this.#overlay.setProps({ layers: GROUPS.flatMap((group) => [...(this.#layers.get(group) ?? [])]) })
  }

  #click(point: { x: number; y: number }, { lng, lat }: { lng: number; lat: number }): void {
    const hit = this.#overlay.pickObject({ x: point.x, y: point.y, radius: CLICK_RADIUS_PX })
    const object: Pickable | undefined = hit?.object
    if (object) {
      this.onPick?.(object.picked)
      return
    }
    // Web Mercator: 2^zoom tiles of 512 px round the equator.
    const metresPerPx = (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** this.#map.getZoom())
    this.onPlace?.({ lon: lng, lat, metresPerPx })
    const [grid] = this.#map.queryRenderedFeatures([point.x, point.y], { layers: ['grid-fill'] })
    if (grid) this.onPick?.({ kind: 'grid', id: String(grid.properties.code) })
  }

  /** How many heads of patrols are shown: as the camera, for whoever looks at the page from outside. */
  publishHeads(count: number): void {
    const { dataset } = this.#map.getContainer()
    if (dataset.heads !== String(count)) dataset.heads = String(count)
  }

  /** Says whose ways are drawn, once they are: as the heads. */
  async publishWays(count: number): Promise<void> {
    await this.#map.once('idle')
    this.#map.getContainer().dataset.ways = String(count)
  }

  /** For tests and for whoever looks at the page from outside. */
  #publishCamera(container: HTMLElement): void {
    const { lng, lat } = this.#map.getCenter()
    container.dataset.center = `${lng.toFixed(6)},${lat.toFixed(6)}`
    container.dataset.zoom = this.#map.getZoom().toFixed(2)
  }
}
