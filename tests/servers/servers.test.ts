import { connect, connectAsync } from 'mqtt'
import { chromium } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findChromium } from './chromium.ts'
import { findInfluxd, startInfluxd } from './influxd.ts'
import { findMosquitto, startMosquitto } from './mosquitto.ts'
import { requireServer, ServerMissing } from './server-missing.ts'

const hasInfluxd = await requireServer('influxd', findInfluxd)
const hasMosquitto = await requireServer('mosquitto', findMosquitto)
const hasChromium = await requireServer('Chromium', findChromium)

describe.runIf(hasInfluxd)('influxd', () => {
  test('keeps what it acknowledged when it is killed', async () => {
    const server = await startInfluxd()
    try {
      const query = (q: string) =>
        fetch(`${server.url}/query?db=d&q=${encodeURIComponent(q)}`, { method: 'POST' })
      await query('CREATE DATABASE d')
      const written = await fetch(`${server.url}/write?db=d`, { method: 'POST', body: 'm v=7i 1' })
      expect(written.status).toBe(204)
      await server.kill()
      await expect(fetch(`${server.url}/ping`)).rejects.toThrow()
      await server.restart()
      const answer = await (await query('SELECT v FROM m')).text()
      expect(answer).toContain('["1970-01-01T00:00:00.000000001Z",7]')
    } finally {
      await server.stop()
    }
  })

  test('with auth it turns strangers away', async () => {
    const server = await startInfluxd({ auth: { username: 'hub', password: 'secret' } })
    try {
      const url = `${server.url}/query?q=${encodeURIComponent('SHOW DATABASES')}`
      expect((await fetch(url)).status).toBe(401)
      const headers = { Authorization: `Basic ${btoa('hub:secret')}` }
      expect((await fetch(url, { headers })).status).toBe(200)
    } finally {
      await server.stop()
    }
  })
})

describe.runIf(hasMosquitto)('mosquitto', () => {
  test('delivers, and comes back at the same address with its sessions', async () => {
    const server = await startMosquitto({ persistence: true })
    try {
      const subscriber = await connectAsync(server.url, { clientId: 's', clean: false })
      await subscriber.subscribeAsync('t', { qos: 1 })
      await subscriber.endAsync()
      await server.restart()
      const publisher = await connectAsync(server.url)
      await publisher.publishAsync('t', 'hello', { qos: 1 })
      await publisher.endAsync()
      const message = await new Promise<string>((resolve, reject) => {
        const again = connect(server.url, { clientId: 's', clean: false })
        again.once('error', reject)
        again.once('message', (_topic, payload) => {
          resolve(payload.toString())
          again.end()
        })
      })
      expect(message).toBe('hello')
    } finally {
      await server.stop()
    }
  })
})

describe.runIf(hasChromium)('Chromium', () => {
  test('draws a page with WebGL', async () => {
    const browser = await chromium.launch(await findChromium())
    try {
      const page = await browser.newPage()
      await page.setContent('<canvas></canvas><p>grid</p>')
      const renderer = await page.evaluate(`
        document.querySelector('canvas').getContext('webgl2').getParameter(WebGL2RenderingContext.VERSION)`)
      expect(renderer).toContain('WebGL 2.0')
      const text = await page.evaluate("document.querySelector('p').getBoundingClientRect().height")
      expect(text).toBeGreaterThan(5)
    } finally {
      await browser.close()
    }
  })
})

describe('a server that cannot be had', () => {
  const nowhere = async () => {
    throw new ServerMissing('no such program')
  }

  test.each([
    ['true', true],
    [undefined, false],
  ])('CI=%s: fails %s', async (ci, fails) => {
    const before = process.env.CI
    setCi(ci)
    try {
      const outcome = requireServer('nothing', nowhere)
      if (fails) await expect(outcome).rejects.toThrow('no such program')
      else expect(await outcome).toBe(false)
    } finally {
      setCi(before)
    }
  })
})

function setCi(value: string | undefined): void {
  if (value === undefined) delete process.env.CI
  else process.env.CI = value
}
