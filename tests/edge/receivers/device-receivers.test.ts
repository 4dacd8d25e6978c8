import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { DeviceReceivers } from '../../../gateway/edge/receivers/device-receivers.ts'
import { ReceiverChoiceConfig } from '../../../gateway/edge/receivers/receiver-choice-config.ts'
import type { Fix } from '../../../proto/domain.ts'

const START_MS = Date.UTC(2026, 4, 1, 8)

function receivers() {
  const fixes: { device: string; fix: Fix }[] = []
  const lines: string[] = []
  const log = pino(
    { level: 'info' },
    new Writable({
      write(chunk, _, done) {
        const { level, msg } = JSON.parse(String(chunk)) as { level: number; msg: string }
        lines.push(`${level >= 40 ? 'warn' : 'info'}: ${msg}`)
        done()
      },
    }),
  )
  const choice = new DeviceReceivers({
    ports: [
      { name: 'roof', priority: 1 },
      { name: 'board', priority: 2, device: 'ebike-01' },
      { name: 'other', priority: 1, device: 'trailer' },
    ],
    gateway: 'ebike-01',
    rules: ReceiverChoiceConfig.parse({}),
    isGood: () => true,
    onFix: (device, fix) => fixes.push({ device, fix }),
    log,
  })
  const give = (port: string, second: number, lat = 31): void =>
    choice.push(port, { timeMs: START_MS + second * 1000, lat, lon: 121 }, second * 1000 + 100)
  return { choice, fixes, lines, give }
}

test('receivers of one device are chosen among, those of others pass', () => {
  const { choice, fixes, lines, give } = receivers()
  for (let s = 0; s < 100; s++) {
    if (s < 10 || s >= 40) give('roof', s)
    give('board', s)
    give('other', s)
    // Alone, it may say what it wants.
    give('other', s)
  }
  expect(fixes.filter(({ device }) => device === 'trailer')).toHaveLength(200)
  const own = fixes.filter(({ device }) => device === 'ebike-01').map(({ fix }) => fix.timeMs)
  expect(own).toEqual([...new Set(own)].toSorted((a, b) => a - b))
  expect(own).toHaveLength(96)
  expect(choice.isUsed('roof')).toBe(true)
  expect(choice.isUsed('board')).toBe(false)
  expect(choice.isUsed('other')).toBe(true)
  expect(lines).toEqual([
    'warn: ebike-01 uses board: roof has given no usable fix for 5 s',
    'info: ebike-01 uses roof again: it has given fixes for 30 s',
  ])
  expect(choice.countersOf('board')).toMatchObject({ 'receiver-used': 0, 'receiver-switches': 1 })
  expect(choice.countersOf('roof')).toMatchObject({ 'receiver-used': 1, 'receiver-switches': 1 })
  expect(choice.countersOf('other')).toEqual({})
})

test('receivers far apart are told of in words', () => {
  const { choice, lines, give } = receivers()
  for (let s = 0; s < 100; s++) {
    give('roof', s)
    give('board', s, 31.01)
  }
  expect(lines).toEqual([
    'warn: board is 1109 m away from roof, for 30 s: is one of them indoors, or of another device?',
  ])
  expect(choice.countersOf('board')['receivers-disagree']).toBe(1)
})

test('a port that is no receiver is refused', () => {
  expect(() => receivers().give('meters', 0)).toThrow(
    'port meters is no receiver: expected roof, board, other',
  )
})
