import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { HandReports } from '../../../gateway/edge/terminal/hand-reports.ts'
import { startTerminal, type Terminal } from '../../../gateway/edge/terminal/terminal.ts'
import { TerminalConfig } from '../../../gateway/edge/terminal/terminal-config.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { CATALOGUE } from '../../../proto/catalogue/catalogue.ts'
import { decodeBody } from '../../../proto/codec/codec.ts'
import { type Body, MAX_PHOTO_PART_BYTES } from '../../../proto/domain.ts'
import { MAX_PHOTO_BYTES, SentReport, SentReports, TerminalState } from '../../../proto/terminal-http.ts'

/** The page's side of a terminal: real HTTP, a real outbox on disk. */

const KEY = '7d3c1c4e-4b0a-4b1e-9d9e-0f6f3f1a2b3c'
const FIX = { lat: 31.2304, lon: 121.4737 }
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff, 0xe0])
const jpeg = (bytes: number) => Buffer.concat([JPEG_START, Buffer.alloc(bytes - JPEG_START.length, 7)])
const photo = (bytes: Buffer) => ({ mediaType: 'image/jpeg', base64: bytes.toString('base64') })

let folder: string
let outbox: SqliteOutbox
let terminal: Terminal

async function start(settings: object = {}): Promise<void> {
  const database = openDatabase(join(folder, 'outbox.db'))
  outbox = new SqliteOutbox(database, { boot: '0000000000aa', maxBytes: 1e6, log: silentLog() })
  const clock = new EdgeClock()
  const gateway = 'terminal-01'
  terminal = await startTerminal({
    config: TerminalConfig.parse({ port: 0, by: '张三', ...settings }),
    gateway,
    catalogue: CATALOGUE,
    reports: new HandReports({ gateway, by: '张三', database, outbox, clock, catalogue: CATALOGUE }),
    state: () => ({
      online: false,
      waiting: outbox.level().records,
      last: { fix: { ...FIX, timeMs: 0 }, ageS: 1 },
    }),
    log: silentLog(),
  })
}
async function stop(): Promise<void> {
  await terminal.close()
  outbox.close()
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'terminal-'))
  await start()
})
afterEach(async () => {
  await stop()
  rmSync(folder, { recursive: true })
})

const ask = (path: string, init?: RequestInit) => fetch(`${terminal.url}/api/terminal/${path}`, init)
const send = (report: object, headers: Record<string, string> = {}) =>
  ask('reports', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(report),
  })
const kept = (): Body[] => outbox.peek(1000).map(({ lane, body }) => decodeBody(lane, body))
const messageOf = async (answer: Response) =>
  ((await answer.json()) as { error: { message: string } }).error.message

describe('a report by hand', () => {
  test('is a case in the outbox when the answer comes, and its photos follow in parts', async () => {
    const picture = jpeg(MAX_PHOTO_PART_BYTES + 1000)
    const answer = await send({
      key: KEY,
      kind: 'exposed_rubbish',
      note: '人行道上\n三袋',
      position: { ...FIX, source: 'fix' },
      photos: [photo(picture), photo(jpeg(500))],
    })
    expect(answer.status).toBe(201)
    const sent = SentReport.parse(await answer.json())
    expect(sent).toMatchObject({ key: KEY, kind: 'exposed_rubbish', photos: 2, state: 'waiting' })

    const [first, ...rest] = kept()
    expect(first).toMatchObject({
      lane: 'case',
      report: {
        caseId: sent.caseId,
        event: 'raised',
        revision: 1,
        fault: 'exposed_rubbish',
        position: { ...FIX, source: 'fix' },
        manual: { note: '人行道上\n三袋', photos: 2, by: '张三' },
      },
    })
    expect(first!.lane === 'case' && first!.report.component).toBeUndefined()
    const parts = rest.map((body) => (body.lane === 'photo' ? body.part : undefined)!)
    expect(parts.map(({ photo, part, parts: of }) => [photo, part, of])).toEqual([
      [1, 1, 2],
      [1, 2, 2],
      [2, 1, 1],
    ])
    const joined = Buffer.concat(parts.slice(0, 2).map(({ bytes }) => bytes))
    expect(joined.equals(picture)).toBe(true)
  })

  test('that comes twice with one key, even at once, is kept once', async () => {
    const report = { key: KEY, kind: 'dead_animal', photos: [photo(jpeg(900))] }
    const both = await Promise.all([send(report), send(report)])
    const again = await send(report)
    const ids = await Promise.all(
      [...both, again].map(async (answer) => SentReport.parse(await answer.json()).caseId),
    )
    expect(new Set(ids).size).toBe(1)
    expect(kept().map(({ lane }) => lane)).toEqual(['case', 'photo'])
  })

  test('without room for its photos is kept, and that is said', async () => {
    const photos = [photo(jpeg(900)), photo(jpeg(1_500_000))]
    const answer = await send({ key: KEY, kind: 'dead_animal', photos })
    expect([answer.status, await messageOf(answer)]).toEqual([
      422,
      'the report is kept, but not all of its photos: there is no room until the terminal has been online',
    ])
    expect(kept()[0]).toMatchObject({ lane: 'case', report: { manual: { photos: 2 } } })
    const told = async () => SentReports.parse(await (await ask('reports')).json()).reports
    expect(await told()).toMatchObject([{ key: KEY, state: 'waiting' }])
    const { caseId } = (await told())[0]!

    // Once there is room, the same report brings its photos, and only then it can have arrived.
    for (const { boot, sequence } of outbox.peek(1000)) outbox.remove(boot, [sequence])
    await expect.poll(() => outbox.level().records).toBe(0)
    expect(await told()).toMatchObject([{ key: KEY, state: 'waiting' }])
    const again = await send({
      key: KEY,
      kind: 'dead_animal',
      photos: [photo(jpeg(900)), photo(jpeg(200_000))],
    })
    expect(SentReport.parse(await again.json())).toMatchObject({ caseId, photos: 2, state: 'waiting' })
    expect(kept().filter(({ lane }) => lane === 'photo')).toHaveLength(6)
    for (const { boot, sequence } of outbox.peek(1000)) outbox.remove(boot, [sequence])
    await expect.poll(told).toMatchObject([{ key: KEY, state: 'arrived' }])
  })

  test('has arrived when the hub has receipted all of it, also over a restart', async () => {
    await send({ key: KEY, kind: 'dead_animal', photos: [photo(jpeg(900))] })
    const state = async () =>
      SentReports.parse(await (await ask('reports')).json()).reports.map((r) => r.state)
    const [report, picture] = outbox.peek(10)
    outbox.remove(report!.boot, [report!.sequence])
    expect(await state()).toEqual(['waiting'])
    await stop()
    await start()
    expect(await state()).toEqual(['waiting'])
    outbox.remove(picture!.boot, [picture!.sequence])
    await expect.poll(state).toEqual(['arrived'])
  })
})

test('the page is told how the terminal is', async () => {
  const state = TerminalState.parse(await (await ask('state')).json())
  expect(state).toEqual({
    gateway: 'terminal-01',
    by: '张三',
    online: false,
    waiting: 0,
    fix: { ...FIX, ageS: 1 },
  })
})

describe('what is refused, and why', () => {
  const good = { key: KEY, kind: 'exposed_rubbish' }
  test.each([
    ['an unknown kind', { ...good, kind: 'ufo' }, 422, /kind 'ufo' is not in the catalogue/],
    ['a prototype as kind', { ...good, kind: '__proto__' }, 422, /kind '__proto__' is not in the catalogue/],
    ['a key that is none', { ...good, key: '../x' }, 400, /key/],
    ['a latitude of 91', { ...good, position: { lat: 91, lon: 0, source: 'hand' } }, 400, /lat/],
    ['a component of 15 digits', { ...good, component: '310101010100001' }, 400, /16 digits/],
    ['a note of 501 characters', { ...good, note: 'x'.repeat(501) }, 400, /note/],
    ['ten photos', { ...good, photos: Array(10).fill(photo(jpeg(10))) }, 400, /photos/],
    [
      'a script as photo',
      { ...good, photos: [photo(Buffer.from('<script>'))] },
      422,
      /photo 1 is no image\/jpeg/,
    ],
    ['a photo too large', { ...good, photos: [photo(jpeg(MAX_PHOTO_BYTES + 1))] }, 422, /at most 2097152/],
    ['a field that there is not', { ...good, gateway: 'other' }, 400, /gateway/],
  ])('%s', async (_name, report, status, message) => {
    const answer = await send(report)
    expect([answer.status, await messageOf(answer)]).toEqual([status, expect.stringMatching(message)])
    expect(kept()).toEqual([])
  })

  test('a report from the page of another site', async () => {
    const answer = await send(good, { origin: 'http://evil.example' })
    expect([answer.status, kept()]).toEqual([403, []])
  })

  test('a form of another site, which can send no JSON', async () => {
    const answer = await ask('reports', {
      method: 'POST',
      body: new URLSearchParams({ kind: 'dead_animal' }),
    })
    expect([answer.status, kept()]).toEqual([415, []])
  })

  test('whoever does not know the PIN', async () => {
    await stop()
    await start({ host: '0.0.0.0', pin: '20261122' })
    const url = terminal.url.replace('0.0.0.0', '127.0.0.1')
    const state = (pin?: string) =>
      fetch(`${url}/api/terminal/state`, pin === undefined ? {} : { headers: { 'x-terminal-pin': pin } })
    expect((await state()).status).toBe(401)
    expect((await state('20261123')).status).toBe(401)
    expect((await state('20261122')).status).toBe(200)
  })
})

test('a port that is taken is told with what to do', async () => {
  const port = Number(new URL(terminal.url).port)
  const another = startTerminal({
    config: TerminalConfig.parse({ port }),
    gateway: 'terminal-02',
    catalogue: CATALOGUE,
    reports: new HandReports({
      gateway: 'terminal-02',
      database: openDatabase(join(folder, 'other.db')),
      outbox,
      clock: new EdgeClock(),
      catalogue: CATALOGUE,
    }),
    state: () => ({ online: false, waiting: 0, last: undefined }),
    log: silentLog(),
  })
  await expect(another).rejects.toThrow(
    `terminal page: cannot listen on 127.0.0.1:${port} (EADDRINUSE); choose another terminal.port`,
  )
})
