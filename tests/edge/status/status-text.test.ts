import { expect, test } from 'vitest'
import { statusText } from '../../../gateway/edge/status/status-text.ts'
import { T0 } from '../../hub/gateway-messages.ts'

test('a gateway that runs, with everything there is to say', () => {
  const text = statusText(
    {
      gateway: 'ebike-01',
      running: true,
      status: {
        gateway: 'ebike-01',
        pid: 4711,
        health: {
          timeMs: T0,
          timeSource: 'gps',
          uptimeS: 7980,
          version: '0.1.0',
          memoryBytes: 83.2e6,
          ports: [
            { name: 'gps', path: '/dev/ttyUSB0', state: 'open', counters: {} },
            { name: 'board', path: '/dev/ttyUSB1', state: 'silent', counters: {} },
          ],
          outbox: { records: 313, bytes: 78_100, dropped: { reading: 12_000 } },
          link: {
            breaks: 3,
            connectedS: 7000,
            acknowledgedMs: 120,
            receiptedMs: 340,
            dataBytes: 3.2e6,
            budgetBytes: 20e6,
            thinning: 1,
            thinnedFixes: 1204,
          },
          storage: { state: 'ok', inMemory: 0, setAside: 1 },
        },
        uplink: { broker: 'mqtt://broker:1883', connectedForS: 3720, lastReason: 'Keepalive timeout' },
      },
      waiting: [
        { lane: 'fix', records: 312, bytes: 78_000, oldestMs: T0 - 7_200_000 },
        { lane: 'photo', records: 1, bytes: 100 },
      ],
      problems: ['port board (/dev/ttyUSB1) is silent: cable, power'],
    },
    0,
  )
  expect(text.split('\n')).toEqual([
    'gateway     ebike-01, running for 2 h 13 min, version 0.1.0, pid 4711',
    'time        2026-05-01T00:00:00.000Z from GPS',
    'ports       gps    open    /dev/ttyUSB0',
    '            board  silent  /dev/ttyUSB1',
    'broker      mqtt://broker:1883, connected for 1 h 2 min',
    '            last ended or failed: Keepalive timeout',
    'link        3 breaks, connected 1 h 56 min in all, acknowledged after 120 ms, receipted after 340 ms',
    'data today  3.2 MB of 20.0 MB, tracks thinned at level 1, 1,204 fixes left out so far',
    'waiting     fix      312 records, 78.0 kB, oldest 2 h old',
    '            photo    1 record, 100 B',
    'disk        ok, 1 outbox file set aside unread',
    'dropped     reading 12,000 records: the outbox was full',
    'memory      83.2 MB',
    '',
    '! port board (/dev/ttyUSB1) is silent: cable, power',
  ])
})

test('one that does not run: what waits, and since when', () => {
  const waiting = [{ lane: 'case' as const, records: 1, bytes: 200, oldestMs: T0 }]
  const problems = ['the gateway is not running: start it']
  expect(
    statusText({ gateway: 'ebike-01', running: false, waiting, problems }, T0 + 90_000).split('\n'),
  ).toEqual([
    'gateway     ebike-01, not running',
    'waiting     case     1 record, 200 B, oldest 1 min 30 s old',
    '',
    '! the gateway is not running: start it',
  ])
})

test.each([
  [
    { gateway: 'a', running: true, problems: [] },
    ['a, running, does not answer', 'not known: no outbox could be read'],
  ],
  [{ gateway: 'a', running: false, waiting: [], problems: [] }, ['a, not running', 'nothing']],
])('%j', (found, expected) => {
  expect(
    statusText(found, 0)
      .split('\n')
      .map((line) => line.slice(12)),
  ).toEqual(expected)
})
