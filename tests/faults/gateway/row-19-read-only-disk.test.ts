import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { requireServer } from '../../servers/server-missing.ts'
import { testFolder } from '../../test-folder.ts'
import { hearingHub } from '../hearing-hub.ts'
import { eventually, outboxOf } from '../pty-gateway.ts'
import { failSystemCalls, findNamespaces, findStrace, inNamespace, inNamespaceOf } from './disk-tools.ts'
import { expectNoneDoubled, expectOneStory, reportingGateway } from './reporting-gateway.ts'

/**
 * 19: the disk takes no writing, from the start or from some moment on. What it holds is read and sent, a case that
 * stands on it is not raised twice, and what comes waits in memory. The operator reads `read-only` in the health record.
 */

describe.runIf(await requireServer('a mount namespace', findNamespaces))('from the start', () => {
  test('19 read-only disk: what it holds is sent, a standing case goes on, and writing begins when it can', async () => {
    const hub = await hearingHub()
    const before = testFolder()
    const offline = reportingGateway('mqtt://127.0.0.1:1', before)
    offline.tilt(40)
    const first = await offline.start()
    await first.says(/case raised/)
    await eventually(() => expect(outboxOf(before).cases().length).toBeGreaterThan(0))
    // As a power cut leaves it: part of it in the write-ahead log alone.
    await first.kill()

    const data = testFolder()
    const gateway = reportingGateway(hub.url, data)
    gateway.tilt(40)
    const running = await gateway.start(
      inNamespace(
        `mount -t tmpfs -o size=16m tmpfs ${data}; cp ${before}/outbox.db* ${data}/; mount -o remount,ro ${data}`,
      ),
    )
    await running.says(/the disk does not take records/)
    await eventually(() => expect(hub.health().at(-1)?.storage?.state).toBe('read-only'))
    const kept = outboxOf(before)
    await eventually(() =>
      expect(hub.fixTimes()).toEqual(expect.arrayContaining(kept.fixes().map(({ timeMs }) => timeMs))),
    )
    gateway.tilt(0)
    await eventually(() => expect(hub.cases().at(-1)?.event).toBe('cleared'))
    expectOneStory(hub.cases())

    await inNamespaceOf(running.pid, 'mount', '-o', 'remount,rw', data)
    await eventually(() =>
      expect(hub.health().at(-1)?.storage).toEqual({ state: 'ok', inMemory: 0, setAside: 0 }),
    )
    await running.stop()
    expectNoneDoubled(hub)
  }, 60_000)
})

describe.runIf(await requireServer('strace', findStrace))('from some moment on', () => {
  test('19 read-only disk: told, nothing of what waits is lost, and kept again when it takes records', async () => {
    const hub = await hearingHub()
    const data = testFolder()
    const gateway = reportingGateway(hub.url, data)
    const running = await gateway.start()
    await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(5))
    const files = ['outbox.db', 'outbox.db-wal', 'outbox.db-shm'].map((name) => join(data, name))
    // As a file system does that was remounted after an error: what is open stays open, and takes nothing.
    const mend = await failSystemCalls(running.pid, 'pwrite64,ftruncate', 'EROFS', files)
    await eventually(() => expect(hub.health().at(-1)?.storage?.state).not.toBe('ok'))
    const before = hub.fixTimes().length
    await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(before + 10))
    await mend()
    await eventually(() =>
      expect(hub.health().at(-1)?.storage).toEqual({ state: 'ok', inMemory: 0, setAside: 0 }),
    )
    await running.stop()
    expectNoneDoubled(hub)
    // All in a row: nothing that was heard meanwhile is missing.
    const times = hub.fixTimes().toSorted((a, b) => a - b)
    const stretches = times.slice(1).map((timeMs, i) => timeMs - times[i]!)
    expect(Math.max(...stretches)).toBeLessThanOrEqual(1000)
  }, 60_000)
})
