import { spawnSync } from 'node:child_process'
import { closeSync, copyFileSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../hub/eventually.ts'
import { fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { testFolder } from '../../test-folder.ts'
import { sendingGateway } from '../broker/sending-gateway.ts'
import { startHubProcess } from './hub-process.ts'

/**
 * The disk under a hub runs full while gateways send. Nothing is acknowledged or receipted that was not committed, the
 * hub lives, /healthz says that intake fails and why, gateways keep their records; when there is room again it goes on
 * by itself, and every record is there once.
 */

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
if (!canMount && process.env.CI === 'true') throw new Error('unshare -rm mount: expected to work in CI')
if (!canMount) console.warn('hub-disk-full: skipped, no mount namespaces here (unshare -rm)')

const DISK_BYTES = 8 * 1024 ** 2
const GATEWAYS = 3
const RECORDS = 150
const FIXES_A_RECORD = 30

describe.runIf(canMount)('the disk of a hub is full', () => {
  test('nothing is receipted meanwhile, the operator is told, then all of it is stored once', async () => {
    const hub = await startHubProcess({ diskBytes: DISK_BYTES })
    const gateways = Array.from({ length: GATEWAYS }, (_, g) => {
      const bodies = Array.from({ length: RECORDS }, (_, i) =>
        fixes(ride(FIXES_A_RECORD, T0 + i * FIXES_A_RECORD * 1000)),
      )
      return sendingGateway([hub.brokerUrl], `ebike-0${g}`, bodies, 20)
    })
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted(10)))

    // Another program takes all that is left.
    const filler = join(hub.folder, 'filler')
    fillUp(filler)
    await eventually(async () => {
      const { status, parts } = await hub.health()
      expect(status).toBe('degraded')
      expect(parts.find(({ name }) => name === 'intake')).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/full|disk/),
      })
    })
    // Every receipt that a gateway has is of a record that is in the log.
    const receipted = gateways.map(({ receipted: sequences }) => [...sequences])
    const rows = recordsIn(hub.folder)
    const kept = new Set(rows.map(({ gateway, sequence }) => `${gateway}/${sequence}`))
    gateways.forEach(({ name }, g) => {
      for (const sequence of receipted[g]!) expect(kept).toContain(`${name}/${sequence}`)
    })
    expect(gateways.some((gateway) => gateway.receipted.size < RECORDS)).toBe(true)
    expect(hub.alive()).toBe(true)

    rmSync(filler)
    await Promise.all(gateways.map((gateway) => gateway.untilReceipted()))
    await eventually(async () => expect((await hub.health()).status).toBe('ok'))
    for (const { name } of gateways)
      await eventually(async () => {
        const track = await hub.track(name, T0, T0 + RECORDS * FIXES_A_RECORD * 1000)
        expect(new Set(track.timeMs).size).toBe(RECORDS * FIXES_A_RECORD)
        expect(track.timeMs).toHaveLength(RECORDS * FIXES_A_RECORD)
      })
    expect(await hub.metric('gridpatrol_intake_records_total{what="kept"}')).toBe(GATEWAYS * RECORDS)
    expect(await hub.metric('gridpatrol_set_aside{what="deadLetters"}')).toBe(0)
  }, 90_000)
})

/** Writes until the disk says no. */
function fillUp(file: string): void {
  const descriptor = openSync(file, 'w')
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(4096, 1))
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
  } finally {
    closeSync(descriptor)
  }
}

/** Read from a copy: SQLite makes its way to the file by a path that is not the hub's. */
function recordsIn(folder: string): Record<string, unknown>[] {
  const copy = testFolder()
  for (const file of ['intake.db', 'intake.db-wal']) copyFileSync(join(folder, file), join(copy, file))
  const log = new DatabaseSync(join(copy, 'intake.db'))
  try {
    return log.prepare('SELECT gateway, sequence FROM record').all()
  } finally {
    log.close()
  }
}
