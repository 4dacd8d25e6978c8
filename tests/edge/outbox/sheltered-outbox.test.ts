import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { EdgeClock } from '../../../gateway/edge/clock.ts'
import { Episodes } from '../../../gateway/edge/faults/episodes.ts'
import { OutboxFile } from '../../../gateway/edge/outbox/outbox-file.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { testFolder } from '../../test-folder.ts'
import { RefusingFile, type Sheltered, sheltered } from './disk-under-test.ts'
import { body, names } from './outbox.suite.ts'

/** What the outbox does when its disk fails, is back, or holds something else than was written there. */

const log = silentLog()
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 10 })
const COMPONENT = '3101010101000001'
const episode = (revision: number) => ({
  component: COMPONENT,
  fault: 'cover_tilted',
  episode: 1,
  caseId: '00f9r5c5c-0a1b2c3d4e',
  raisedMs: 1_795_334_400_000,
  revision,
})
/** What a gateway that starts now would know of the standing case. */
function standing(folder: string): unknown {
  const { outbox, tables } = sheltered(new OutboxFile(folder, log))
  const last = new Episodes(tables.database).last(COMPONENT, 'cover_tilted')
  outbox.close()
  return last
}
const asideIn = (folder: string) =>
  readdirSync(folder).filter((name) => /^outbox\.db\.corrupt-[0-9TZ-]+$/.test(name))

describe('a disk that takes nothing for a while', () => {
  test.each([
    ['full', (file: RefusingFile) => file.fill(), 'full'],
    ['read-only', (file: RefusingFile) => file.makeReadOnly(), 'read-only'],
  ] as const)('%s: told, waited out in memory, and then all is on the disk', async (_, refuse, state) => {
    const folder = testFolder()
    const file = new RefusingFile(folder, log)
    const { outbox } = sheltered(file)
    const told: string[] = []
    outbox.onStorageChange = () => told.push(outbox.storage().state)
    await outbox.append('fix', body('before'))
    expect(outbox.storage()).toEqual({ state: 'ok', inMemory: 0, setAside: 0 })
    refuse(file)
    const kept = await Promise.all(['a', 'b', 'c'].map((text) => outbox.append('case', body(text, 9000))))
    expect(outbox.storage()).toMatchObject({ state, inMemory: 3 })
    expect(outbox.storage().detail).toContain('outbox.db')
    expect(names(outbox)).toEqual(['case:a', 'case:b', 'case:c', 'fix:before'])
    // Sent and receipted meanwhile.
    outbox.remove(kept[0]!.boot, [kept[0]!.sequence])
    await eventually(() => expect(outbox.storage().inMemory).toBe(2))
    file.mend()
    await eventually(() => expect(outbox.storage()).toEqual({ state: 'ok', inMemory: 0, setAside: 0 }))
    expect(told).toEqual([state, 'ok'])
    // Under the names by which the hub knows them.
    expect(outbox.waits(kept)).toEqual(kept.slice(1))
    outbox.remove(kept[1]!.boot, [kept[1]!.sequence])
    await outbox.append('reading', body('after'))
    expect(names(outbox)).toEqual(['case:c', 'fix:before', 'reading:after'])
    outbox.close()
    const again = sheltered(new OutboxFile(folder, log)).outbox
    expect(names(again)).toEqual(['case:c', 'fix:before', 'reading:after'])
    again.close()
  })

  test('a record from memory has a small number of its own, and is handed out after the older ones all the same', async () => {
    const folder = testFolder()
    const file = new RefusingFile(folder, log)
    const { outbox } = sheltered(file)
    for (const text of ['first', 'second', 'third']) await outbox.append('fix', body(text))
    file.makeReadOnly()
    const { sequence } = await outbox.append('fix', body('fourth'))
    expect(sequence).toBe(1)
    file.mend()
    await eventually(() => expect(outbox.storage()).toMatchObject({ state: 'ok', inMemory: 0 }))
    await outbox.append('fix', body('fifth'))
    expect(names(outbox)).toEqual(['fix:first', 'fix:second', 'fix:third', 'fix:fourth', 'fix:fifth'])
    outbox.close()
  })

  test('a receipt that the disk does not take is kept in mind, and the record is not handed out again', async () => {
    const folder = testFolder()
    const file = new RefusingFile(folder, log)
    const { outbox } = sheltered(file)
    const kept = await Promise.all(
      Array.from({ length: 40 }, (_, i) => outbox.append(i < 20 ? 'fix' : 'case', body(`${i}`))),
    )
    file.makeReadOnly()
    const sequences = kept.filter((_, i) => i % 20 < 15).map(({ sequence }) => sequence)
    outbox.remove(kept[0]!.boot, sequences.slice(0, 10))
    await eventually(() => expect(outbox.storage().state).toBe('read-only'))
    outbox.remove(kept[0]!.boot, sequences)
    const left = [35, 36, 37, 38, 39]
      .map((i) => `case:${i}`)
      .concat([15, 16, 17, 18, 19].map((i) => `fix:${i}`))
    expect(names(outbox)).toEqual(left)
    expect(outbox.level().records).toBe(10)
    expect(outbox.waits(kept)).toHaveLength(10)
    file.mend()
    await eventually(() => expect(outbox.storage().state).toBe('ok'))
    expect(names(outbox)).toEqual(left)
    outbox.close()
    const database = new DatabaseSync(join(folder, 'outbox.db'))
    expect(database.prepare('SELECT count(*) AS records FROM outbox').get()).toEqual({ records: 10 })
    database.close()
  })

  test('what memory has no room for is dropped by the same policy, counted, and the count outlives it', async () => {
    const folder = testFolder()
    const file = new RefusingFile(folder, log)
    const { outbox } = sheltered(file, { shelterBytes: 50_000 })
    file.fill()
    await outbox.append('case', body('c', 1000))
    for (let i = 0; i < 10; i++)
      await Promise.all(
        Array.from({ length: 10 }, (_, j) => outbox.append('reading', body(`${i}${j}`, 1000))),
      )
    const { dropped, records } = outbox.level()
    expect(dropped.reading! + records).toBe(101)
    expect(names(outbox)[0]).toBe('case:c')
    file.mend()
    await eventually(() => expect(outbox.storage().inMemory).toBe(0))
    expect(outbox.level().dropped).toEqual(dropped)
    outbox.close()
    const again = sheltered(new OutboxFile(folder, log)).outbox
    expect(again.level()).toMatchObject({ dropped, records })
    again.close()
  })

  test('a case raised meanwhile is known after the next start, and so is its clearing', async () => {
    const folder = testFolder()
    const file = new RefusingFile(folder, log)
    const { outbox, tables } = sheltered(file)
    const episodes = new Episodes(tables.database)
    file.fill()
    const raised = await outbox.append('case', body('raised', 9000), () => episodes.save(episode(1), true))
    // The hub has it before the disk is back: the episode is kept all the same.
    outbox.remove(raised.boot, [raised.sequence])
    file.mend()
    await eventually(() => expect(outbox.storage().state).toBe('ok'))
    await outbox.append('fix', body('f'))
    const copy = testFolder()
    // As a kill would leave it.
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(copy, name))
    expect(standing(copy)).toEqual({ ...episode(1), open: true })
    await outbox.append('case', body('cleared'), () => episodes.save(episode(2), false))
    outbox.close()
    expect(standing(folder)).toEqual({ ...episode(2), open: false })
  })

  test('what is written beside no record reaches the disk too', async () => {
    const folder = testFolder()
    const { outbox, tables } = sheltered(new OutboxFile(folder, log))
    tables.database.exec('CREATE TABLE counter (one INTEGER PRIMARY KEY, value REAL) STRICT')
    const write = tables.database.prepare('INSERT OR REPLACE INTO counter VALUES (1, ?)')
    write.run(0.5)
    await eventually(() => expect(tables.changed).toBe(false))
    write.run(1.5)
    await eventually(() => expect(tables.changed).toBe(false))
    const database = new DatabaseSync(join(folder, 'outbox.db'), { readOnly: true })
    expect(database.prepare('SELECT * FROM counter').all()).toEqual([{ one: 1, value: 1.5 }])
    database.close()
    outbox.close()
  })

  test('a folder that cannot be made: the outbox stands in memory, and says so; what it loses at the end too', async () => {
    const told: string[] = []
    const { outbox, tables } = sheltered(new OutboxFile('/dev/null/data', log), {
      log: pino({}, { write: (line) => void told.push(line) }),
    })
    expect(outbox.storage()).toMatchObject({ state: 'failing', detail: expect.stringContaining('ENOTDIR') })
    const episodes = new Episodes(tables.database)
    await outbox.append('case', body('c'), () => episodes.save(episode(1), true))
    expect(names(outbox)).toEqual(['case:c'])
    expect(episodes.last(COMPONENT, 'cover_tilted')).toMatchObject({ open: true })
    outbox.close()
    expect(told.filter((line) => line.includes('lost with this stop'))).toHaveLength(1)
    expect(told.at(-1)).toContain('"records":1')
  })

  test('records from before the time was known are dated in memory and on the disk alike', async () => {
    class SetClock extends EdgeClock {
      systemOffsetMs = 0
      atMs = 0
      override monotonicMs = () => this.atMs
      override systemMs = () => this.systemOffsetMs + this.atMs
    }
    const file = new RefusingFile(testFolder(), log)
    const { outbox, tables } = sheltered(file)
    const episodes = new Episodes(tables.database)
    const clock = new SetClock()
    outbox.dateBy(clock, (shiftMs) => episodes.date(shiftMs))
    await outbox.append('photo', body('on disk'))
    file.makeReadOnly()
    const raisedMs = clock.nowMs()
    await outbox.append('photo', body('in memory'), () => episodes.save({ ...episode(1), raisedMs }, true))
    expect(names(outbox)).toEqual([])
    clock.atMs = 1000
    clock.systemOffsetMs = Date.UTC(2026, 10, 22)
    expect(clock.known).toBe(true)
    await eventually(() => expect(names(outbox)).toEqual(['photo:on disk', 'photo:in memory']))
    expect(episodes.last(COMPONENT, 'cover_tilted')!.raisedMs).toBe(Date.UTC(2026, 10, 22))
    file.mend()
    await eventually(() => expect(outbox.storage()).toMatchObject({ state: 'ok', inMemory: 0 }))
    expect(names(outbox)).toEqual(['photo:on disk', 'photo:in memory'])
    outbox.close()
  })
})

describe('a file that is not what was written there', () => {
  /** A file with records of an earlier boot, closed properly. */
  async function written(records: number): Promise<{ folder: string; path: string }> {
    const folder = testFolder()
    const { outbox, tables } = sheltered(new OutboxFile(folder, log))
    const episodes = new Episodes(tables.database)
    for (let i = 0; i < records; i += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, j) =>
          outbox.append((i + j) % 10 === 0 ? 'case' : 'fix', body(`${i + j}`, 300)),
        ),
      )
    await outbox.append('case', body('last'), () => episodes.save(episode(1), true))
    outbox.close()
    return { folder, path: join(folder, 'outbox.db') }
  }
  const overwrite = (path: string, from: number, to: number, fill = 0x5a): void => {
    const bytes = readFileSync(path)
    bytes.fill(fill, from, to)
    writeFileSync(path, bytes)
  }

  test.each([
    ['a text file in its place', (path: string) => writeFileSync(path, 'not a database\n'.repeat(500)), 0],
    ['a broken header', (path: string) => overwrite(path, 0, 100), 0],
    ['the file cut to a third', (path: string) => truncateSync(path, 4096 * 40), 100],
    ['pages in the middle overwritten', (path: string) => overwrite(path, 4096 * 40, 4096 * 44), 900],
    [
      'a table of the same name with other columns',
      (path: string) => {
        const database = new DatabaseSync(path)
        database.exec('DROP TABLE outbox; CREATE TABLE outbox (wrong TEXT)')
        database.close()
      },
      0,
    ],
  ])('%s: set aside, told, begun anew with what could be read', async (_, spoil, atLeast) => {
    const { folder, path } = await written(1500)
    spoil(path)
    const { outbox } = sheltered(new OutboxFile(folder, log))
    expect(outbox.storage()).toEqual({ state: 'ok', inMemory: 0, setAside: 1 })
    expect(asideIn(folder)).toHaveLength(1)
    const saved = outbox.peek(10_000)
    expect(saved.length).toBeGreaterThanOrEqual(atLeast)
    for (const { sequence, body } of saved)
      if (sequence <= 1500) expect(Buffer.from(body).toString()).toMatch(/^\d+\.*$/)
    expect(new Set(saved.map(({ sequence }) => sequence)).size).toBe(saved.length)
    const key = await outbox.append('case', body('new'))
    expect(saved.every(({ sequence }) => sequence < key.sequence)).toBe(true)
    expect(outbox.level().records).toBe(saved.length + 1)
    outbox.close()
    const again = sheltered(new OutboxFile(folder, log)).outbox
    expect(again.storage()).toEqual({ state: 'ok', inMemory: 0, setAside: 1 })
    again.close()
  })

  test('damage met while running: nothing that memory knows is lost, and no number is given twice', async () => {
    const folder = testFolder()
    const path = join(folder, 'outbox.db')
    const told: number[] = []
    const { outbox, tables }: Sheltered = sheltered(new OutboxFile(folder, log), { maxBytes: 1e7 })
    outbox.onStorageChange = () => told.push(outbox.storage().setAside)
    const episodes = new Episodes(tables.database)
    const keys = []
    for (let i = 0; i < 2000; i += 50)
      keys.push(
        ...(await Promise.all(
          Array.from({ length: 50 }, (_, j) => outbox.append('fix', body(`${i + j}`, 3000))),
        )),
      )
    await outbox.append('case', body('raised'), () => episodes.save(episode(1), true))
    // Written into the file behind SQLite's back, beyond what it holds in its cache.
    const bytes = readFileSync(path)
    bytes.fill(0x5a, 4096 * 20, Math.min(bytes.length, 4096 * 1200))
    writeFileSync(path, bytes, { flag: 'r+' })
    outbox.remove(
      keys[0]!.boot,
      keys.map(({ sequence }) => sequence),
    )
    await outbox.append('case', body('updated'), () => episodes.save(episode(2), true))
    await eventually(() => expect(outbox.storage()).toMatchObject({ state: 'ok', inMemory: 0, setAside: 1 }))
    expect(told).toEqual([1])
    const last = await outbox.append('case', body('cleared'), () => episodes.save(episode(3), false))
    expect(keys.every(({ boot, sequence }) => boot !== last.boot || sequence < last.sequence)).toBe(true)
    expect(names(outbox)).toEqual(expect.arrayContaining(['case:updated', 'case:cleared']))
    outbox.close()
    expect(standing(folder)).toEqual({ ...episode(3), open: false })
  })

  test('the last three such files are kept, and all of them are counted', async () => {
    const folder = testFolder()
    for (let i = 1; i <= 5; i++) {
      writeFileSync(join(folder, 'outbox.db'), 'x'.repeat(5000))
      const { outbox } = sheltered(new OutboxFile(folder, log))
      await outbox.append('health', body('h'))
      outbox.close()
    }
    expect(asideIn(folder)).toHaveLength(3)
    const database = new DatabaseSync(join(folder, 'outbox.db'))
    const { outbox } = sheltered(new OutboxFile(folder, log))
    expect(outbox.storage().setAside).toBeGreaterThanOrEqual(3)
    database.close()
    outbox.close()
  })
})
