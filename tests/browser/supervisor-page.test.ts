import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quantities } from '../../dashboards/web/src/i18n/quantities.ts'
import { findChromium } from '../servers/chromium.ts'
import { requireServer } from '../servers/server-missing.ts'
import { type FixtureHub, startFixtureHub } from './fixture-hub.ts'
import { FixtureCoverage, POLICY_TEXTS } from './fixture-roads.ts'
import { liveCoverage } from './fixture-shifts.ts'
import { isOfTheRenderer, onScreen, openWatched, restingCamera, type WatchedPage } from './watched-page.ts'

/**
 * A supervisor's day from the page alone: coverage, who missed a street, shifts, what was missed, the report. One page
 * lives through it all, as hers does; the map in it is small, for it is drawn by the processor.
 */

const WEB = fileURLToPath(new URL('../../dashboards/web', import.meta.url))
/** Software rendering on a busy machine takes its time. */
const PATIENCE_MS = 240_000
const WAIT_MS = 60_000
const MINUTE_MS = 60_000
const poll = { timeout: WAIT_MS, interval: 200 }

const available = await requireServer('Chromium', findChromium)

const { percent, distance } = quantities('zh')

describe.runIf(available)('a supervisor', { timeout: PATIENCE_MS }, () => {
  let dist: string
  let hub: FixtureHub
  let browser: Browser
  let page: Page
  let takeFaults: WatchedPage['takeFaults']

  beforeAll(async () => {
    dist = await mkdtemp(join(tmpdir(), 'gridpatrol-supervisor-'))
    await build({ root: WEB, logLevel: 'warn', build: { outDir: dist, emptyOutDir: true } })
    browser = await chromium.launch(await findChromium())
    hub = await startFixtureHub(dist)
    const context = await browser.newContext({
      viewport: { width: 1000, height: 560 },
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      reducedMotion: 'reduce',
    })
    context.setDefaultTimeout(WAIT_MS)
    const watched = await openWatched(context, `${hub.url}/?view=coverage`)
    page = watched.page
    takeFaults = watched.takeFaults
  }, PATIENCE_MS)

  afterAll(async () => {
    await browser?.close()
    await hub?.close()
    if (dist) await rm(dist, { recursive: true })
  })

  /** As the back button does: another address, without loading the page again. */
  const open = (search: string): Promise<void> =>
    page.evaluate(
      `history.pushState(null, '', ${JSON.stringify(`/${search}`)}); dispatchEvent(new PopStateEvent('popstate'))`,
    )
  const iso = (timeMs: number): string => new Date(timeMs).toISOString()
  const asked = () => ({ from: iso(hub.startMs - 60 * MINUTE_MS), to: iso(hub.startMs) })
  const lastHour = (): string => `from=${asked().from}&to=${asked().to}`
  const query = (): URLSearchParams => new URL(page.url()).searchParams
  const clean = (faults: string[]) => faults.filter((fault) => !isOfTheRenderer(fault))
  const grid = (place: number) => hub.district.grids.features[place]!.properties.code

  async function seriousBarriers(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page }).analyze()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
  }

  test('goes down from the district to a unit grid, by the policy she chose', async () => {
    const coverage = new FixtureCoverage(hub.district, () => hub.rides)
    await open(`?view=coverage&${lastHour()}`)
    const figure = page.getByTestId('coverage-figure')
    const expected = (code: string, policy: 'area' | 'road') =>
      coverage.rollUp(policy, { grid: code, ...asked() })!
    await expect.poll(() => figure.textContent(), poll).toBe(percent(expected('310101', 'area').coverage))
    await page.getByTestId('policy-road').click()
    const district = expected('310101', 'road')
    await expect.poll(() => figure.textContent(), poll).toBe(percent(district.coverage))
    const why = await page.getByTestId('coverage-why').textContent()
    expect(why).toContain(
      `已巡 ${distance(district.coverage * district.of)} ÷ 道路总长 ${distance(district.of)} = ${percent(district.coverage)}`,
    )
    expect(await page.getByTestId('coverage-policy').textContent()).toContain(POLICY_TEXTS.road.textZh)
    for (const digits of [9, 12, 15]) {
      const code = grid(4).slice(0, digits)
      const { name } = expected(code, 'road')
      await page.getByTestId('down').filter({ hasText: name! }).click()
      await expect.poll(() => query().get('grid'), poll).toBe(code)
      await expect.poll(() => figure.textContent(), poll).toBe(percent(expected(code, 'road').coverage))
    }
    expect(await seriousBarriers()).toEqual([])
    await page.getByTestId('up-310101002').click()
    await page.getByTestId('roll-up').waitFor()
    await page.goBack()
    await page.getByTestId('street-parts').waitFor()
    await page.getByTestId('policy-components').click()
    await page.getByTestId('component-list').waitFor()
    await page.getByTestId('policy-visits').click()
    await page.getByTestId('visit-list').waitFor()
    expect(clean(takeFaults())).toEqual([])
  })

  test('finds who should have been in a street that was missed, and replays when it was seen last', async () => {
    const coverage = new FixtureCoverage(hub.district, () => hub.rides)
    const { parts } = coverage.road({ grid: grid(4), ...asked() })
    const part = parts!.find(({ lastSeen, coveredM, lengthM }) => lastSeen && coveredM < 0.9 * lengthM)!
    await open(`?view=coverage&policy=road&grid=${grid(4)}&${lastHour()}`)
    await page.getByTestId('street-parts').waitFor()
    const camera = await restingCamera(page.getByTestId('map'))
    const [ax, ay, bx, by] = part.line as [number, number, number, number]
    const { x, y } = onScreen(page, camera, (ax + bx) / 2, (ay + by) / 2)
    await page.mouse.click(x, y)
    await expect.poll(() => query().get('item'), poll).toBe(part.part)
    const detail = page.getByTestId('detail')
    await expect.poll(() => detail.getByTestId('who-should').textContent(), poll).toContain('王敏')
    const replay = detail.getByTestId('replay-then')
    await replay.waitFor()
    expect(await detail.getByTestId('last-seen').textContent()).toContain('ebike-0')
    await replay.click()
    await page.getByTestId('timeline').waitFor()
    expect(query().get('view')).toBe('replay')
    expect(Date.parse(query().get('at')!)).toBe(Date.parse(part.lastSeen!))
    expect(clean(takeFaults())).toEqual([])
  })

  test('reads the shifts of the day, live where they run, and the findings of one', async () => {
    await open('?view=shifts')
    const row = page.locator('[data-shift="shift-1"]')
    await expect.poll(() => row.textContent(), poll).toContain('86')
    expect(await row.textContent()).toMatch(/王敏.*进行中.*km.*%.*2/)
    expect(await page.getByTestId('shift-row').count()).toBe(20)
    await expect.poll(() => page.getByTestId('connection').getAttribute('data-state'), poll).toBe('open')
    hub.tellCoverage(liveCoverage('shift-1', 'ebike-01', 0.777))
    await expect.poll(() => row.textContent(), poll).toContain('82.7%')
    expect(await seriousBarriers()).toEqual([])

    await row.getByRole('link', { name: 'ebike-01' }).click()
    await page.getByTestId('findings').waitFor()
    expect(await page.getByTestId('live-area').textContent()).toContain('77.7%')
    hub.tellCoverage(liveCoverage('shift-1', 'ebike-01', 0.8))
    await expect.poll(() => page.getByTestId('live-area').textContent(), poll).toContain('80.0%')
    expect(await page.getByTestId('integrity').textContent()).toContain('86 / 100')
    const finding = page.getByTestId('finding').first()
    expect(await finding.textContent()).toContain('最远86 m')
    expect(await seriousBarriers()).toEqual([])
    await finding.getByTestId('finding-replay').click()
    await page.getByTestId('timeline').waitFor()
    expect(query().get('device')).toBe('ebike-01')
    expect(Date.parse(query().get('at')!)).toBe(hub.startMs - 30 * MINUTE_MS)
    expect(clean(takeFaults())).toEqual([])
  })

  test('sorts shifts by figures that the hub keeps, and asks for the others alone', async () => {
    const asked = new Set<string>()
    const note = (request: { url(): string }): void => {
      const shift = /\/shifts\/([^/]+)\/report/.exec(request.url())?.[1]
      if (shift !== undefined) asked.add(shift)
    }
    page.on('request', note)
    await open('?view=shifts')
    const rows = page.getByTestId('shift-row')
    const devices = () => rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-shift')!))
    await expect.poll(() => page.locator('[data-shift="shift-1"]').textContent(), poll).toContain('86')
    expect(await page.locator('[data-shift="shift-5"]').textContent()).toMatch(/缺勤.*40$/)
    // Without a pointer over it: its tooltip would stay, under the one id that everything has in a page built for tests.
    await page.getByRole('columnheader', { name: '可信分' }).dispatchEvent('click')
    // Those of the second page, too.
    await expect
      .poll(async () => (await devices()).every((id) => Number(id.slice('shift-'.length)) > 4), poll)
      .toBe(true)
    page.off('request', note)
    expect([...asked].filter((id) => Number(id.slice('shift-'.length)) > 4)).toEqual([])
    expect(clean(takeFaults())).toEqual([])
  })

  test('plans a shift, changes it, takes it back', async () => {
    await open('?view=shifts')
    await page.getByTestId('create-shift').click()
    const form = page.getByRole('dialog', { name: '新建班次' })
    await form.getByLabel('车辆').fill('ebike-02')
    await form.getByLabel('巡查员').fill('赵六')
    await form.getByLabel('网格编码').fill('31-01')
    await form.getByTestId('save-shift').click()
    await form.getByText('“31-01”不是网格编码').waitFor()
    await form.getByLabel('网格编码').fill(`${grid(0)}\n${grid(1)}`)
    await form.getByTestId('save-shift').click()
    const detail = page.getByTestId('shift-detail')
    await expect.poll(() => detail.textContent(), poll).toContain('赵六')
    const made = hub.shifts.shifts.find(({ inspector }) => inspector === '赵六')!
    expect(made.grids).toEqual([grid(0), grid(1)])

    await detail.getByRole('button', { name: '修改' }).click()
    const again = page.getByRole('dialog', { name: '修改' })
    await again.getByLabel('巡查员').fill('钱七')
    await again.getByTestId('save-shift').click()
    await expect.poll(() => detail.textContent(), poll).toContain('钱七')
    await detail.getByRole('button', { name: '删除' }).click()
    await page.getByRole('tooltip').getByRole('button', { name: '删除' }).click()
    await expect.poll(() => query().get('shift'), poll).toBeNull()
    expect(hub.shifts.shifts.some(({ id }) => id === made.id)).toBe(false)
    expect(clean(takeFaults())).toEqual([])
  })

  test('sees what was missed, and a round for a shift that runs', async () => {
    await open('?view=missed')
    const rows = page.getByTestId('missed-row')
    await rows.first().waitFor()
    expect(await rows.count()).toBe(30)
    expect(await rows.first().textContent()).toContain('超期 13 天')
    await page.getByTestId('kind-component').click()
    await expect.poll(() => rows.first().textContent(), poll).toContain('部件')
    await rows.first().getByRole('button').click()
    await page.getByTestId('detail').getByTestId('who-should').waitFor()
    expect(await seriousBarriers()).toEqual([])
    await page.getByTestId('round-shift').click()
    await page.getByText('王敏 · ebike-01', { exact: true }).last().click()
    const figures = page.getByTestId('round-figures')
    const round = hub.shifts.round(hub.shifts.shifts[0]!)!
    await expect.poll(() => figures.textContent(), poll).toContain(distance(round.lengthM))
    expect(await figures.textContent()).toContain(`${round.closes.length} 处`)
    expect(query().get('shift')).toBe('shift-1')
    expect(clean(takeFaults())).toEqual([])
  })

  test('prints the report of a shift', async () => {
    await open('?view=shifts&shift=shift-1')
    await page.getByTestId('to-report').click()
    const paper = page.getByTestId('report-ready')
    await paper.waitFor()
    const said = (await paper.textContent())!
    for (const words of [
      '王敏',
      'ebike-01',
      '责任区1',
      '在岗率',
      '有效里程',
      '86 / 100',
      '越界4分钟',
      '生成于',
    ])
      expect(said).toContain(words)
    for (const { textZh } of [POLICY_TEXTS.road, POLICY_TEXTS.components, POLICY_TEXTS.visits])
      expect(said).toContain(textZh)
    expect(await page.getByTestId('report-timeline').getByRole('row').count()).toBe(3)
    const track = page.getByTestId('track-picture').locator('.picture-track')
    expect((await track.getAttribute('d'))!.length).toBeGreaterThan(200)
    expect(await seriousBarriers()).toEqual([])

    await page.evaluate('window.print = () => { window.printed = true }')
    await page.getByTestId('print').click()
    expect(await page.evaluate('window.printed')).toBe(true)

    await page.emulateMedia({ media: 'print' })
    expect(await page.getByTestId('print').isVisible()).toBe(false)
    expect(await page.getByTestId('map').isVisible()).toBe(false)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    await page.emulateMedia({ media: null })
    const bytes = pdf.toString('latin1')
    expect(bytes.startsWith('%PDF-')).toBe(true)
    expect(bytes.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(2)
    // A4 in points, and the page's own Chinese font inside the file.
    expect(bytes).toMatch(/\/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/)
    expect(bytes).toMatch(/\/FontName \/[A-Z]{6}\+NotoSansSC/)
    expect(clean(takeFaults())).toEqual([])
  })

  test('is told what to do where there is nothing yet, or the hub says no', async () => {
    hub.override('/shifts', { status: 200, body: { shifts: [] } })
    hub.override('/missed', { status: 200, body: { at: iso(hub.startMs), total: 0, missed: [] } })
    hub.override('/coverage/roll-up', {
      status: 400,
      body: { error: { message: 'the range is longer than 92 days', hint: 'ask for less' } },
    })
    await page.goto(`${hub.url}/?view=shifts`)
    await page.getByText('这一天没有班次').waitFor()
    expect(await page.getByTestId('empty').textContent()).toContain('gridpatrol import shifts')
    await page.getByTestId('view-missed').click()
    await page.getByText('没有漏巡').waitFor()
    await page.getByText('现在没有进行中的班次').waitFor()
    await page.getByTestId('view-coverage').click()
    const problem = page.getByTestId('problem')
    await expect.poll(() => problem.textContent(), poll).toContain('the range is longer than 92 days')
    expect(await problem.textContent()).toContain('ask for less')
    // Without a range in the address, the hours of today's shifts: there are none, so the day so far.
    expect(new Date(query().get('from')!).getTime()).toBeLessThanOrEqual(Date.now())
  })

  test('on a telephone, in English', async () => {
    hub.override('/shifts', undefined)
    hub.override('/missed', undefined)
    hub.override('/coverage/roll-up', undefined)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${hub.url}/?view=shifts&lang=en`)
    for (const [view, shown] of [
      ['shifts', 'shift-row'],
      ['missed', 'missed-row'],
      ['coverage', 'coverage-figure'],
    ] as const) {
      await page.getByTestId(`view-${view}`).click()
      await page.getByTestId(shown).first().waitFor()
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(overflow, view).toBeLessThanOrEqual(0)
    }
    await open('?view=report&shift=shift-2&lang=en')
    await page.getByTestId('report-ready').getByText('Patrol report').waitFor()
    expect(
      await page.getByTestId('report').evaluate((it) => {
        const { scrollWidth, clientWidth } = it as unknown as { scrollWidth: number; clientWidth: number }
        return scrollWidth - clientWidth
      }),
    ).toBeLessThanOrEqual(0)
  })
})
