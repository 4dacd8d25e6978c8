import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CaseReport, Health } from '../../../proto/domain.ts'
import { requireServer } from '../../servers/server-missing.ts'
import { testFolder } from '../../test-folder.ts'
import { type HearingHub, hearingHub } from '../hearing-hub.ts'
import { eventually, outboxOf } from '../pty-gateway.ts'
import { failSystemCalls, findNamespaces, findStrace, inNamespace } from './disk-tools.ts'
import { expectNoneDoubled, expectOneStory, insideOf, reportingGateway } from './reporting-gateway.ts'

/**
 * 17: the disk of a running gateway is full, or gives I/O errors. The gateway goes on: what it cannot keep on the disk
 * waits in memory, is sent and receipted. The operator reads it in the health record at once, and when it is over.
 */

const states = (hub: HearingHub): string[] => hub.health().map(({ storage }) => storage!.state)
const last = (hub: HearingHub): Health => hub.health().at(-1)!
const order = (reports: CaseReport[]) => reports.map(({ event, revision }) => `${event} ${revision}`)
describe.runIf(await requireServer('a mount namespace', findNamespaces))('a full disk', () => {
  test('17 disk full: sent from memory, told, and kept again when there is room', async () => {
    const hub = await hearingHub()
    const data = testFolder()
    const gateway = reportingGateway(hub.url, data)
    const running = await gateway.start(inNamespace(`mount -t tmpfs -o size=3m tmpfs ${data}`))
    await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(5))
    const filler = join(insideOf(running, data), 'filler')
    const chunk = Buffer.alloc(4096)
    const fill = (): void => {
      try {
        for (;;) writeFileSync(filler, chunk, { flag: 'a' })
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
      }
    }
    fill()
    await eventually(() => {
      // What SQLite gives back is taken as well.
      fill()
      expect(states(hub)).toContain('full')
    })
    expect(last(hub).storage!.detail).toContain('outbox.db')
    const before = hub.fixTimes().length
    gateway.tilt(40)
    await eventually(() => expect(order(hub.cases())).toEqual(['raised 1']))
    await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(before + 10))

    rmSync(filler)
    await eventually(() => expect(last(hub).storage!).toEqual({ state: 'ok', inMemory: 0, setAside: 0 }))
    expect(running.output()).toMatch(/the disk takes records again/)
    gateway.tilt(0)
    await eventually(() => expect(hub.cases().at(-1)?.event).toBe('cleared'))
    expectOneStory(hub.cases())
    await running.stop()
    expectNoneDoubled(hub)
  }, 60_000)
})

describe.runIf(await requireServer('strace', findStrace))('a disk with I/O errors', () => {
  test('17 EIO: what waited is there after a kill, the standing case is cleared under its id', async () => {
    const hub = await hearingHub()
    const data = testFolder()
    const gateway = reportingGateway(hub.url, data)
    const running = await gateway.start()
    await eventually(() => expect(hub.fixTimes().length).toBeGreaterThan(5))
    const files = ['outbox.db', 'outbox.db-wal'].map((name) => join(data, name))
    const mend = await failSystemCalls(running.pid, 'pwrite64,fsync,fdatasync', 'EIO', files)
    await eventually(() => expect(states(hub)).toContain('failing'))
    gateway.tilt(40)
    await eventually(() => expect(order(hub.cases())).toEqual(['raised 1']))
    await mend()
    await eventually(() => expect(last(hub).storage!).toEqual({ state: 'ok', inMemory: 0, setAside: 0 }))
    await running.kill()
    const kept = outboxOf(data).fixes()
    gateway.tilt(0)
    const again = await gateway.start()
    await eventually(() => expect(hub.cases().at(-1)?.event).toBe('cleared'))
    expectOneStory(hub.cases())
    await eventually(() =>
      expect(hub.fixTimes()).toEqual(expect.arrayContaining(kept.map(({ timeMs }) => timeMs))),
    )
    await again.stop()
    expectNoneDoubled(hub)
  }, 60_000)
})
