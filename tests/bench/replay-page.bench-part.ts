import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { startFixtureHub } from '../browser/fixture-hub.ts'
import { planPatrols } from '../browser/fixture-patrols.ts'
import { findChromium } from '../servers/chromium.ts'
import { type BenchRow, benchRow } from './row.ts'

const SHIFT_MS = 8 * 3_600_000
/** A hundred patrols with few fixes and with many, and a whole city's shift. */
const SCENES = [
  { patrols: 100, fixes: 1_000 },
  { patrols: 100, fixes: 28_800 },
  { patrols: 1_100, fixes: 1_000 },
] as const
const PLAY_MS = 15_000
const SPEED = 60
const PATIENCE_MS = 180_000
/** What the page is held to. */
const FIRST_FRAME_MS = 1000
const LEAST_FPS = 15
const MB = 1e6

interface Measured {
  firstFrameMs: number
  waysMs: number
  fps: number
  heapMB: number
}

/**
 * The replay of patrols over a shift in Chromium without a graphics card: from the answer's last byte to the
 * first frame with all heads and until all their ways are drawn, frames a second while playing, and the page's heap,
 * with few and with many fixes a track.
 * The hub thins, as it does for the page.
 */
export async function benchReplayPage(log: (line: string) => void): Promise<BenchRow[]> {
  const dist = await mkdtemp(join(tmpdir(), 'gridpatrol-bench-page-'))
  const browser = await chromium.launch(await findChromium())
  try {
    const root = fileURLToPath(new URL('../../dashboards/web', import.meta.url))
    await build({ root, logLevel: 'warn', build: { outDir: dist, emptyOutDir: true } })
    const rows: BenchRow[] = []
    for (const scene of SCENES) {
      const { patrols, fixes } = scene
      const { firstFrameMs, waysMs, fps, heapMB } = await measure(browser, dist, scene)
      log(
        `${patrols} × ${fixes}: first frame ${firstFrameMs.toFixed(0)} ms, all ways ${waysMs.toFixed(0)} ms, ${fps.toFixed(1)} frames/s, ${heapMB} MB`,
      )
      const what = `replay of ${patrols.toLocaleString('en')} tracks of ${fixes.toLocaleString('en')} fixes`
      rows.push(
        benchRow(`${what}: data to first frame`, 'ms', firstFrameMs, 'limit', FIRST_FRAME_MS),
        benchRow(`${what}: data to all ways drawn`, 'ms', waysMs, 'limit of the first frame', FIRST_FRAME_MS),
        benchRow(`${what}: playing`, 'frames/s', fps, 'least', LEAST_FPS),
        benchRow(
          `${what}: heap of the page`,
          'MB',
          heapMB,
          'fixes as JSON',
          (patrols * fixes * JSON_BYTES) / MB,
        ),
      )
    }
    return rows
  } finally {
    await browser.close()
    await rm(dist, { recursive: true })
  }
}

/** `{"time":"2026-05-01T08:00:00.000Z","lat":31.2304123,"lon":121.4737012,"speedMps":4.5,"courseDeg":90.1}` */
const JSON_BYTES = 98

async function measure(
  browser: Browser,
  dist: string,
  { patrols: many, fixes }: (typeof SCENES)[number],
): Promise<Measured> {
  const fromMs = Math.floor(Date.now() / 1000) * 1000 - SHIFT_MS
  const asked = { patrols: many, fixes, intervalMs: SHIFT_MS / fixes, fromMs }
  const patrols = planPatrols(generateDistrict(1), asked)
  const hub = await startFixtureHub(dist, patrols)
  const context = await browser.newContext({
    viewport: { width: 1120, height: 700 },
    reducedMotion: 'reduce',
  })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    const iso = (timeMs: number) => new Date(timeMs).toISOString()
    const range = `from=${iso(fromMs)}&to=${iso(fromMs + SHIFT_MS)}`
    const rest = `speed=${SPEED}&follow=off&at=${iso(fromMs + SHIFT_MS / 40)}`
    // One patrol first: what is measured is the replay of all, not a page that loads.
    await page.goto(`${hub.url}/?view=replay&device=patrol-001&${range}&${rest}`)
    await page.getByTestId('timeline').waitFor()
    await page.waitForTimeout(10_000)
    await page.evaluate(watchFirstFrame(many))
    await page.getByTestId('all-devices').click()
    const [firstFrameMs, waysMs] = await page.evaluate<[number, number]>(
      'Promise.all([window.firstFrameMs, window.waysMs])',
    )
    await page.getByTestId('focus').waitFor()
    await page.waitForTimeout(20_000)
    await page.getByTestId('play').click()
    await page.waitForTimeout(2000)
    const fps = await page.evaluate<number>(COUNT_FRAMES)
    await page.getByTestId('play').click()
    return { firstFrameMs, waysMs, fps, heapMB: await heapMB(page) }
  } finally {
    await context.close()
    await hub.close()
  }
}

/** From the end of the answer that holds all tracks to the second frame after the heads were set. */
const watchFirstFrame = (patrols: number): string => `{
  let answeredMs = performance.now()
  const { fetch } = window
  window.fetch = async (...asked) => {
    const response = await fetch(...asked)
    if (!String(asked[0]).includes('maxFixes')) return response
    const { arrayBuffer } = response
    response.arrayBuffer = async () => {
      const bytes = await arrayBuffer.call(response)
      answeredMs = performance.now()
      return bytes
    }
    return response
  }
  const shown = (name) => new Promise((done) => {
    const map = document.querySelector('[data-testid=map]')
    const watch = new MutationObserver(() => {
      if (!(Number(map.dataset[name]) >= ${patrols})) return
      watch.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - answeredMs)))
    })
    watch.observe(map, { attributes: true, attributeFilter: ['data-' + name] })
  })
  window.firstFrameMs = shown('heads')
  window.waysMs = shown('ways')
  undefined
}`

const COUNT_FRAMES = `new Promise((done) => {
  let frames = 0
  const timeline = document.querySelector('[data-testid=timeline]')
  const watch = new MutationObserver(() => frames++)
  watch.observe(timeline, { attributes: true, attributeFilter: ['data-playhead'] })
  const fromMs = performance.now()
  setTimeout(() => {
    watch.disconnect()
    done((frames / (performance.now() - fromMs)) * 1000)
  }, ${PLAY_MS})
})`

async function heapMB(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number
    backingStorageSize?: number
  }
  return Math.round((usedSize + (backingStorageSize ?? 0)) / MB)
}
