import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import type { StoreConfig } from '../../../gateway/hub/stores/store-config.ts'
import { StoreRefused, StoreUnavailable, type TrackStore } from '../../../gateway/hub/stores/track-store.ts'

/** Answers of InfluxDB that a healthy 1.6 cannot be made to give, from a server that only plays them. */
const batch = {
  fixes: [{ device: 'bike-1', fixes: [{ timeMs: Date.UTC(2026, 4, 2), lat: 31.2, lon: 121.4 }] }],
  readings: [],
}

let server: Server
let store: TrackStore
afterEach(async () => {
  await store.close()
  server.closeAllConnections()
  server.close()
})

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

async function open(answer: Answer, more: Partial<StoreConfig> = { database: 'd' }): Promise<void> {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    answer(request, response, body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  store = await openTrackStore({ kind: 'influxdb', url, ...more } as StoreConfig, '')
}

/** Queries succeed, writes get what is given. */
const onWrite =
  (status: number, body = '{"error":"so it is"}'): Answer =>
  (request, response) => {
    const isWrite = request.url?.includes('/write')
    response.writeHead(isWrite ? status : 200, { 'content-type': 'application/json' })
    response.end(isWrite ? body : '{"results":[{}]}')
  }

describe('what InfluxDB answers to a write', () => {
  test.each([
    [400, StoreRefused, /refused a write \(400\): so it is/],
    [413, StoreRefused, /\(413\)/],
    [422, StoreRefused, /\(422\)/],
    [401, StoreUnavailable, /401: so it is; check token, or username and password/],
    [403, StoreUnavailable, /403.*check token/],
    [404, StoreUnavailable, /404.*check database, or bucket and org/],
    [408, StoreUnavailable, /408/],
    [429, StoreUnavailable, /429.*tried again later/],
    [500, StoreUnavailable, /500: so it is; see InfluxDB's own log/],
    [503, StoreUnavailable, /503.*tried again later/],
  ])('%d is %o', async (status, kind, message) => {
    await open(onWrite(status))
    const outcome = store.write(batch)
    await expect(outcome).rejects.toThrow(kind)
    await expect(outcome).rejects.toThrow(message)
    await expect(outcome).rejects.toThrow(/http:\/\/127\.0\.0\.1:\d+/)
  })

  test('a page that is not JSON is shortened', async () => {
    await open(onWrite(502, `<html>${'x'.repeat(5000)}`))
    const error = await store.write(batch).catch((e) => e as Error)
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect((error as Error).message.length).toBeLessThan(500)
  })

  test('a connection cut in the middle is unavailable', async () => {
    await open((request, response, body) =>
      request.url?.startsWith('/write') ? request.socket.destroy() : onWrite(204)(request, response, body),
    )
    await expect(store.write(batch)).rejects.toThrow(StoreUnavailable)
  })

  test('of two failures the one that may pass is told, so that all of it is written again', async () => {
    const fixes = Array.from({ length: 6000 }, (_, i) => ({ ...batch.fixes[0]!.fixes[0]!, timeMs: i }))
    let writes = 0
    await open((request, response, body) =>
      onWrite(request.url?.startsWith('/write') && ++writes === 1 ? 400 : 503)(request, response, body),
    )
    const outcome = store.write({ fixes: [{ device: 'bike-1', fixes }], readings: [] })
    await expect(outcome).rejects.toThrow(StoreUnavailable)
  })
})

describe('what InfluxDB answers to a query', () => {
  const answering =
    (status: number, body: string): Answer =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(body)
    }

  test.each([
    ['an error in a good answer', 200, '{"results":[{"statement_id":0,"error":"timeout"}]}', /timeout/],
    ['an error for all statements', 200, '{"error":"not now"}', /not now/],
    ['an answer that is cut off', 200, '{"results":[{"seri', /could not be read|JSON/],
    ['a status', 503, '{"error":"busy"}', /503: busy; it is busy/],
  ])('%s is unavailable', async (_, status, body, message) => {
    await open(answering(status, body), { bucket: 'b', token: 't' })
    const outcome = store.readTrack('bike-1', 0, 10)
    await expect(outcome).rejects.toThrow(StoreUnavailable)
    await expect(outcome).rejects.toThrow(message)
  })

  test('JSON is understood where a server speaks no MessagePack', async () => {
    const part = (time: number) =>
      `{"results":[{"series":[{"name":"fix","columns":["time","lat_e7","lon_e7","alt_cm","speed_cmps","quality"],"values":[[${time},312000000,1214000000,null,100,1]]}]}]}\n`
    await open(answering(200, part(5) + part(6)), { bucket: 'b' })
    const track = await store.readTrack('bike-1', 0, 10)
    expect([...track.timeMs]).toEqual([5, 6])
    expect([track.lat[1], track.lon[1], track.altM[1], track.speedMps[1]]).toEqual([
      31.2,
      121.4,
      Number.NaN,
      1,
    ])
  })
})

describe('requests to InfluxDB 2.x', () => {
  test('writes go to the bucket with the token, queries name the database of the mapping', async () => {
    const seen: { url: string; authorization: string | undefined; body: string }[] = []
    await open(
      (request, response, body) => {
        seen.push({ url: request.url ?? '', authorization: request.headers.authorization, body })
        onWrite(204, '')(request, response, body)
      },
      { bucket: 'b c', org: 'o&p', token: 'secret', database: 'mapped' },
    )
    await store.write(batch)
    await store.check()
    expect(seen.map(({ url }) => url)).toEqual([
      '/api/v2/write?org=o%26p&bucket=b%20c&precision=ms',
      '/query?q=SHOW%20MEASUREMENTS%20LIMIT%201&db=mapped&epoch=ms&chunked=true&chunk_size=10000',
    ])
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Token secret', 'Token secret'])
    expect(seen[0]!.body).toBe('fix,device=bike-1 lat_e7=312000000i,lon_e7=1214000000i 1777680000000')
  })
})
