import {
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openKept } from '../../../gateway/edge/outbox/open-kept.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import type { Fix } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { hearingHub } from '../hearing-hub.ts'
import { eventually } from '../pty-gateway.ts'
import { expectNoneDoubled, reportingGateway } from './reporting-gateway.ts'

/**
 * 18: the outbox's file is damaged while the gateway is off, or while it runs. It is set aside as
 * `outbox.db.corrupt-…`, a fresh one is begun, and what could be read of the old one is sent. The operator reads how
 * many files were set aside in the health record, and the reason in the gateway's log.
 */

const PAGE = 4096
const aside = (folder: string) =>
  readdirSync(folder).filter((name) => /^outbox\.db\.corrupt-[0-9TZ-]+$/.test(name))

const WAITING = 2000

/** A gateway that was offline for a while and is off now: a backlog of fixes, each a record of its own. */
async function offlineGateway() {
  const hub = await hearingHub()
  const data = testFolder()
  const { outbox } = openKept(data, { boot: '00000000000a', maxBytes: 1e7, log: silentLog() })
  const beganMs = Date.now() - WAITING * 1000
  const fix = (i: number): Fix => ({ timeMs: beganMs + i * 1000, lat: 31.23, lon: 121.47, quality: 'gps' })
  await Promise.all(
    Array.from({ length: WAITING }, (_, i) =>
      outbox.append('fix', encodeBody({ lane: 'fix', batch: { fixes: [fix(i)] } })),
    ),
  )
  outbox.close()
  return {
    hub,
    data,
    path: join(data, 'outbox.db'),
    gateway: reportingGateway(hub.url, data),
    /** Of the backlog. */
    arrived: () => hub.fixTimes().filter((timeMs) => timeMs < beganMs + WAITING * 1000).length,
  }
}

test.each([
  [
    'pages overwritten',
    (path: string) => {
      const bytes = readFileSync(path)
      bytes.fill(0x5a, 20 * PAGE, 22 * PAGE)
      writeFileSync(path, bytes)
    },
    WAITING * 0.8,
  ],
  [
    'the file cut to a half',
    (path: string) => truncateSync(path, Math.floor(statSync(path).size / PAGE / 2) * PAGE),
    WAITING * 0.3,
  ],
  ['a text file in its place', (path: string) => writeFileSync(path, 'restored from nowhere\n'), 0],
])('18 corrupt database: %s while the gateway was off', async (_, spoil, atLeast) => {
  const { hub, data, path, gateway, arrived } = await offlineGateway()
  spoil(path)
  const running = await gateway.start()
  await running.says(/could not be read and was set aside/)
  await eventually(() =>
    expect(hub.health().at(-1)?.storage).toEqual({ state: 'ok', inMemory: 0, setAside: 1 }),
  )
  expect(aside(data)).toHaveLength(1)
  await eventually(() => expect(arrived()).toBeGreaterThanOrEqual(atLeast))
  // And it goes on.
  await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(arrived() + 5))
  await running.stop()
  expectNoneDoubled(hub)
})

test('18 corrupt database: damaged under a running gateway, and met when it starts again', async () => {
  const { hub, data, path, gateway } = await offlineGateway()
  const running = await gateway.start()
  await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(5))
  // The header's page in the write-ahead log and in the file: the next who looks meets no database.
  const noise = Buffer.alloc(PAGE, 0x5a)
  for (const file of [path, `${path}-wal`]) {
    const fd = openSync(file, 'r+')
    for (let at = 0; at < statSync(file).size; at += PAGE) writeSync(fd, noise, 0, PAGE, at)
  }
  await running.kill()
  const again = await gateway.start()
  await again.says(/could not be read and was set aside/)
  await eventually(() => expect(hub.health().at(-1)?.storage?.setAside).toBe(1))
  expect(aside(data)).toHaveLength(1)
  const before = hub.fixTimes().length
  await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(before + 5))
  await again.stop()
  expectNoneDoubled(hub)
})
