import { describe, expect, test } from 'vitest'
import { judge, silence } from '../../../gateway/hub/registers/attention.ts'
import { followTrend } from '../../../gateway/hub/registers/health-trend.ts'
import type { Health } from '../../../proto/domain.ts'
import { ATTENTION_KEYS } from '../../../proto/http.ts'
import { T0 } from '../gateway-messages.ts'
import { healthOf, linkOf } from '../made-health.ts'

const judged = (health: Health) =>
  judge({ health, trend: followTrend(undefined, health, T0), receivedMs: T0 })
const port = (name: string, state: Health['ports'][number]['state'], detail?: string) => ({
  name,
  path: '/dev/x',
  state,
  counters: {},
  ...(detail === undefined ? {} : { detail }),
})

test('nothing is amiss with a gateway on which all is well, nor with one that tells only what it must', () => {
  expect(judged(healthOf())).toEqual([])
  const { link, storage, ...old } = healthOf()
  expect(judged(old)).toEqual([])
})

describe('what wants a person', () => {
  test.each<[string, Partial<Health>, object[]]>([
    [
      'ports that are not open, each by its name',
      { ports: [port('gps', 'missing', 'no such file'), port('board', 'open'), port('bus', 'silent')] },
      [
        { key: 'port-down', port: 'gps', detail: 'missing: no such file' },
        { key: 'port-down', port: 'bus', detail: 'silent' },
      ],
    ],
    ['not a port that is being opened', { ports: [port('gps', 'opening')] }, []],
    [
      'a disk that is full',
      { storage: { state: 'full', detail: 'ENOSPC', inMemory: 40, setAside: 0 } },
      [{ key: 'disk', detail: 'full; ENOSPC; 40 records wait in memory alone' }],
    ],
    [
      'records in memory alone, whatever the disk is said to be',
      { storage: { state: 'ok', inMemory: 1, setAside: 0 } },
      [{ key: 'disk', detail: 'ok; 1 records wait in memory alone' }],
    ],
    [
      'a damaged outbox',
      { storage: { state: 'ok', inMemory: 0, setAside: 1 } },
      [{ key: 'outbox-set-aside', detail: '1 outbox files in the last day could not be read' }],
    ],
    [
      'dropped records, of all lanes',
      { outbox: { records: 0, bytes: 0, dropped: { reading: 60, fix: 4 } } },
      [{ key: 'records-dropped', detail: '64 records in the last day, 64 in all' }],
    ],
    ['499 records that wait are none', { outbox: { records: 499, bytes: 15.9e6, dropped: {} } }, []],
    [
      'many records that wait',
      { outbox: { records: 500, bytes: 1e5, dropped: {} } },
      [{ key: 'backlog', detail: '500 records, 100000 bytes wait' }],
    ],
    [
      'large records that wait',
      { outbox: { records: 20, bytes: 16e6, dropped: {} } },
      [{ key: 'backlog', detail: '20 records, 16000000 bytes wait' }],
    ],
    [
      'slow receipts',
      { link: linkOf({ receiptedMs: 10_001 }) },
      [{ key: 'receipts-slow', detail: '10001 ms from sending to the receipt' }],
    ],
    [
      'thinned tracks',
      { link: linkOf({ thinning: 2, thinnedFixes: 900 }) },
      [{ key: 'track-thinned', detail: 'level 2, 900 fixes left out so far' }],
    ],
    ['not tracks that were thinned once', { link: linkOf({ thinnedFixes: 900 }) }, []],
    ['80 % of the budget is not much', { link: linkOf({ dataBytes: 40e6 }) }, []],
    [
      'more of the budget is',
      { link: linkOf({ dataBytes: 40_000_001 }) },
      [{ key: 'data-budget', detail: '40000001 of 50000000 bytes of the day' }],
    ],
    ['a clock that nobody set', { timeSource: 'estimated' }, [{ key: 'clock-estimated' }]],
    [
      'breaks of a process that is not an hour old',
      { uptimeS: 1800, link: linkOf({ breaks: 6 }) },
      [{ key: 'link-breaks', detail: '6 connections broke within the last hour' }],
    ],
    ['not breaks of who knows when', { uptimeS: 7200, link: linkOf({ breaks: 60 }) }, []],
  ])('%s', (_name, over, expected) => {
    expect(judged(healthOf(over))).toEqual(expected)
  })

  test('the gravest first, as the contract lists them', () => {
    const all = judged(
      healthOf({
        timeSource: 'estimated',
        uptimeS: 3000,
        ports: [port('gps', 'failed')],
        outbox: { records: 1000, bytes: 0, dropped: { fix: 1 } },
        link: linkOf({ breaks: 20, receiptedMs: 60_000, thinning: 1, dataBytes: 49e6 }),
        storage: { state: 'failing', inMemory: 0, setAside: 2 },
      }),
    )
    expect(['silent', ...all.map(({ key }) => key)]).toEqual(ATTENTION_KEYS)
  })
})

describe('silence', () => {
  const trend = followTrend(undefined, healthOf(), T0)
  const minutes = (count: number) => T0 + count * 60_000
  test.each([
    ['offline for days', undefined, 5000, undefined],
    ['heard a quarter of an hour ago', T0, 15, undefined],
    ['heard longer ago', T0, 16, 'no health for 960 s, expected every 300 s'],
    ['it has only just come back', minutes(59), 60, undefined],
    ['it came back and never told', minutes(40), 60, 'no health for 1200 s, expected every 300 s'],
  ])('%s', (_name, onlineSinceMs, afterMinutes, detail) => {
    expect(silence({ trend, receivedMs: T0 }, onlineSinceMs, minutes(afterMinutes))).toEqual(
      detail && { key: 'silent', detail },
    )
  })

  test('a gateway that tells once an hour is not silent after two', () => {
    const next = healthOf({ uptimeS: 7200 + 3600 })
    const hourly = followTrend({ trend, sameBoot: true }, next, minutes(60))
    const told = { trend: hourly, receivedMs: minutes(60) }
    expect(silence(told, T0, minutes(180))).toBeUndefined()
    expect(silence(told, T0, minutes(241))?.detail).toBe('no health for 10860 s, expected every 3600 s')
  })
})
