import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase, transaction } from '../../../gateway/foundation/database.ts'
import { RecordNames } from '../../../gateway/hub/intake/record-names.ts'
import type { RecordName } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { BOOT } from '../gateway-messages.ts'

const RECORD = `
  CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, boot TEXT NOT NULL, sequence INTEGER NOT NULL
  )`

function openedLog(path = join(testFolder(), 'intake.db'), maxWaiting = 5) {
  const database = openDatabase(path)
  onTestFinished(() => {
    if (database.isOpen) database.close()
  })
  database.exec(RECORD)
  const names = new RecordNames(database, maxWaiting)
  return { path, database, names }
}

const name = (gateway: string, sequence: number): RecordName => ({ gateway, boot: BOOT, sequence })
const indexed = (database: DatabaseSync): number =>
  (database.prepare('SELECT count(*) AS count FROM record_name').get() as { count: number }).count

function keep(database: DatabaseSync, names: RecordNames, record: RecordName): void {
  const { lastInsertRowid } = database
    .prepare('INSERT INTO record (gateway, boot, sequence) VALUES (?, ?, ?)')
    .run(record.gateway, record.boot, record.sequence)
  names.add(record, Number(lastInsertRowid))
}

test('names wait in memory, and go into the index gateway by gateway, the ones that wait longest first', () => {
  const { database, names } = openedLog()
  const of = (gateway: string) =>
    database.prepare('SELECT sequence FROM record_name WHERE gateway = ? ORDER BY sequence').all(gateway)
  for (let sequence = 1; sequence <= 3; sequence++)
    transaction(database, () => {
      keep(database, names, name('a', sequence))
      keep(database, names, name('b', sequence))
      names.settle()
    })
  expect(of('a')).toEqual([{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }])
  expect(of('b')).toEqual([])
  expect(names.find(name('a', 2))).toBe(3)
  expect(names.find(name('b', 2))).toBe(4)
  expect(names.find(name('b', 4))).toBeUndefined()
})

test('a log of before has its names put into the index once', () => {
  const { path, database } = openedLog()
  database.exec(`DROP TABLE record_name; DROP TABLE record_named`)
  database.exec(
    `INSERT INTO record (gateway, boot, sequence) VALUES ('a', '${BOOT}', 7), ('b', '${BOOT}', 9)`,
  )
  database.close()
  const again = openedLog(path)
  expect(indexed(again.database)).toBe(2)
  expect(again.names.find(name('b', 9))).toBe(2)
})

test('what was pruned is new again', () => {
  const { database, names } = openedLog()
  transaction(database, () => {
    for (let sequence = 1; sequence <= 9; sequence++) keep(database, names, name('a', sequence))
    names.settle()
    keep(database, names, name('a', 10))
    names.forget([name('a', 3), name('a', 10)])
    database.exec('DELETE FROM record WHERE sequence IN (3, 10)')
  })
  expect([3, 4, 10].map((sequence) => names.find(name('a', sequence)))).toEqual([undefined, 4, undefined])
})

test('whatever is kept, undone, and read again after a crash: each name is known exactly while its record is there', () => {
  const step = fc.record({
    group: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 30 })), {
      maxLength: 8,
    }),
    ends: fc.constantFrom('commit', 'commit', 'commit', 'undo', 'crash'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let log = openedLog()
      const model = new Map<string, number>()
      for (const { group, ends } of steps) {
        const before = new Map(model)
        try {
          transaction(log.database, () => {
            for (const [gateway, sequence] of group) {
              const record = name(gateway, sequence)
              const key = `${gateway}/${sequence}`
              expect(log.names.find(record)).toBe(model.get(key))
              if (model.has(key)) continue
              keep(log.database, log.names, record)
              model.set(key, log.names.find(record)!)
            }
            log.names.settle()
            if (ends === 'undo') throw new Error('disk full')
          })
        } catch (error) {
          if ((error as Error).message !== 'disk full') throw error
          model.clear()
          for (const [key, id] of before) model.set(key, id)
          log.names.reload()
        }
        if (ends === 'crash') {
          log.database.close()
          log = openedLog(log.path)
        }
      }
      for (const gateway of ['a', 'b', 'c'])
        for (let sequence = 1; sequence <= 30; sequence++)
          expect(log.names.find(name(gateway, sequence))).toBe(model.get(`${gateway}/${sequence}`))
      log.database.close()
    }),
    { numRuns: 60 },
  )
})
