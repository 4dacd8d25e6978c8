import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { servePage } from '../../../gateway/hub/api/page.ts'
import { HttpError } from '../../../proto/http.ts'
import { testFolder } from '../../test-folder.ts'

async function page(dist: string) {
  const app = fastify()
  await servePage(app, dist)
  onTestFinished(() => app.close())
  return app
}

function built(): string {
  const dist = join(testFolder(), 'dist')
  mkdirSync(join(dist, 'assets'), { recursive: true })
  writeFileSync(join(dist, 'index.html'), '<!doctype html>the page')
  writeFileSync(join(dist, 'assets', 'index-abc.js'), 'the script')
  writeFileSync(join(dist, '..', 'secret.txt'), 'secret')
  return dist
}

test('the built page, also for addresses that only the page knows', async () => {
  const app = await page(built())
  for (const url of ['/', '/replay', '/cases/1?lang=zh']) {
    const response = await app.inject(url)
    expect(response.body).toBe('<!doctype html>the page')
    expect(response.headers['cache-control']).toBe('no-cache')
  }
  const script = await app.inject('/assets/index-abc.js')
  expect(script.body).toBe('the script')
  expect(script.headers['cache-control']).toContain('immutable')
})

test.each(['/assets/missing.js', '/api/v1/x', '/../secret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt'])(
  '%s is not found',
  async (url) => {
    const app = await page(built())
    const response = await app.inject(url)
    expect([403, 404]).toContain(response.statusCode)
    expect(response.body).not.toBe('secret')
    if (response.statusCode === 404) HttpError.parse(response.json())
  },
)

test('without the built page, a word on how to build it', async () => {
  const app = await page(join(testFolder(), 'dist'))
  const response = await app.inject('/')
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toMatch(/^text\/html/)
  expect(response.body).toContain('npm run page')
  expect((await app.inject('/api/v1/x')).statusCode).toBe(404)
})
