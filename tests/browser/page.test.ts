import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { quantities } from '../../dashboards/web/src/i18n/quantities.ts'
import { zh } from '../../dashboards/web/src/i18n/zh.ts'
import { findChromium } from '../servers/chromium.ts'
import { requireServer } from '../servers/server-missing.ts'
import { coverageOf } from './fixture-coverage.ts'
import { type FixtureHub, HOSTILE_NAME, startFixtureHub, TROUBLED } from './fixture-hub.ts'
import { pngOf } from './png.ts'
import {
  HALF_SHARP,
  isOfTheRenderer,
  onScreen,
  openWatched,
  restingCamera,
  type WatchedPage,
} from './watched-page.ts'

/**
 * The page as a browser shows it, in Chromium, built as it is shipped, against a stand-in for the hub. Loading it and
 * beginning its map cost more than most of what is asked of it: one page and one hub serve all tests, and begin anew
 * after one that failed.
 */

const WEB = fileURLToPath(new URL('../../dashboards/web', import.meta.url))
/** Software rendering on a busy machine takes its time. */
const PATIENCE_MS = 240_000
const WAIT_MS = 60_000
const MINUTE_MS = 60_000
const WINDOW = { width: 1000, height: 560 }
const TELEPHONE = { width: 390, height: 844 }
const poll = { timeout: WAIT_MS, interval: 200 }

/** Keys go to the page and not to what was clicked last; notices do not lie over the map. */
const LEAVE_NOTHING = `
  document.activeElement?.blur()
  for (const close of document.querySelectorAll('.ant-notification-notice-close')) close.click()`

/** As the back button does: another address, without loading the page again. */
const goWithin = (page: Page, search: string): Promise<void> =>
  page.evaluate(
    `history.pushState(null, '', ${JSON.stringify(`/${search}`)}); dispatchEvent(new PopStateEvent('popstate'))`,
  )

const available = await requireServer('Chromium', findChromium)

async function seriousBarriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

describe.runIf(available)('the page', { timeout: PATIENCE_MS }, () => {
  let dist: string
  let browser: Browser
  let hub: FixtureHub
  let context: BrowserContext | undefined
  let watched: WatchedPage | undefined
  /** What it keeps of the hub's answers is not what the next test may build upon. */
  let outdated = false

  beforeAll(async () => {
    dist = await mkdtemp(join(tmpdir(), 'gridpatrol-page-'))
    await build({ root: WEB, logLevel: 'warn', build: { outDir: dist, emptyOutDir: true } })
    browser = await chromium.launch(await findChromium())
  }, PATIENCE_MS)

  afterAll(async () => {
    await end()
    await browser?.close()
    if (dist) await rm(dist, { recursive: true })
  })

  beforeEach(async () => {
    if (context) return
    hub = await startFixtureHub(dist)
    context = await browser.newContext({
      viewport: WINDOW,
      ...HALF_SHARP,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
    })
    context.setDefaultTimeout(WAIT_MS)
  })

  afterEach(async ({ task }) => {
    watched?.takeFaults()
    if (task.result?.state === 'fail') await end()
  })

  async function end(): Promise<void> {
    if (!context) return
    await context.close()
    await hub.close()
    context = undefined
    watched = undefined
    outdated = false
  }

  /**
   * Loads the page where there is none to go on with; else goes there within it, by way of another view and of the
   * whole district, so that nothing of the test before is left.
   */
  async function open(search: string): Promise<WatchedPage> {
    if (!watched) {
      watched = await openWatched(context!, `${hub.url}/${search}`)
    } else if (outdated) {
      await watched.page.goto(`${hub.url}/${search}`)
      await watched.page.getByTestId('panel').waitFor()
    } else {
      const { page } = watched
      const view = new URLSearchParams(search).get('view')
      await goWithin(page, view === 'cases' ? '?view=live' : '?view=cases')
      await page.evaluate(LEAVE_NOTHING)
      await page.getByLabel(zh.map.whole).dispatchEvent('click')
      await goWithin(page, search)
    }
    outdated = false
    return watched
  }

  const iso = (timeMs: number): string => new Date(timeMs).toISOString()
  const lastHour = (): string => `from=${iso(hub.startMs - 60 * MINUTE_MS)}&to=${iso(hub.startMs)}`
  const openCases = (): number => hub.cases.filter((one) => one.open).length
  const query = (page: Page): URLSearchParams => new URL(page.url()).searchParams
  const playhead = async (page: Page): Promise<number> =>
    Number(await page.getByTestId('timeline').getAttribute('data-playhead'))

  describe('live', () => {
    test('loads without a fault, and names are text wherever they stand', async () => {
      const { page, takeFaults } = await open('')
      await page.getByTestId('device-row').first().waitFor()
      await restingCamera(page.getByTestId('map'))
      await page.getByTestId('view-cases').click()
      await page.getByTestId('case-row').filter({ hasText: HOSTILE_NAME }).locator('button').click()
      await expect.poll(() => page.getByTestId('case-component').textContent(), poll).toContain(HOSTILE_NAME)
      await open(`?view=coverage&grid=310101013001&${lastHour()}`)
      await page.getByRole('table').getByText(HOSTILE_NAME).waitFor()
      expect(await page.evaluate('window.pwned')).toBeUndefined()
      expect(takeFaults().filter((fault) => !isOfTheRenderer(fault))).toEqual([])
      const foreign = hub.requests.filter((path) => !path.startsWith('/'))
      expect(foreign).toEqual([])
    })

    test('markers are where the e-bikes are, and move', async () => {
      const { page } = await open('')
      const map = page.getByTestId('map')
      const row = page.locator('[data-device="ebike-02"]')
      await row.locator('button').first().click()
      await expect.poll(() => query(page).get('device')).toBe('ebike-02')
      await expect
        .poll(async () => Number(await map.getAttribute('data-zoom')), poll)
        .toBeGreaterThanOrEqual(16)
      // Nearer, it rides out of its place sooner.
      await page.getByLabel(zh.map.zoomIn).dispatchEvent('click')
      await expect
        .poll(async () => Number(await map.getAttribute('data-zoom')), poll)
        .toBeGreaterThanOrEqual(17)
      const camera = await restingCamera(map)
      const place = async () => {
        const [lat, lon] = [await row.getAttribute('data-lat'), await row.getAttribute('data-lon')]
        return onScreen(page, camera, Number(lon), Number(lat))
      }
      const before = await place()
      await row.locator('button').first().click()
      await expect.poll(() => query(page).get('device')).toBeNull()
      // Far enough that a click at the old place no longer hits the marker.
      await expect
        .poll(async () => {
          const now = await place()
          return Math.hypot(now.x - before.x, now.y - before.y)
        }, poll)
        .toBeGreaterThan(40)
      await page.mouse.click(before.x, before.y)
      // What a click chooses is in the page's address before anything else is asked of it.
      expect(await page.evaluate('location.search')).not.toContain('device=')
      await expect
        .poll(async () => {
          const now = await place()
          await page.mouse.click(now.x, now.y)
          return query(page).get('device')
        }, poll)
        .toBe('ebike-02')
    })

    test('tells who is online, and that the connection is lost and back', async () => {
      const { page } = await open('')
      const row = page.locator('[data-device="ebike-03"]')
      await expect.poll(() => row.textContent(), poll).toContain('在线')
      // Told again and again: a list that was on its way meanwhile still says the contrary.
      const afterGoing = () => {
        hub.setOnline('ebike-03', false)
        return row.textContent()
      }
      await expect.poll(afterGoing, poll).toContain('离线')

      const connection = page.getByTestId('connection')
      await expect.poll(() => connection.getAttribute('data-state'), poll).toBe('open')
      hub.cutLive()
      await expect.poll(() => connection.getAttribute('data-state'), poll).toBe('down')
      expect(await connection.textContent()).toContain('实时连接已断开')
      // What happens meanwhile is asked for when it is back.
      hub.setOnline('ebike-03', true)
      hub.restoreLive()
      await expect.poll(() => connection.getAttribute('data-state'), poll).toBe('open')
      await expect.poll(() => row.textContent(), poll).toContain('在线')
    })

    test('a gateway that wants a person is marked, and its status says what is wrong and what to do', async () => {
      const { page, takeFaults } = await open(`?device=${TROUBLED}`)
      const row = page.locator(`[data-device="${TROUBLED}"]`)
      await expect.poll(() => row.textContent(), poll).toContain('需关注')
      const filter = page.getByTestId('attention-filter')
      expect(await filter.textContent()).toBe('需关注 1')
      await filter.click()
      await expect.poll(() => page.getByTestId('device-row').count(), poll).toBe(1)

      await row.getByRole('button', { name: '网关状态' }).click()
      const drawer = page.getByRole('dialog', { name: `网关 ${TROUBLED}` })
      const attention = drawer.getByTestId('attention')
      await attention.first().waitFor()
      const said = await attention.allTextContents()
      expect(said[0]).toBe('串口 board 未找到。设备未插好或已拔出：请重新插接，并核对配置的路径。')
      expect(said[1]).toContain('流量已用 90.0%：9.0 MB，每日上限 10.0 MB。')
      expect(await drawer.locator('[data-port="gps"]').textContent()).toContain('GPS 8/11  BeiDou —/14')
      expect(await drawer.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('90')
      expect(await page.evaluate('window.pwned')).toBeUndefined()
      expect(await seriousBarriers(page)).toEqual([])
      expect(takeFaults().filter((fault) => !isOfTheRenderer(fault))).toEqual([])

      await page.setViewportSize(TELEPHONE)
      await expect.poll(async () => (await drawer.boundingBox())?.width, poll).toBe(390)
      expect(await drawer.evaluate((it) => (it as unknown as { scrollWidth: number }).scrollWidth)).toBe(390)

      hub.override('/devices/ebike-01/health', {
        status: 404,
        body: { error: { message: 'gateway ebike-01: no health has come from it yet' } },
      })
      await page.keyboard.press('Escape')
      await expect.poll(() => query(page).get('status'), poll).toBeNull()
      await filter.click()
      const other = page.locator('[data-device="ebike-01"]')
      await other.locator('button').first().click()
      await other.getByRole('button', { name: '网关状态' }).click()
      await page.getByText('还没有收到网关状态').waitFor()
      hub.override('/devices/ebike-01/health', undefined)
      await page.setViewportSize(WINDOW)
    })

    test('a raised case is announced, and its notice leads to it', async () => {
      const { page } = await open('')
      const before = openCases()
      const counted = page.getByTestId('open-cases').locator('.stat-value')
      await expect.poll(() => counted.textContent(), poll).toBe(String(before))
      await expect.poll(() => page.getByTestId('connection').getAttribute('data-state'), poll).toBe('open')
      const raised = hub.raiseCase()
      await page.getByTestId('case-notice').waitFor()
      await expect.poll(() => counted.textContent(), poll).toBe(String(before + 1))
      await page.getByRole('button', { name: '查看', exact: true }).click()
      await page.locator(`[data-testid="case-detail"][data-case="${raised.id}"]`).waitFor()
    })
  })

  describe('replay', () => {
    const search = (atMs: number) => `?view=replay&device=ebike-01&${lastHour()}&at=${iso(atMs)}&speed=30`

    test('opens at the moment of the address, plays, pauses, and writes where it is', async () => {
      const atMs = hub.startMs - 25 * MINUTE_MS
      const { page, takeFaults } = await open(search(atMs))
      await page.getByTestId('timeline').waitFor()
      expect(await playhead(page)).toBe(atMs)
      expect(await page.getByTestId('replay-summary').textContent()).toContain('km')
      await page.keyboard.press('Space')
      await expect.poll(() => playhead(page), poll).toBeGreaterThan(atMs + 60_000)
      await page.getByTestId('play').click()
      await expect.poll(() => page.getByTestId('play').getAttribute('aria-label')).toBe('播放')
      const pausedMs = await playhead(page)
      await expect.poll(() => Date.parse(query(page).get('at') ?? ''), poll).toBe(pausedMs)
      expect(query(page).get('speed')).toBe('30')
      await page.reload()
      await page.getByTestId('timeline').waitFor()
      expect(await playhead(page)).toBe(pausedMs)
      expect(takeFaults().filter((fault) => !isOfTheRenderer(fault))).toEqual([])
    })

    test('is scrubbed by slider and keys', async () => {
      const atMs = hub.startMs - 25 * MINUTE_MS
      const { page } = await open(search(atMs))
      const slider = page.getByTestId('scrub')
      await slider.waitFor()
      const toMs = hub.startMs - 10 * MINUTE_MS
      await slider.fill(String(toMs))
      await expect.poll(() => playhead(page), poll).toBe(toMs)
      await page.keyboard.press('ArrowLeft')
      await expect.poll(() => playhead(page), poll).toBe(toMs - 10_000)
      await page.keyboard.press('Shift+ArrowRight')
      await expect.poll(() => playhead(page), poll).toBe(toMs + 50_000)
      await page.keyboard.press('Home')
      await expect.poll(() => playhead(page), poll).toBe(hub.startMs - 60 * MINUTE_MS)
      await page.keyboard.press('ArrowUp')
      await expect.poll(() => query(page).get('speed')).toBe('60')
    })

    test('a gap is shaded, and the e-bike is nowhere in it', async () => {
      const { page } = await open(search(hub.startMs - 37 * MINUTE_MS))
      await page.getByTestId('timeline-gap').waitFor()
      const readout = page.getByTestId('readout')
      await expect.poll(() => readout.textContent(), poll).toContain('轨迹空白 · 无定位')
      await page.getByTestId('scrub').fill(String(hub.startMs - 30 * MINUTE_MS))
      await expect.poll(() => readout.textContent(), poll).toContain('km/h')
    })

    test('a range without a track says what to do', async () => {
      const day = 24 * 60 * MINUTE_MS
      const { page } = await open(
        `?view=replay&device=ebike-01&from=${iso(hub.startMs - 9 * day)}&to=${iso(hub.startMs - 8 * day)}`,
      )
      await page.getByText('该时段没有轨迹').waitFor()
      expect(await page.getByTestId('transport').count()).toBe(0)
    })
  })

  describe('coverage', () => {
    test('shows the figure of the chosen grid with its policy, and what could not be told', async () => {
      const grid = hub.district.grids.features[4]!
      const { page, takeFaults } = await open(`?view=coverage&grid=${grid.properties.code}&${lastHour()}`)
      const expected = coverageOf(grid, hub.rides, iso(hub.startMs - 60 * MINUTE_MS), iso(hub.startMs))
      const { percent } = quantities('zh')
      await expect
        .poll(() => page.getByTestId('coverage-figure').textContent(), poll)
        .toBe(percent(expected.coverage))
      expect(expected.cannotTellCells).toBeGreaterThan(0)
      expect(await page.getByTestId('share-cannot-tell').textContent()).toContain(
        percent(expected.cannotTell),
      )
      expect(await page.getByTestId('coverage-policy').textContent()).toContain(expected.policy.textZh)
      expect(takeFaults().filter((fault) => !isOfTheRenderer(fault))).toEqual([])
    })

    test('a click on the map chooses the grid there', async () => {
      const { page } = await open(`?view=coverage&${lastHour()}`)
      await page.getByTestId('roll-up').waitFor()
      const camera = await restingCamera(page.getByTestId('map'))
      const grid = hub.district.grids.features[6]!
      const ring = (grid.geometry.coordinates as [number, number][][])[0]!
      const middle = (axis: 0 | 1) => ring.reduce((sum, position) => sum + position[axis], 0) / ring.length
      const { x, y } = onScreen(page, camera, middle(0), middle(1))
      await page.mouse.click(x, y)
      await expect.poll(() => query(page).get('grid'), poll).toBe(grid.properties.code)
      await page.getByTestId('coverage-figure').waitFor()
    })
  })

  describe('cases', () => {
    test('opening one flies the map there and shows its evidence; nearby tracks lead to a replay', async () => {
      const { page, takeFaults } = await open('?view=cases')
      const one = hub.cases[0]!
      await page.locator(`[data-case="${one.id}"] button`).click()
      await page.getByTestId('evidence').locator('svg').waitFor()
      expect(query(page).get('case')).toBe(one.id)
      expect(await page.getByTestId('case-detail').textContent()).toContain('cover_tilted/1')
      const map = page.getByTestId('map')
      await expect
        .poll(async () => Number(await map.getAttribute('data-zoom')), poll)
        .toBeGreaterThanOrEqual(16)
      const camera = await restingCamera(map)
      expect(camera.lon).toBeCloseTo(one.position!.lon, 4)
      expect(camera.lat).toBeCloseTo(one.position!.lat, 4)

      await page.getByTestId('nearby-track').filter({ hasText: 'ebike-01' }).click()
      await page.getByTestId('timeline').waitFor()
      const raisedMs = Date.parse(one.raised)
      expect(Date.parse(query(page).get('from') ?? '')).toBe(raisedMs - 5 * MINUTE_MS)
      expect(Date.parse(query(page).get('to') ?? '')).toBe(raisedMs + 5 * MINUTE_MS)
      expect(await playhead(page)).toBe(raisedMs)
      await page.goBack()
      await page.getByTestId('case-detail').waitFor()
      expect(takeFaults().filter((fault) => !isOfTheRenderer(fault))).toEqual([])
    })

    test('a sensor’s case says in words why it was raised, and by what it was judged', async () => {
      const { page, takeFaults } = await open('?view=cases')
      const rule = page.getByTestId('evidence-rule')
      const context = page.getByTestId('evidence-context')
      await page.locator(`[data-case="${hub.cases[0]!.id}"] button`).click()
      await expect
        .poll(() => rule.textContent(), poll)
        .toBe('倾角达到 15° 或以上并持续 5 秒即报警，回到 8° 或以下即恢复。')
      const shown = await context.textContent()
      for (const words of ['安装基准角1.5°', '近期反复报警2 次', '短暂越限，未达时限2 次'])
        expect(shown).toContain(words)
      expect(await page.getByTestId('case-source').textContent()).toBe('自动发现')

      await open(`?view=cases&case=${hub.cases[1]!.id}`)
      await expect
        .poll(() => rule.textContent(), poll)
        .toBe('电流降到 0.1 A 或以下并持续 10 秒即报警，回到 0.2 A 或以上即恢复。')
      expect(await context.textContent()).toBe('太阳高度角-12.3°照度3 lx电压231 V')
      expect(takeFaults().filter((fault) => !isOfTheRenderer(fault))).toEqual([])
    })

    test('a report by hand shows its note and its photos, as they come, and opens them large', async () => {
      const { page, takeFaults } = await open('?view=cases')
      await expect.poll(() => page.getByTestId('connection').getAttribute('data-state'), poll).toBe('open')
      const note = `两袋垃圾 ${HOSTILE_NAME}\n堵住人行道`
      const one = hub.reportByHand(note, 2)
      const row = page.locator(`[data-testid="case-row"][data-case="${one.id}"]`)
      await expect.poll(() => row.textContent(), poll).toContain('暴露垃圾')
      expect(await row.textContent()).toContain('人工上报')
      expect(await row.textContent()).toContain(one.position!.lat.toFixed(5))
      await row.locator('button').click()
      await expect.poll(() => page.getByTestId('case-note').textContent(), poll).toBe(note)
      expect(await page.getByTestId('case-reporter').textContent()).toBe('王巡查')
      expect(await page.getByTestId('case-component').count()).toBe(0)
      expect(await page.getByTestId('evidence').count()).toBe(0)
      const missing = page.getByTestId('photos-missing')
      expect(await missing.textContent()).toContain('共 2 张照片，还有 2 张尚未传到')

      const camera = await restingCamera(page.getByTestId('map'))
      expect(camera.lon).toBeCloseTo(one.position!.lon, 4)
      expect(camera.lat).toBeCloseTo(one.position!.lat, 4)

      hub.photoComes(one.id, 2, pngOf(320, 200))
      const thumbnail = page.getByRole('img', { name: '照片 2' })
      await thumbnail.waitFor()
      await expect.poll(() => missing.textContent(), poll).toContain('还有 1 张')
      await expect
        .poll(
          () => thumbnail.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth),
          poll,
        )
        .toBe(320)
      await thumbnail.click()
      const large = page.locator('.ant-image-preview-img')
      await large.waitFor()
      await expect.poll(async () => (await large.boundingBox())?.width ?? 0, poll).toBeGreaterThan(200)
      await page.keyboard.press('Escape')
      await large.waitFor({ state: 'hidden' })

      hub.photoComes(one.id, 1, pngOf(200, 200))
      await page.getByRole('img', { name: '照片 1' }).waitFor()
      await missing.waitFor({ state: 'detached' })
      expect(await page.evaluate('window.pwned')).toBeUndefined()
      expect(takeFaults().filter((fault) => !isOfTheRenderer(fault))).toEqual([])
    })

    test('open ones alone, or all', async () => {
      const { page } = await open('?view=cases')
      await expect.poll(() => page.getByTestId('case-row').count(), poll).toBe(openCases())
      await page.getByText('全部', { exact: true }).click()
      await expect.poll(() => page.getByTestId('case-row').count(), poll).toBe(hub.cases.length)
      expect(await page.getByTestId('case-row').last().textContent()).toContain('已恢复')
    })
  })

  test('speaks English too, and a link keeps the language', async () => {
    const { page } = await open('?view=cases')
    await page.getByTestId('language').click()
    await page.getByText('Cover tilted').first().waitFor()
    expect(query(page).get('lang')).toBe('en')
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.reload()
    await page.getByText('Live connection up').waitFor()
    // The choice is remembered in this browser.
    await page.evaluate('localStorage.clear()')
  })

  test('fits a telephone', async () => {
    const shown = { live: 'device-row', replay: 'timeline', coverage: 'roll-up', cases: 'case-row' }
    for (const [view, content] of Object.entries(shown)) {
      const { page } = await open(`?view=${view}&device=ebike-01&${lastHour()}`)
      await page.setViewportSize(TELEPHONE)
      await page.getByTestId(content).first().waitFor()
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(overflow, view).toBeLessThanOrEqual(0)
    }
    await watched?.page.setViewportSize(WINDOW)
  })

  test.each(['live', 'replay', 'coverage', 'cases'])('%s: no serious barrier for anyone', async (view) => {
    const caseId = view === 'cases' ? `&case=${hub.cases[0]!.id}` : ''
    const grid = hub.district.grids.features[4]!.properties.code
    const { page } = await open(`?view=${view}&device=ebike-01&grid=${grid}${caseId}&${lastHour()}`)
    const shown = { live: 'device-row', replay: 'timeline', coverage: 'coverage-figure', cases: 'evidence' }
    await page
      .getByTestId(shown[view as keyof typeof shown])
      .first()
      .waitFor()
    expect(await seriousBarriers(page)).toEqual([])
  })

  describe('when there is nothing, or something is wrong', () => {
    beforeEach(() => {
      outdated = true
    })

    afterEach(() => {
      outdated = true
    })

    test('empty lists say what to do', async () => {
      hub.override('/devices', { status: 200, body: { devices: [] } })
      hub.override('/cases', { status: 200, body: { cases: [] } })
      hub.override('/grids', { status: 200, body: { type: 'FeatureCollection', features: [] } })
      hub.override('/streets', { status: 200, body: { type: 'FeatureCollection', features: [] } })
      const riding = hub.rides.filter(({ online }) => online)
      for (const { device } of riding) hub.setOnline(device, false)
      const { page } = await open('')
      await page.getByText('还没有电动车上线').waitFor()
      await page.getByText('还没有街道和网格数据').waitFor()
      await page.getByTestId('view-cases').click()
      await page.getByText('没有未结案件').waitFor()
      await page.getByTestId('view-coverage').click()
      await page.getByText('还没有网格').waitFor()
      await page.getByTestId('view-replay').click()
      await page.getByText('选择一辆电动车开始回放').waitFor()
      for (const path of ['/devices', '/cases', '/grids', '/streets']) hub.override(path, undefined)
      for (const { device } of riding) hub.setOnline(device, true)
    })

    test("the hub's own words are shown, and trying again helps", async () => {
      hub.override('/cases', {
        status: 503,
        body: { error: { message: 'ledger: the disk is full', hint: 'free some space' } },
      })
      const { page } = await open('?view=cases')
      const problem = page.getByTestId('problem')
      await expect.poll(() => problem.textContent(), poll).toContain('ledger: the disk is full')
      expect(await problem.textContent()).toContain('free some space')
      hub.override('/cases', undefined)
      await problem.getByRole('button', { name: '重试' }).click()
      await page.getByTestId('case-row').first().waitFor()
    })

    test('an answer of another form is not believed', async () => {
      hub.override('/devices', { status: 200, body: { devices: [{ id: '<script>', online: 'yes' }] } })
      const { page } = await open('')
      await expect
        .poll(() => page.getByTestId('problem').textContent(), poll)
        .toContain('中心服务的回答格式不符')
      hub.override('/devices', undefined)
    })
  })
})
