import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DataBudget } from '../../../gateway/edge/budget/data-budget.ts'
import { openDatabase } from '../../../gateway/foundation/database.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { LANES } from '../../../proto/domain.ts'
import { DAY_MS, HOUR_MS, MIDNIGHT_MS, playDay } from './simulated-day.ts'
import { SimulatedUplink } from './simulated-uplink.ts'

const log = silentLog()
const budgetOf = (mbADay?: number, database?: DatabaseSync): DataBudget =>
  new DataBudget({ bytesADay: mbADay === undefined ? undefined : mbADay * 1e6, database, log })
const NOON_MS = MIDNIGHT_MS + 12 * HOUR_MS
/** The gateway's own scale, while the time is not known. */
const OWN_MS = Date.UTC(1971, 0) + 5000

describe('a day of a patrol with four cases, each with a photo of 240 kB', () => {
  const casesMs = [9, 10, 11, 12].map((hour) => hour * HOUR_MS)

  test.each<{ mb: number; maxWaitingFixes: number; highest: number; minPhotos: number }>([
    { mb: 20, maxWaitingFixes: 0, highest: 0, minPhotos: 20 },
    { mb: 5, maxWaitingFixes: 0, highest: 2, minPhotos: 20 },
    { mb: 2, maxWaitingFixes: 0, highest: 4, minPhotos: 15 },
    { mb: 1, maxWaitingFixes: 0, highest: 4, minPhotos: 1 },
    { mb: 0.5, maxWaitingFixes: 2000, highest: 4, minPhotos: 0 },
    { mb: 0.2, maxWaitingFixes: 2880, highest: 4, minPhotos: 0 },
  ])('$mb MB', ({ mb, maxWaitingFixes, highest, minPhotos }) => {
    const budget = budgetOf(mb)
    let level = 0
    const uplink = playDay(budget, {
      casesMs,
      watch: (sinceMs) => {
        level = Math.max(level, budget.state(MIDNIGHT_MS + sinceMs).thinning)
      },
    })
    expect(uplink.sent.case).toMatchObject({ records: 4, slowestMs: 0 })
    expect(budget.state(MIDNIGHT_MS + DAY_MS - 1).dataBytes).toBeLessThanOrEqual(mb * 1e6)
    expect(uplink.waiting('fix')).toBeLessThanOrEqual(maxWaitingFixes)
    expect(level).toBe(highest)
    expect(uplink.sent.photo.records).toBeGreaterThanOrEqual(minPhotos)
    // Nothing is dropped: what did not go waits.
    expect(uplink.sent.fix.records + uplink.waiting('fix')).toBe(2880)
    expect(uplink.sent.photo.records + uplink.waiting('photo')).toBe(20)
    expect(uplink.sent.health.records + uplink.waiting('health')).toBe(288)
  })

  test('what waited goes with the budget of the next day', () => {
    const budget = budgetOf(1)
    const uplink = playDay(budget, { casesMs })
    const before = uplink.waiting('photo')
    playDay(budget, { uplink, midnightMs: MIDNIGHT_MS + DAY_MS, shift: [0, 0] })
    expect(before).toBeGreaterThan(10)
    expect(uplink.waiting('photo')).toBeLessThan(before / 2)
    expect(budget.state(MIDNIGHT_MS + 2 * DAY_MS - 1).dataBytes).toBeLessThanOrEqual(1e6)
  })
})

test('the level does not flap: in a day of a tight budget it changes less than once an hour', () => {
  const budget = budgetOf(1)
  let changes = 0
  let before = 0
  playDay(budget, {
    watch: (sinceMs) => {
      const level = budget.state(MIDNIGHT_MS + sinceMs).thinning
      if (level !== before) changes++
      before = level
    },
  })
  expect(changes).toBeGreaterThan(0)
  expect(changes).toBeLessThan(24)
})

describe('a backlog of three days at eight in the morning', () => {
  function afterOutage(): SimulatedUplink {
    const uplink = new SimulatedUplink()
    for (const day of [-3, -2, -1]) playDay(undefined, { uplink, midnightMs: MIDNIGHT_MS + day * DAY_MS })
    return uplink
  }

  test('starts at once, thinned, and is through by the evening of a budget of 5 MB', () => {
    const uplink = afterOutage()
    expect(uplink.waiting('fix')).toBe(3 * 2880)
    const budget = budgetOf(5)
    const waiting: number[] = []
    playDay(budget, {
      uplink,
      fromMs: 8 * HOUR_MS,
      watch: (sinceMs) => {
        if (sinceMs % HOUR_MS === 0) waiting.push(uplink.waiting('fix'))
      },
    })
    expect(waiting[0]).toBeLessThan(3 * 2880)
    expect(waiting[12]).toBeLessThan(100)
    const { dataBytes, thinnedFixes } = budget.state(MIDNIGHT_MS + DAY_MS - 1)
    expect(dataBytes).toBeLessThanOrEqual(5e6)
    expect(thinnedFixes).toBeGreaterThan(10_000)
  })

  test('a small budget is not broken for it, and a case goes before all of it', () => {
    const uplink = afterOutage()
    const budget = budgetOf(0.5)
    playDay(budget, { uplink, fromMs: 8 * HOUR_MS, casesMs: [8 * HOUR_MS, 20 * HOUR_MS] })
    expect(uplink.sent.case).toMatchObject({ records: 2, slowestMs: 0 })
    expect(budget.state(MIDNIGHT_MS + DAY_MS - 1).dataBytes).toBeLessThanOrEqual(0.5e6)
    expect(uplink.waiting('fix')).toBeGreaterThan(3000)
  })
})

describe('lanes', () => {
  const open = (budget: DataBudget, nowMs: number) => LANES.filter((lane) => budget.mayGo(lane, nowMs))

  test.each<[usedMb: number, lanes: string[]]>([
    // At noon the pace of 10 MB is 5.625 MB.
    [0, ['case', 'health', 'fix', 'reading', 'photo']],
    [4, ['case', 'health', 'fix', 'reading', 'photo']],
    [4.3, ['case', 'fix', 'reading', 'photo']],
    [4.6, ['case', 'fix', 'reading']],
    [5.3, ['case', 'fix']],
    [5.7, ['case']],
    [99, ['case']],
  ])('at noon with %d of 10 MB used', (usedMb, lanes) => {
    const budget = budgetOf(10)
    budget.spent(usedMb * 1e6, NOON_MS)
    expect(open(budget, NOON_MS)).toEqual(lanes)
  })

  test('what waits goes on by the passing of time, not at once', () => {
    const budget = budgetOf(10)
    budget.spent(5.7e6, NOON_MS)
    expect(budget.mayGo('fix', NOON_MS)).toBe(false)
    expect(budget.mayGo('fix', NOON_MS + 0.3 * HOUR_MS)).toBe(false)
    expect(budget.mayGo('fix', NOON_MS + 0.6 * HOUR_MS)).toBe(true)
  })

  test('health goes once an hour when the pace is used, and no more when the day is', () => {
    const budget = budgetOf(10)
    budget.spent(6e6, NOON_MS)
    const minutesOpen = (count: number) =>
      Array.from({ length: count }, (_, minute) => minute).filter((minute) =>
        budget.mayGo('health', NOON_MS + minute * 60_000),
      )
    expect(minutesOpen(181)).toEqual([60, 120, 180])
    budget.spent(3.1e6, NOON_MS)
    expect(minutesOpen(200)).toEqual([])
  })

  test('from level 1 on records go in bundles, photos and cases whenever they come', () => {
    const budget = budgetOf(10)
    budget.spent(2.9e6, NOON_MS)
    expect(budget.level(NOON_MS, 0)).toBe(1)
    const seconds = (lane: (typeof LANES)[number]) =>
      [0, 5, 10, 15, 20, 25, 30, 35, 40].filter((s) => budget.mayGo(lane, NOON_MS + s * 1000))
    expect(seconds('fix')).toEqual([0, 5, 30, 35])
    expect(seconds('photo')).toHaveLength(9)
    expect(seconds('case')).toHaveLength(9)
  })
})

describe('levels', () => {
  test.each<[usedMb: number, backlogMb: number, level: number]>([
    [0, 0, 0],
    [2.8, 0, 0],
    [2.9, 0, 1],
    [3.8, 0, 2],
    [4.6, 0, 3],
    [5.2, 0, 4],
    [50, 0, 4],
    [0, 3, 0],
    [0, 4, 1],
    [2, 5, 4],
  ])('at noon of 10 MB, %d MB used and %d MB waiting: level %d', (usedMb, backlogMb, level) => {
    const budget = budgetOf(10)
    budget.spent(usedMb * 1e6, NOON_MS)
    expect(budget.level(NOON_MS, backlogMb * 1e6)).toBe(level)
  })

  test('a level is left well below where it began', () => {
    const budget = budgetOf(10)
    budget.spent(2.9e6, NOON_MS)
    expect(budget.level(NOON_MS, 0)).toBe(1)
    expect(budget.level(NOON_MS + HOUR_MS, 0)).toBe(1)
    expect(budget.level(NOON_MS + 6 * HOUR_MS, 0)).toBe(0)
  })
})

test('without a budget bytes are counted, and nothing else', () => {
  const budget = budgetOf()
  budget.spent(50e6, NOON_MS)
  expect(budget.level(NOON_MS, 1e9)).toBe(0)
  expect(LANES.every((lane) => budget.mayGo(lane, NOON_MS))).toBe(true)
  expect(budget.keepaliveS).toBeUndefined()
  budget.countThinned(7)
  expect(budget.state(NOON_MS)).toEqual({ dataBytes: 50e6, thinning: 0, thinnedFixes: 7 })
})

test.each([
  [0.2, 240],
  [1, 240],
  [2, 120],
  [5, 60],
  [20, 30],
])('with %d MB an idle connection speaks every %d s', (mb, seconds) => {
  expect(budgetOf(mb).keepaliveS).toBe(seconds)
})

describe('days', () => {
  test('a day ends at midnight in China', () => {
    const budget = budgetOf(1)
    const beforeMs = Date.UTC(2026, 4, 3, 15, 59, 59, 999)
    budget.spent(800_000, beforeMs)
    expect(budget.state(beforeMs).dataBytes).toBe(800_000)
    expect(budget.state(beforeMs + 1).dataBytes).toBe(0)
  })

  test('while the time is not known a day is 24 h', () => {
    const budget = budgetOf(1)
    budget.spent(100_000, OWN_MS)
    budget.spent(100_000, OWN_MS + DAY_MS - 1)
    expect(budget.state(OWN_MS + DAY_MS - 1).dataBytes).toBe(200_000)
    expect(budget.state(OWN_MS + DAY_MS).dataBytes).toBe(0)
  })

  test('the share of such a day is counted from the start', () => {
    const budget = budgetOf(1)
    budget.spent(220_000, OWN_MS)
    expect(budget.level(OWN_MS, 0)).toBe(4)
    expect(budget.level(OWN_MS + 12 * HOUR_MS, 0)).toBe(0)
  })

  test('what was counted before the time was known counts to today', () => {
    const budget = budgetOf(1)
    budget.spent(100_000, OWN_MS)
    budget.spent(1000, NOON_MS)
    expect(budget.state(NOON_MS).dataBytes).toBe(101_000)
  })
})

describe('over restarts', () => {
  function file(): string {
    const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-budget-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'outbox.db')
  }
  function opened(path: string): DatabaseSync {
    const database = openDatabase(path)
    onTestFinished(() => {
      if (database.isOpen) database.close()
    })
    return database
  }

  test('in the middle of a day the count goes on, and the day keeps its budget', () => {
    const path = file()
    const morning = opened(path)
    const before = budgetOf(0.5, morning)
    const uplink = playDay(before, { toMs: 12 * HOUR_MS })
    before.save()
    morning.close()
    const after = budgetOf(0.5, opened(path))
    expect(after.state(NOON_MS).dataBytes).toBe(before.state(NOON_MS).dataBytes)
    expect(after.state(NOON_MS).thinnedFixes).toBe(before.state(NOON_MS).thinnedFixes)
    playDay(after, { uplink, fromMs: 12 * HOUR_MS })
    expect(after.state(MIDNIGHT_MS + DAY_MS - 1).dataBytes).toBeLessThanOrEqual(0.5e6)
  })

  test('a power cut costs a minute of the count', () => {
    const path = file()
    const before = budgetOf(1, opened(path))
    before.spent(1000, NOON_MS)
    before.spent(1000, NOON_MS + 61_000)
    before.spent(500, NOON_MS + 100_000)
    expect(budgetOf(1, opened(path)).state(NOON_MS + 120_000).dataBytes).toBe(2000)
  })

  test.each<[string, number, number, number]>([
    ['the same day', NOON_MS, NOON_MS + HOUR_MS, 5000],
    ['the next day', NOON_MS, NOON_MS + DAY_MS, 0],
    ['the time not known at first', NOON_MS, OWN_MS, 5000],
    ['the time not known before', OWN_MS, NOON_MS, 5000],
  ])('%s', (_, savedMs, nowMs, bytes) => {
    const path = file()
    const before = budgetOf(1, opened(path))
    before.spent(5000, savedMs)
    before.countThinned(40)
    before.save()
    expect(budgetOf(1, opened(path)).state(nowMs)).toMatchObject({ dataBytes: bytes, thinnedFixes: 40 })
  })

  test('the time not known at first, then known to be another day: only what this process counted', () => {
    const path = file()
    const before = budgetOf(1, opened(path))
    before.spent(5000, NOON_MS)
    before.save()
    const after = budgetOf(1, opened(path))
    after.spent(300, OWN_MS)
    after.save()
    expect(after.state(OWN_MS).dataBytes).toBe(5300)
    expect(after.state(NOON_MS + DAY_MS).dataBytes).toBe(300)
  })

  test('a database that refuses costs nothing but the count', () => {
    const database = new DatabaseSync(':memory:')
    const budget = budgetOf(1, database)
    database.close()
    budget.spent(1000, NOON_MS)
    budget.spent(1000, NOON_MS + 120_000)
    budget.save()
    expect(budget.state(NOON_MS + 120_000).dataBytes).toBe(2000)
    expect(budgetOf(1, database).state(NOON_MS).dataBytes).toBe(0)
  })
})
