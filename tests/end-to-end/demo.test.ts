import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { z } from 'zod'
import { Case, Cases, Devices, GridsAnswer, Health, Summary, TrackColumns } from '../../proto/http.ts'
import { AreaCoverage } from '../../proto/patrol-http.ts'
import { SentReport, SentReports } from '../../proto/terminal-http.ts'
import { ALL_CASES } from '../../proto/topics.ts'
import { type GridpatrolProcess, startGridpatrol } from './gridpatrol-process.ts'

/** What `npm start` promises, asked of the program itself. */
const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-demo-'))
let demo: GridpatrolProcess
let url: string
let brokerUrl: string

beforeAll(async () => {
  demo = startGridpatrol('demo', '--port', '0', '--data', folder)
  url = (await demo.says(/(http:\/\/127\.0\.0\.1:\d+)/))[1]!
  brokerUrl = (await demo.says(/(mqtt:\/\/127\.0\.0\.1:\d+)/))[1]!
}, 60_000)
afterAll(async () => {
  await demo?.kill()
  rmSync(folder, { recursive: true, force: true })
})

async function ask<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
  const answer = await fetch(url + path, { headers: { accept: 'application/json' } })
  expect(answer.status, path).toBe(200)
  return schema.parse(await answer.json())
}
const within = (timeout: number, check: () => Promise<void>) => vi.waitFor(check, { timeout, interval: 250 })

test('six e-bikes ride live, each with a fix of now', async () => {
  await within(30_000, async () => {
    const { devices } = await ask('/api/v1/devices', Devices)
    const live = devices.filter(
      ({ id, online, lastFix }) =>
        id.startsWith('ebike-') && online && lastFix && Date.now() - Date.parse(lastFix.time) < 15_000,
    )
    expect(live.length).toBeGreaterThanOrEqual(5)
  })
})

test('a sensor fault becomes a case by itself, over HTTP and as retained JSON', {
  timeout: 90_000,
}, async () => {
  await within(60_000, async () => {
    const { cases } = await ask('/api/v1/cases', Cases)
    expect(cases.map(({ fault }) => fault)).toContain('cover_tilted')
  })
  const raised = (await ask('/api/v1/cases', Cases)).cases.find(({ fault }) => fault === 'cover_tilted')!
  expect(raised.evidence!.samples.at(-1)!.value).toBeGreaterThanOrEqual(15)
  expect(raised.position?.source).toBe('survey')
  expect(raised.grid).toMatch(/^\d{15}$/)
  const client = await connectAsync(brokerUrl, { clientId: 'another-system' })
  const retained: string[] = []
  client.on('message', (_topic, payload) => retained.push(Case.parse(JSON.parse(payload.toString())).id))
  await client.subscribeAsync(ALL_CASES, { qos: 1 })
  await vi.waitFor(() => expect(retained).toContain(raised.id), { timeout: 10_000 })
  await client.endAsync()
})

test('covers on radio nodes, lamps on Modbus and a patrol terminal are alive beside them', {
  timeout: 120_000,
}, async () => {
  await within(100_000, async () => {
    const { cases } = await ask('/api/v1/cases', Cases)
    expect(cases.map(({ gateway, fault }) => `${gateway} ${fault}`)).toEqual(
      expect.arrayContaining(['manhole-01 cover_open', 'lamp-01 door_open']),
    )
  })
  const { devices } = await ask('/api/v1/devices', Devices)
  expect(devices.find(({ id }) => id === 'terminal-01')).toMatchObject({ online: true, lastFix: {} })
})

test('what an inspector reports at the terminal is a case with its photo at the centre', async () => {
  const [, terminalUrl] = await demo.says(/patrol terminal: (http:\S+)/)
  const page = await fetch(terminalUrl!)
  expect(await page.text()).toContain('巡格上报')
  const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(100_000, 7)])
  const sent = await fetch(`${terminalUrl}/api/terminal/reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      key: '7d3c1c4e-4b0a-4b1e-9d9e-0f6f3f1a2b3c',
      kind: 'road_flooded',
      note: '积水约二十厘米',
      position: { lat: 31.2304, lon: 121.4737, source: 'fix' },
      photos: [{ mediaType: 'image/jpeg', base64: picture.toString('base64') }],
    }),
  })
  const { caseId } = SentReport.parse(await sent.json())
  await within(15_000, async () => {
    const { cases } = await ask('/api/v1/cases', Cases)
    expect(cases.find(({ id }) => id === caseId)).toMatchObject({
      source: 'inspector',
      gateway: 'terminal-01',
      fault: 'road_flooded',
      faultName: { zh: '道路积水' },
      manual: { note: '积水约二十厘米', by: '张三', photos: 1, photosHere: [1] },
    })
  })
  const photo = await fetch(`${url}/api/v1/cases/${caseId}/photos/1`)
  expect(photo.headers.get('content-type')).toBe('image/jpeg')
  expect(Buffer.from(await photo.arrayBuffer()).equals(picture)).toBe(true)
  const reports = async () => (await fetch(`${terminalUrl}/api/terminal/reports`)).json()
  await within(10_000, async () =>
    expect(SentReports.parse(await reports()).reports[0]).toMatchObject({ caseId, state: 'arrived' }),
  )
})

test('the past shift is laid down, and the coverage of every grid can be asked', {
  timeout: 180_000,
}, async () => {
  await within(150_000, async () => expect(demo.output()).toContain('past shift: 100 %'))
  const day = 86_400_000
  const from = Math.floor((Date.now() - 8 * 3_600_000) / day) * day
  const range = `from=${from}&to=${from + 8 * 3_600_000}`
  const track = await ask(`/api/v1/devices/ebike-01/track?${range}`, TrackColumns)
  expect(track.count).toBeGreaterThan(20_000)
  expect(track.columns.timeMs).toEqual(track.columns.timeMs.toSorted((a, b) => a - b))
  expect(new Set(track.columns.timeMs).size).toBe(track.count)
  const summary = await ask(`/api/v1/devices/ebike-01/summary?${range}`, Summary)
  expect(summary.distanceM).toBeGreaterThan(10_000)
  expect(summary.gaps.length).toBeGreaterThan(0)
  const { features } = await ask('/api/v1/grids', GridsAnswer)
  expect(features).toHaveLength(16)
  const shares: number[] = []
  for (const { properties } of features)
    shares.push((await ask(`/api/v1/coverage?grid=${properties.code}&${range}`, AreaCoverage)).coverage)
  expect(Math.min(...shares)).toBeGreaterThan(0)
  expect(Math.max(...shares)).toBeLessThanOrEqual(1)
})

test('the hub is well, and the demo stops in good order', async () => {
  const health = await ask('/healthz', Health)
  expect(health.parts.filter(({ ok }) => !ok)).toEqual([])
  expect(await demo.stop()).toBe(0)
})
