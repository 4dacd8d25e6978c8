import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Cases, GridsAnswer } from '../../proto/http.ts'
import { type GridpatrolProcess, startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { findChromium } from '../servers/chromium.ts'
import { requireServer } from '../servers/server-missing.ts'

/**
 * The page against the living demo, nothing replaced: what a supervisor sees a minute after `npm start`. With
 * SCREENSHOTS=1 the pictures of the README are taken anew.
 */
const here = await requireServer('Chromium', findChromium)
const pictures =
  process.env.SCREENSHOTS === '1'
    ? join(import.meta.dirname, '../../docs/images')
    : mkdtempSync(join(tmpdir(), 'gridpatrol-pictures-'))

describe.runIf(here)('the page over the demo', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-page-'))
  let demo: GridpatrolProcess
  let browser: Browser
  let page: Page
  let url: string
  const complaints: string[] = []
  const shift = (() => {
    const dayMs = 86_400_000
    const fromMs = Math.floor((Date.now() - 8 * 3_600_000) / dayMs) * dayMs
    return {
      fromMs,
      query: `from=${new Date(fromMs).toISOString()}&to=${new Date(fromMs + 8 * 3_600_000).toISOString()}`,
    }
  })()

  beforeAll(async () => {
    demo = startGridpatrol('demo', '--port', '0', '--data', folder)
    url = (await demo.says(/(http:\/\/127\.0\.0\.1:\d+)/))[1]!
    const { executablePath, args } = await findChromium()
    browser = await chromium.launch({ executablePath, args })
    page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
    })
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('requestfailed', (request) => {
      // A stream that ends because the page moved on is no failure.
      if (!request.url().includes('/live'))
        complaints.push(`${request.url()}: ${request.failure()?.errorText}`)
    })
    const deadline = Date.now() + 90_000
    while (!demo.output().includes('past shift: 100 %') && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 250))
  }, 150_000)

  afterAll(async () => {
    await browser?.close()
    await demo?.kill()
    rmSync(folder, { recursive: true, force: true })
    if (process.env.SCREENSHOTS !== '1') rmSync(pictures, { recursive: true, force: true })
  }, 30_000)

  async function picture(name: string): Promise<void> {
    const path = join(pictures, `${name}.png`)
    mkdirSync(dirname(path), { recursive: true })
    await page.waitForTimeout(process.env.SCREENSHOTS === '1' ? 6000 : 500)
    await page.screenshot({ path })
  }
  const playhead = async (): Promise<number> =>
    Number(await page.getByTestId('timeline').getAttribute('data-playhead'))

  test('live: the e-bikes are there, online, in Chinese', async () => {
    await page.goto(url)
    await page.getByTestId('device-row').nth(5).waitFor()
    expect(await page.getByTestId('device-row').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('ebike-01'), expect.stringContaining('ebike-06')]),
    )
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await picture('live')
  })

  test('replay: a past patrol plays by the clock', async () => {
    await page.goto(`${url}/?view=replay&device=ebike-01&${shift.query}&speed=60`)
    await page.getByTestId('replay-summary').waitFor()
    expect(await page.getByTestId('timeline-gap').count()).toBeGreaterThan(0)
    const before = await playhead()
    await page.getByTestId('play').click()
    await vi.waitFor(async () => expect(await playhead()).toBeGreaterThan(before + 60_000), {
      timeout: 60_000,
      interval: 200,
    })
    await page.getByTestId('play').click()
    expect(await playhead()).toBeGreaterThan(before + 60_000)
    const middle = new Date(shift.fromMs + 4 * 3_600_000).toISOString()
    await page.goto(`${url}/?view=replay&device=ebike-01&${shift.query}&speed=30&at=${middle}`)
    await page.getByTestId('replay-summary').waitFor()
    expect(Math.abs((await playhead()) - Date.parse(middle))).toBeLessThan(5000)
    await picture('replay')
  })

  test('coverage: a grid shows its figure with the text of the policy', async () => {
    const { features } = GridsAnswer.parse(await (await fetch(`${url}/api/v1/grids`)).json())
    await page.goto(`${url}/?view=coverage&grid=${features[5]!.properties.code}&${shift.query}`)
    await page.getByTestId('coverage-figure').waitFor()
    expect(await page.getByTestId('coverage-figure').textContent()).toMatch(/^\d+(\.\d+)?\s*%$/)
    expect((await page.getByTestId('coverage-policy').textContent())?.length).toBeGreaterThan(20)
    await picture('coverage')
  })

  test('cases: the tilted cover shows why it was raised, and where', async () => {
    const tilted = await vi.waitFor(
      async () => {
        const { cases } = Cases.parse(await (await fetch(`${url}/api/v1/cases`)).json())
        const found = cases.find(({ fault }) => fault === 'cover_tilted')
        expect(found).toBeDefined()
        return found!
      },
      { timeout: 60_000, interval: 500 },
    )
    await page.goto(`${url}/?view=cases&case=${tilted.id}`)
    await page.getByTestId('evidence').waitFor()
    expect(new URL(page.url()).searchParams.get('case')).toBe(tilted.id)
    expect(await page.getByTestId('case-component').textContent()).toBe(tilted.componentName)
    await picture('case')
  })

  test('the browser had nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})
