import type { BrowserContext, Locator, Page } from 'playwright-core'

/** A page under test, with everything that went wrong on it, and where things are on its map. */
export interface WatchedPage {
  page: Page
  /** Console errors, uncaught exceptions, failed requests, answers of 400 and above; emptied by reading. */
  takeFaults: () => string[]
}

export async function openWatched(context: BrowserContext, url: string): Promise<WatchedPage> {
  const page = await context.newPage()
  let faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`console ${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`))
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // The page itself gives up on what it no longer needs.
    if (why !== 'net::ERR_ABORTED') faults.push(`request failed: ${request.url()} ${why}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`HTTP ${response.status()}: ${response.url()}`)
  })
  await page.goto(url)
  await page.getByTestId('panel').waitFor()
  return {
    page,
    takeFaults: () => {
      const taken = faults
      faults = []
      return taken
    },
  }
}

/** A quarter of the map's pixels for a processor to draw; places and words stay where they are. */
export const HALF_SHARP = { deviceScaleFactor: 0.5 }

/** Software rendering says so, and stalls, on the console; neither is the page's doing. */
export const isOfTheRenderer = (fault: string): boolean =>
  /GPU stall|swiftshader|GroupMarkerNotSet/i.test(fault)

interface Camera {
  lon: number
  lat: number
  zoom: number
}

/** What the map shows, once it has come to rest: the same twice in a row. */
export async function restingCamera(map: Locator): Promise<Camera> {
  let before = ''
  for (;;) {
    const center = await map.getAttribute('data-center')
    const zoom = await map.getAttribute('data-zoom')
    const now = `${center} ${zoom}`
    if (center && zoom && now === before) {
      const [lon, lat] = center.split(',').map(Number) as [number, number]
      return { lon, lat, zoom: Number(zoom) }
    }
    before = now
    await map.page().waitForTimeout(700)
  }
}

/** As in the page's layout: the part of the window that the side panel leaves to the map. */
const PANEL_PX = 400

/** Where on the window a place is: Web Mercator, 512 px tiles, the camera in the middle of what the panel leaves. */
export function onScreen(page: Page, camera: Camera, lon: number, lat: number): { x: number; y: number } {
  const { width, height } = page.viewportSize()!
  const worldPx = 512 * 2 ** camera.zoom
  const northing = (degrees: number) => Math.asinh(Math.tan((degrees * Math.PI) / 180)) / (2 * Math.PI)
  return {
    x: PANEL_PX + (width - PANEL_PX) / 2 + ((lon - camera.lon) / 360) * worldPx,
    y: height / 2 - (northing(lat) - northing(camera.lat)) * worldPx,
  }
}
