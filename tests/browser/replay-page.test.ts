import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { generateDistrict } from '../../device-sim/city/district.ts'
import { findChromium } from '../servers/chromium.ts'
import { requireServer } from '../servers/server-missing.ts'
import { type FixtureHub, startFixtureHub } from './fixture-hub.ts'
import { type Patrols, planPatrols } from './fixture-patrols.ts'
import { HALF_SHARP, isOfTheRenderer, openWatched, type WatchedPage } from './watched-page.ts'

/** A hundred patrols on one clock, two shifts side by side, a month's heat: as a supervisor sees them in Chromium. */

const WEB = fileURLToPath(new URL('../../dashboards/web', import.meta.url))
const WAIT_MS = 60_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const PATROLS = 40
const poll = { timeout: WAIT_MS, interval: 100 }

const available = await requireServer('Chromium', findChromium)

describe.runIf(available)('several patrols in the page', { timeout: 180_000 }, () => {
  let dist: string
  let hub: FixtureHub
  let browser: Browser
  let context: BrowserContext
  let patrols: Patrols
  const fromMs = Math.floor(Date.now() / 1000) * 1000 - HOUR_MS

  beforeAll(async () => {
    dist = await mkdtemp(join(tmpdir(), 'gridpatrol-replay-'))
    await build({ root: WEB, logLevel: 'warn', build: { outDir: dist, emptyOutDir: true } })
    const asked = { patrols: PATROLS, fixes: 720, intervalMs: 5000, fromMs }
    patrols = planPatrols(generateDistrict(1), asked)
    hub = await startFixtureHub(dist, patrols)
    browser = await chromium.launch(await findChromium())
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await hub?.close()
    if (dist) await rm(dist, { recursive: true })
  })

  beforeEach(async () => {
    context = await browser.newContext({
      viewport: { width: 1120, height: 700 },
      ...HALF_SHARP,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
    })
    context.setDefaultTimeout(WAIT_MS)
  })

  afterEach(() => context.close())

  const iso = (timeMs: number): string => new Date(timeMs).toISOString()
  const range = `from=${iso(fromMs)}&to=${iso(fromMs + HOUR_MS)}`
  const open = (search: string): Promise<WatchedPage> => openWatched(context, `${hub.url}/${search}`)
  const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams
  const playhead = async (page: Page): Promise<number> =>
    Number(await page.getByTestId('timeline').getAttribute('data-playhead'))
  const faultsOf = ({ takeFaults }: WatchedPage) => takeFaults().filter((fault) => !isOfTheRenderer(fault))
  const attribute = (page: Page, name: string) => () => page.getByTestId('map').getAttribute(name)
  const names = () => [...patrols.keys()]

  test('a link opens them all at its moment, on one clock; one is in focus, and another takes it', async () => {
    const atMs = fromMs + 3 * MINUTE_MS
    const watched = await open(
      `?view=replay&device=${names().join(',')}&focus=patrol-002&${range}&at=${iso(atMs)}&speed=300&follow=off`,
    )
    const { page } = watched
    const map = page.getByTestId('map')
    await expect.poll(attribute(page, 'data-heads'), poll).toBe(String(PATROLS))
    await expect.poll(() => page.getByTestId('focus').textContent(), poll).toBe('patrol-002')
    expect(await playhead(page)).toBe(atMs)
    expect(await page.getByTestId('replay-summary').textContent()).toContain('km')
    expect(await page.getByTestId('timeline-gap').count()).toBe(1)
    // One answer for all of them, thinned, and every fix of the one in focus.
    const asked = hub.requests.filter((path) => path.startsWith('/api/v1/tracks'))
    expect(asked.filter((path) => path.includes('maxFixes='))).toHaveLength(1)
    expect(asked.filter((path) => path.includes('devices=patrol-002&toleranceM=0'))).toHaveLength(1)

    await page.getByTestId('patrol-row').filter({ hasText: 'patrol-004' }).getByRole('button').click()
    await expect.poll(() => page.getByTestId('focus').textContent(), poll).toBe('patrol-004')
    expect(query(page).get('focus')).toBe('patrol-004')
    expect(await playhead(page)).toBe(atMs)

    const box = (await map.boundingBox())!
    const bar = (await page.getByTestId('transport').boundingBox())!
    const panel = (await page.getByTestId('panel').boundingBox())!
    const place = placeAt(patrols.get('patrol-001')!, atMs)
    const [lon, lat] = (await map.getAttribute('data-center'))!.split(',').map(Number) as [number, number]
    const worldPx = 512 * 2 ** Number(await map.getAttribute('data-zoom'))
    const northing = (degrees: number) => Math.asinh(Math.tan((degrees * Math.PI) / 180)) / (2 * Math.PI)
    const [left, bottom] = [panel.x + panel.width, bar.y - panel.y]
    const [x, y] = [
      (left + box.width) / 2 + ((place.lon - lon) / 360) * worldPx,
      bottom / 2 - (northing(place.lat) - northing(lat)) * worldPx,
    ]
    expect(await page.evaluate(`(${drawnAt})(${x - box.x}, ${y - box.y})`)).toBe(255)
    await page.mouse.click(x, y)
    await expect.poll(() => query(page).get('focus'), poll).not.toBe('patrol-004')

    await page.getByTestId('play').click()
    await expect.poll(() => playhead(page), poll).toBeGreaterThan(atMs + 5 * MINUTE_MS)
    await page.getByTestId('play').click()
    await expect.poll(() => page.getByTestId('play').getAttribute('aria-label'), poll).toBe('播放')
    const pausedMs = await playhead(page)
    await expect.poll(() => Date.parse(query(page).get('at') ?? ''), poll).toBe(pausedMs)
    const focus = query(page).get('focus')
    await page.reload()
    await expect.poll(attribute(page, 'data-heads'), poll).toBe(String(PATROLS))
    expect(await playhead(page)).toBe(pausedMs)
    expect(query(page).get('focus')).toBe(focus)
    expect(query(page).get('speed')).toBe('300')
    expect(faultsOf(watched)).toEqual([])
  })

  test('all devices of the range at a press; lists fold, charts open, a case on the timeline is sought', async () => {
    const watched = await open(`?view=replay&device=ebike-01&${range}`)
    const { page } = watched
    await page.getByTestId('timeline').waitFor()
    const event = page.getByTestId('timeline-event')
    await event.first().waitFor()
    expect(await event.first().getAttribute('title')).toContain('井盖倾斜')
    await event.first().click()
    await expect.poll(() => playhead(page), poll).toBe(Date.parse(hub.cases[0]!.raised))
    await page.getByRole('switch', { name: '曲线' }).click()
    await page.getByTestId('chart-speed').waitFor()
    const chart = (await page.getByTestId('chart-satellites').boundingBox())!
    await page.mouse.click(chart.x + chart.width / 4, chart.y + chart.height / 3)
    await expect.poll(async () => Math.round(((await playhead(page)) - fromMs) / MINUTE_MS), poll).toBe(15)
    const gaps = page.getByTestId('gaps')
    expect(await gaps.getAttribute('open')).not.toBeNull()
    expect(await gaps.textContent()).toContain('无定位')
    await gaps.locator('summary').click()
    expect(await gaps.getAttribute('open')).toBeNull()

    await page.getByTestId('all-devices').click()
    await expect.poll(() => query(page).get('device'), poll).toBe('*')
    expect(query(page).get('focus')).toBe('ebike-01')
    await expect.poll(() => page.getByTestId('patrol-row').count(), poll).toBe(6)
    await expect.poll(attribute(page, 'data-heads'), poll).not.toBe('0')
    await page.getByRole('button', { name: /^显示全部/ }).click()
    await expect.poll(() => page.getByTestId('patrol-row').count(), poll).toBeGreaterThan(PATROLS)
    const { violations } = await new AxeBuilder({ page }).analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)).toEqual([])
    expect(faultsOf(watched)).toEqual([])
  })

  test('two shifts side by side go by one clock from their own beginnings', async () => {
    const secondMs = hub.startMs - 2 * HOUR_MS
    const watched = await open(
      `?view=replay&device=ebike-01&${range}&at=${iso(fromMs + 10 * MINUTE_MS)}` +
        `&compare=ebike-02,${iso(secondMs)},${iso(secondMs + HOUR_MS)}`,
    )
    const { page } = watched
    const second = page.getByTestId('moment-second')
    await second.waitFor()
    const atOf = async (testId: string) => Number(await page.getByTestId(testId).getAttribute('data-at'))
    expect(await atOf('moment-first')).toBe(fromMs + 10 * MINUTE_MS)
    expect(await atOf('moment-second')).toBe(secondMs + 10 * MINUTE_MS)
    await page.keyboard.press('Shift+ArrowRight')
    await expect.poll(() => atOf('moment-second'), poll).toBe(secondMs + 11 * MINUTE_MS)
    const rows = page.getByTestId('compare-figures').getByRole('row')
    expect(await rows.filter({ hasText: '里程' }).textContent()).toMatch(/km.*km/)
    expect(await rows.filter({ hasText: '轨迹空白' }).textContent()).toBe('轨迹空白1 · 6 分0 · 0 秒')
    const pair = [page.getByTestId('map'), page.getByTestId('map-second')]
    await expect
      .poll(async () => {
        const [first, other] = await Promise.all(pair.map((map) => map.getAttribute('data-center')))
        return first !== null && first === other
      }, poll)
      .toBe(true)
    await page.getByTestId('compare-end').click()
    await expect.poll(() => query(page).get('compare'), poll).toBeNull()
    await page.getByTestId('replay-summary').waitFor()
    expect(faultsOf(watched)).toEqual([])
  })

  test('a month’s heat lies on the map with its legend; from a case to those who were near', async () => {
    const watched = await open(`?view=replay&device=${names().slice(0, 5).join(',')}&${range}`)
    const { page } = watched
    await page.getByTestId('heat-switch').click()
    await expect.poll(() => page.getByTestId('heat-most').textContent(), poll).toMatch(/^\d+ 次$/)
    expect(query(page).get('heat')).toBe('on')
    const asked = new URL(hub.requests.find((path) => path.startsWith('/api/v1/heat'))!, hub.url).searchParams
    const days = (Date.parse(asked.get('to')!) - Date.parse(asked.get('from')!)) / (24 * HOUR_MS)
    expect(days).toBe(30)
    expect(asked.get('devices')?.split(',')).toHaveLength(5)

    const one = hub.cases[0]!
    await page.goto(`${hub.url}/?view=cases&case=${one.id}`)
    await page.getByTestId('nearby-together').click()
    await page.getByTestId('timeline').waitFor()
    const raisedMs = Date.parse(one.raised)
    expect(await playhead(page)).toBe(raisedMs)
    expect(Date.parse(query(page).get('from')!)).toBe(raisedMs - 5 * MINUTE_MS)
    const together = query(page).get('device')!.split(',')
    expect(together).toContain('ebike-01')
    expect(together.length).toBeGreaterThan(1)
    expect(faultsOf(watched)).toEqual([])
  })
})

/** How opaque what moves is drawn there, on the plain canvas above the map. */
const drawnAt = `(x, y) => {
  const canvas = document.querySelector('.moving-canvas')
  const [left, top] = [x, y].map((px) => Math.round(px * devicePixelRatio))
  return canvas.getContext('2d').getImageData(left, top, 1, 1).data[3]
}`

/** On the line between two fixes. */
function placeAt(
  { timeMs, lat, lon }: { timeMs: Float64Array; lat: Float64Array; lon: Float64Array },
  atMs: number,
): { lat: number; lon: number } {
  const after = timeMs.findIndex((time) => time >= atMs)
  const before = Math.max(0, after - 1)
  const span = timeMs[after]! - timeMs[before]!
  const share = span > 0 ? (atMs - timeMs[before]!) / span : 0
  const between = (column: Float64Array) => column[before]! + (column[after]! - column[before]!) * share
  return { lat: between(lat), lon: between(lon) }
}
