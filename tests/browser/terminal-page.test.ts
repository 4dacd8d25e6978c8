import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EdgeClock } from '../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../gateway/edge/outbox/sqlite-outbox.ts'
import { HandReports } from '../../gateway/edge/terminal/hand-reports.ts'
import { startTerminal, type Terminal } from '../../gateway/edge/terminal/terminal.ts'
import { TerminalConfig } from '../../gateway/edge/terminal/terminal-config.ts'
import { openDatabase } from '../../gateway/foundation/database.ts'
import { silentLog } from '../../gateway/foundation/log.ts'
import { CATALOGUE } from '../../proto/catalogue/catalogue.ts'
import { decodeBody } from '../../proto/codec/codec.ts'
import { findChromium } from '../servers/chromium.ts'
import { requireServer } from '../servers/server-missing.ts'

/** The terminal's page as an inspector holds it: phone-size, in Chinese, and no network beyond the device. */
const here = await requireServer('Chromium', findChromium)
const PHONE = { width: 360, height: 740 }

describe.runIf(here)('the page of a patrol terminal', { timeout: 90_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-page-'))
  const database = openDatabase(join(folder, 'outbox.db'))
  const outbox = new SqliteOutbox(database, { boot: '0000000000aa', maxBytes: 1e8, log: silentLog() })
  let terminal: Terminal
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    terminal = await startTerminal({
      config: TerminalConfig.parse({ port: 0, by: '张三' }),
      gateway: 'terminal-01',
      catalogue: CATALOGUE,
      reports: new HandReports({
        gateway: 'terminal-01',
        by: '张三',
        database,
        outbox,
        clock: new EdgeClock(),
        catalogue: CATALOGUE,
      }),
      state: () => ({
        online: false,
        waiting: outbox.level().records,
        last: { fix: { lat: 31.230412, lon: 121.473701, accuracyM: 4, timeMs: 0 }, ageS: 2 },
      }),
      log: silentLog(),
    })
    const { executablePath, args } = await findChromium()
    browser = await chromium.launch({ executablePath, args })
    const phone = await browser.newContext({
      viewport: PHONE,
      hasTouch: true,
      isMobile: true,
      locale: 'zh-CN',
    })
    page = await phone.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`)
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      const url = request.url()
      if (!/^(data|blob):/.test(url) && !url.startsWith(terminal.url)) complaints.push(`asks ${url}`)
    })
    await page.goto(terminal.url)
    await page.getByTestId('fix').waitFor()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await terminal?.close()
    outbox.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('fits a phone, says that there is no network, and anyone can use it', async () => {
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width)
    await page.getByTestId('link').getByText('未联网').waitFor()
    expect(await page.getByTestId('fix').textContent()).toBe('31.230412, 121.473701 · 2 秒前 · 精度约 4 米')
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
  })

  test('a problem with a photo is reported in four steps and kept', async () => {
    expect(await page.getByTestId('send').isDisabled()).toBe(true)
    await page.getByTestId('kind').selectOption({ label: '暴露垃圾' })
    await page.getByTestId('note').fill('路口东侧，三袋')
    await page
      .getByTestId('photo')
      .setInputFiles({ name: 'street.png', mimeType: 'image/png', buffer: await drawnPicture(page) })
    await page.locator('.photos img').waitFor()
    await page.getByTestId('send').click()
    await page.getByTestId('progress').getByText('已保存').waitFor()
    const sent = page.getByTestId('sent')
    await sent.getByText('待送达').waitFor()
    expect(await sent.textContent()).toContain('路口东侧，三袋')

    const bodies = outbox.peek(1000).map(({ lane, body }) => decodeBody(lane, body))
    const [report] = bodies
    expect(report).toMatchObject({
      lane: 'case',
      report: {
        fault: 'exposed_rubbish',
        manual: { note: '路口东侧，三袋', photos: 1, by: '张三' },
        position: { lat: 31.230412, lon: 121.473701, source: 'fix' },
      },
    })
    const parts = bodies.flatMap((body) => (body.lane === 'photo' ? [body.part] : []))
    const picture = Buffer.concat(parts.map(({ bytes }) => bytes))
    expect(await sizeOf(page, picture)).toEqual([1600, 1200])
  })

  test('arrives when the centre says so', async () => {
    for (const { boot, sequence } of outbox.peek(1000)) outbox.remove(boot, [sequence])
    await page.getByTestId('sent').getByText('已送达').waitFor()
    expect(await page.getByTestId('link').textContent()).not.toContain('待送')
  })

  test('a place typed in wrongly is told and nothing is sent', async () => {
    await page.getByTestId('kind').selectOption({ label: '道路积水' })
    await page.getByText('手工填写').click()
    await page.getByLabel('纬度').fill('131.2')
    await page.getByLabel('经度').fill('121.4')
    await page.getByTestId('send').click()
    await page.getByTestId('progress').getByText('经纬度不对').waitFor()
    expect(outbox.peek(10)).toEqual([])
  })

  test('in English where asked', async () => {
    await page.getByText('English').click()
    expect(await page.getByTestId('send').textContent()).toBe('Report')
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
  })

  test('the browser had nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})

/** A picture larger than the page sends, as PNG. */
async function drawnPicture(page: Page): Promise<Buffer> {
  const url = await page.evaluate<string>(`{
    const canvas = Object.assign(document.createElement('canvas'), { width: 2400, height: 1800 })
    const context = canvas.getContext('2d')
    for (let stripe = 0; stripe < 40; stripe++) {
      context.fillStyle = 'hsl(' + stripe * 9 + ' 60% 50%)'
      context.fillRect(stripe * 60, 0, 60, 1800)
    }
    canvas.toDataURL('image/png')
  }`)
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}

const sizeOf = (page: Page, jpeg: Buffer): Promise<[number, number]> =>
  page.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${jpeg.toString('base64')}'), (letter) => letter.charCodeAt(0))
    const { width, height } = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
    return [width, height]
  })()`)
