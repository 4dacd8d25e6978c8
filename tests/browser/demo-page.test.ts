import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Cases, GridsAnswer } from '../../proto/http.ts'
import { type GridpatrolProcess, startGridpatrol } from '../end-to-end/gridpatrol-process.ts'
import { findChromium } from '../servers/chromium.ts'
import { requireServer } from '../servers/server-missing.ts'
import { HALF_SHARP } from './watched-page.ts'

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
      // Fewer pixels for a processor to draw where nobody looks at them.
      ...(process.env.SCREENSHOTS === '1' ? {} : HALF_SHARP),
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
    })
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? ''
      // What ends because the page moved on is no failure.
      if (!request.url().includes('/live') && why !== 'net::ERR_ABORTED')
        complaints.push(`${request.url()}: ${why}`)
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
    await page.waitForTimeout(process.env.SCREENSHOTS === '1' ? 12_000 : 500)
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

  const query = (): URLSearchParams => new URL(page.url()).searchParams
  const rowOf = (device: string, which: 'past' | 'running') => {
    const rows = page.getByTestId('shift-row').filter({ hasText: device })
    return which === 'past' ? rows.filter({ hasNotText: '进行中' }) : rows.filter({ hasText: '进行中' })
  }
  /** The past shift is of today where it is over already, else of the day before. */
  async function openShifts(): Promise<void> {
    await page.goto(`${url}/?view=shifts`)
    await page.getByTestId('shift-row').first().waitFor()
    if (await page.getByTestId('day-before').isVisible()) await page.getByTestId('day-before').click()
  }

  test('shifts: who went home early is seen at a glance, and replayed at that moment', async () => {
    await openShifts()
    await rowOf('ebike-04', 'past').getByText('早退').waitFor()
    await rowOf('ebike-05', 'past').getByText('%').nth(1).waitFor()
    await picture('shifts')
    await rowOf('ebike-04', 'past').getByRole('link', { name: 'ebike-04' }).click()
    const finding = page.getByTestId('finding').filter({ hasText: '早退' })
    await finding.getByTestId('finding-replay').click()
    await page.getByTestId('replay-summary').waitFor()
    expect(query().get('device')).toBe('ebike-04')
    // Of eight hours four fifths were ridden.
    const wentMs = shift.fromMs + 0.8 * 8 * 3_600_000
    expect(Math.abs((await playhead()) - wentMs)).toBeLessThan(60_000)
  })

  test('a street that was missed: whose it was, why the figure is what it is, where they were instead', async () => {
    await openShifts()
    await rowOf('ebike-05', 'past').getByRole('link', { name: 'ebike-05' }).click()
    const worst = page.getByTestId('shift-grid').first()
    await worst.waitFor()
    expect(Number.parseFloat((await worst.locator('.figures').textContent())!)).toBeLessThan(30)
    await worst.getByRole('link').click()
    const part = page.getByTestId('street-part').first()
    await part.waitFor()
    expect(await part.textContent()).toContain('未到')
    expect(await page.getByTestId('coverage-why').textContent()).toMatch(/已巡 .+ ÷ 道路总长 .+ = \d/)
    expect((await page.getByTestId('coverage-policy').textContent())!.length).toBeGreaterThan(40)
    await part.click()
    const detail = page.getByTestId('detail')
    await detail.getByTestId('who-should').getByText('钱七').waitFor()
    await picture('coverage-road')
    await detail.getByTestId('replay-shift').click()
    await page.getByTestId('replay-summary').waitFor()
    expect(query().get('device')).toBe('ebike-05')
  })

  test('missed: what is overdue by now, and a round for a shift that runs, whose figures move', async () => {
    await page.goto(`${url}/?view=shifts`)
    // Of one e-bike it may stand still: a rider stops, or rides where somebody was before.
    const figures = page.locator('[data-live="true"]')
    await figures.first().waitFor()
    const before = await figures.allTextContents()
    await vi.waitFor(async () => expect(await figures.allTextContents()).not.toEqual(before), {
      timeout: 60_000,
      interval: 500,
    })
    await rowOf('ebike-05', 'running').getByRole('link', { name: 'ebike-05' }).click()
    await page.getByTestId('to-round').click()
    await page.getByTestId('round-figures').waitFor()
    // By the hour of the day there may be nothing that is overdue yet.
    await page.getByTestId('missed-row').or(page.getByTestId('empty')).first().waitFor()
    await picture('missed')
  })

  test('report: of the shift that ended early, as a PDF with its words in it', async () => {
    await openShifts()
    await rowOf('ebike-04', 'past').getByRole('link', { name: 'ebike-04' }).click()
    await page.getByTestId('to-report').click()
    const paper = page.getByTestId('report-ready')
    await paper.waitFor()
    const said = await paper.textContent()
    for (const words of ['赵六', '早退', '85 / 100', '道路覆盖率', '匹配置信度'])
      expect(said).toContain(words)
    await picture('report')
    const pdf = await page.pdf({ preferCSSPageSize: true })
    const characters = charactersIn(pdf)
    for (const char of '巡查报告早退') expect(characters).toContain(char)
  })

  test('the browser had nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})

/** Characters that the text of a PDF can be read as: the ToUnicode maps of its fonts (ISO 32000-1, 9.10.3). */
function charactersIn(pdf: Buffer): Set<string> {
  const found = new Set<string>()
  const file = pdf.toString('latin1')
  for (const { index } of file.matchAll(/(?<!end)stream\r?\n/g)) {
    const begin = file.indexOf('\n', index) + 1
    const bytes = pdf.subarray(begin, file.indexOf('endstream', begin))
    const map = bytes[0] === 0x78 ? inflateSync(bytes).toString('latin1') : ''
    for (const [, from, to, code] of map.matchAll(
      /<([0-9A-F]{2,4})> (?:<([0-9A-F]{2,4})> )?<([0-9A-F]{4})>/gi,
    )) {
      const count = to === undefined ? 1 : Number.parseInt(to, 16) - Number.parseInt(from!, 16) + 1
      for (let next = 0; next < count; next++)
        found.add(String.fromCodePoint(Number.parseInt(code!, 16) + next))
    }
  }
  return found
}
