import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { waitingRecords } from '../../../gateway/edge/status/waiting-records.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { encodeBody } from '../../../proto/codec/codec.ts'
import { caseReport, fixes, ride, T0 } from '../../hub/gateway-messages.ts'
import { testFolder } from '../../test-folder.ts'

const open = (folder: string) =>
  new SqliteOutbox(openDatabase(join(folder, 'outbox.db')), {
    boot: '00000000000a',
    maxBytes: 1e7,
    log: silentLog(),
  })

test('by lane, with the oldest of each, of an outbox in use and of one that was closed', async () => {
  const folder = testFolder()
  const outbox = open(folder)
  const first = encodeBody(fixes(ride(3)))
  const second = encodeBody(fixes(ride(3, T0 + 60_000)))
  const photo = Buffer.alloc(100)
  await Promise.all([
    outbox.append('photo', photo),
    outbox.append('fix', first),
    outbox.append('fix', second),
    outbox.append('case', encodeBody({ lane: 'case', report: caseReport('raised', 1) })),
    outbox.append('reading', Buffer.from('cannot be read')),
  ])
  const expected = [
    { lane: 'case', records: 1, bytes: expect.any(Number), oldestMs: T0 + 60_000 },
    { lane: 'fix', records: 2, bytes: first.length + second.length, oldestMs: T0 },
    { lane: 'reading', records: 1, bytes: 14 },
    { lane: 'photo', records: 1, bytes: 100 },
  ]
  expect(waitingRecords(folder)).toEqual(expected)
  outbox.close()
  expect(waitingRecords(folder)).toEqual(expected)
  // Nothing was written to look.
  expect(readdirSync(folder)).toEqual(['outbox.db'])
})

test('what waits for the time has no age', async () => {
  class NoClock extends EdgeClock {
    override systemMs(): number {
      return 0
    }
  }
  const folder = testFolder()
  const outbox = open(folder)
  outbox.dateBy(new NoClock())
  await outbox.append('fix', encodeBody(fixes(ride(3))))
  expect(waitingRecords(folder)).toEqual([{ lane: 'fix', records: 1, bytes: expect.any(Number) }])
  outbox.close()
})

test('no outbox, an empty one, and one that is none', async () => {
  const folder = testFolder()
  expect(waitingRecords(folder)).toBeUndefined()
  open(folder).close()
  expect(waitingRecords(folder)).toEqual([])
  writeFileSync(join(folder, 'outbox.db'), 'this is no database, whatever its name says')
  expect(() => waitingRecords(folder)).toThrow(/outbox\.db: .*: the records in it cannot be counted/)
})
