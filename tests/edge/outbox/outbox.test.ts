import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { OutboxFile } from '../../../gateway/edge/outbox/outbox-file.ts'
import { SqliteOutbox } from '../../../gateway/edge/outbox/sqlite-outbox.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { testFolder } from '../../test-folder.ts'
import { RefusingFile, sheltered } from './disk-under-test.ts'
import { body, names, type OutboxUnderTest, outboxSuite } from './outbox.suite.ts'

/** The same suite over everything that calls itself an outbox. */

const log = silentLog()
const open = (folder: string, boot = '000000000001', options: { maxBytes?: number } = {}) =>
  new SqliteOutbox(openDatabase(join(folder, 'outbox.db')), {
    maxBytes: 1e6,
    maxDelayMs: 1,
    ...options,
    boot,
    log,
  })

outboxSuite({
  name: 'a SQLite file',
  async make(options) {
    const folder = testFolder()
    let outbox = open(folder, undefined, options)
    return {
      outbox,
      reopen() {
        outbox.close()
        outbox = open(folder, undefined, options)
        return outbox
      },
      end: () => outbox.close(),
    }
  },
})

outboxSuite({
  name: 'memory',
  async make(options) {
    const database = new DatabaseSync(':memory:')
    const outbox = new SqliteOutbox(database, {
      maxBytes: 1e6,
      maxDelayMs: 0,
      ...options,
      boot: '000000000001',
      log,
    })
    return { outbox, end: () => outbox.close() }
  },
})

const overDisk = (
  name: string,
  prepare: (file: RefusingFile) => void,
  disturb?: (file: RefusingFile) => void,
): OutboxUnderTest => ({
  name,
  async make({ maxBytes, ...options }) {
    const folder = testFolder()
    let file = new RefusingFile(folder, log)
    prepare(file)
    // Both halves have the same bounds, so that the suite does not have to know which one holds.
    const limits = maxBytes === undefined ? {} : { maxBytes, shelterBytes: maxBytes }
    let { outbox } = sheltered(file, { ...options, ...limits })
    prepare(file)
    return {
      outbox,
      ...(disturb && {
        disturb: async () => {
          disturb(file)
          // The retry of the outbox comes of itself; a record meets the disk as it is now.
          await new Promise((resolve) => setTimeout(resolve, 25))
        },
      }),
      ...(prepare === good && {
        reopen() {
          // What waits in memory would be lost with it.
          file.mend()
          outbox.close()
          file = new RefusingFile(folder, log)
          ;({ outbox } = sheltered(file, { ...options, ...limits }))
          return outbox
        },
      }),
      end: () => outbox.close(),
    }
  },
})
const good = (file: RefusingFile): void => file.mend()
let turn = 0
outboxSuite(overDisk('a shelter over a good disk', good))
outboxSuite(overDisk('a shelter over a full disk', (file) => file.fill()))
outboxSuite(overDisk('a shelter over a disk that takes no writing', (file) => file.makeReadOnly()))
outboxSuite(
  overDisk('a shelter over a disk that comes and goes', good, (file) => {
    const ways = [() => file.fill(), () => file.mend(), () => file.makeReadOnly(), () => file.mend()]
    ways[turn++ % ways.length]!()
  }),
)
outboxSuite({
  name: 'a shelter over a folder that cannot be made',
  async make({ maxBytes = 1e6, ...options }) {
    const { outbox } = sheltered(new OutboxFile('/dev/null/outbox', log), {
      ...options,
      maxBytes,
      shelterBytes: maxBytes,
    })
    return { outbox, end: () => outbox.close() }
  },
})

test('records keep the name of the boot that made them, and numbers are never used twice', async () => {
  const folder = testFolder()
  const first = open(folder, '00000000000a')
  await Promise.all(['a', 'b', 'c'].map((text) => first.append('fix', body(text))))
  first.remove('00000000000a', [2, 3])
  first.close()
  const second = open(folder, '00000000000b')
  await second.append('fix', body('d'))
  expect(second.peek(10).map(({ boot, sequence }) => `${boot}/${sequence}`)).toEqual([
    '00000000000a/1',
    '00000000000b/4',
  ])
  expect(second.waits([{ boot: '00000000000b', sequence: 1 }])).toEqual([])
  second.remove('00000000000b', [1])
  await second.append('fix', body('e'))
  expect(names(second)).toEqual(['fix:a', 'fix:d', 'fix:e'])
  second.close()
})

test('after a long backlog the file gives its space back, and its log stays small', async () => {
  const folder = testFolder()
  const database = openDatabase(join(folder, 'outbox.db'), { givesBackSpace: true })
  const outbox = new SqliteOutbox(database, { boot: '000000000001', maxBytes: 4e6, log })
  const size = () =>
    Number(database.prepare('PRAGMA page_count').get()!.page_count) *
    Number(database.prepare('PRAGMA page_size').get()!.page_size)
  for (let i = 0; i < 2; i++)
    await Promise.all(Array.from({ length: 8000 }, () => outbox.append('fix', body('f', 300))))
  // The limit counts bodies and rows: the file is as large as it says.
  expect(size()).toBeGreaterThan(3.5e6)
  expect(size()).toBeLessThan(4.4e6)
  for (;;) {
    const fixes = outbox.peek(500).filter(({ lane }) => lane === 'fix')
    if (fixes.length === 0) break
    outbox.remove(
      '000000000001',
      fixes.map(({ sequence }) => sequence),
    )
    await outbox.append('photo', body('p'))
  }
  expect(size()).toBeLessThan(1.5e6)
  outbox.close()
})
