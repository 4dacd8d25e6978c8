import { describe, expect, test } from 'vitest'
import {
  attentionWords,
  dataWords,
  isSameDataDay,
} from '../../dashboards/web/src/gateway-status/attention-words.ts'
import { en } from '../../dashboards/web/src/i18n/en.ts'
import { quantities } from '../../dashboards/web/src/i18n/quantities.ts'
import { zh } from '../../dashboards/web/src/i18n/zh.ts'
import { PORT_STATES, STORAGE_STATES } from '../../proto/domain.ts'
import { ATTENTION_KEYS, GatewayHealth } from '../../proto/http.ts'

const WORDS = { zh: { t: zh, q: quantities('zh') }, en: { t: en, q: quantities('en') } }

const HEALTH = GatewayHealth.parse({
  gateway: 'ebike-01',
  receivedAt: '2026-05-01T00:00:00.000Z',
  online: true,
  time: '2026-05-01T00:00:00.000Z',
  timeSource: 'gps',
  uptimeS: 7200,
  version: '1.2.3',
  memoryBytes: 80e6,
  ports: [{ name: 'gps', path: '/dev/ttyUSB0', state: 'missing', counters: {} }],
  outbox: { records: 1812, bytes: 512_340, dropped: { reading: 12, fix: 4 } },
  link: {
    breaks: 9,
    connectedS: 60,
    receiptedMs: 12_400,
    dataBytes: 45e6,
    budgetBytes: 50e6,
    thinning: 2,
    thinnedFixes: 1900,
  },
  storage: { state: 'full', inMemory: 40, setAside: 1 },
  attention: [],
})

describe('what wants a person', () => {
  test.each<[string, string, string]>([
    ['disk', '网关存储已满，40 条记录仅存内存。', 'The gateway’s disk: full, 40 records in memory alone.'],
    ['records-dropped', '（累计 16 条）', '(16 in all)'],
    ['port-down', '串口 gps 未找到。', 'Port gps: missing.'],
    ['backlog', '待传记录积压：1,812 条，512.3 kB。', 'Much waits to be sent: 1,812 records, 512.3 kB.'],
    ['receipts-slow', '中心回执很慢：12 秒。', 'Receipts of the hub are slow: 12 s.'],
    ['track-thinned', '2 级，累计略去 1,900 个点', 'thinned, level 2, 1,900 fixes left out so far'],
    ['data-budget', '流量已用 90.0%：45.0 MB，每日上限 50.0 MB。', '90.0% of the data plan is used: 45.0 MB'],
  ])('%s', (key, chinese, english) => {
    const item = { key, ...(key === 'port-down' ? { port: 'gps' } : {}) }
    expect(attentionWords(item, HEALTH, WORDS.zh).what).toContain(chinese)
    expect(attentionWords(item, HEALTH, WORDS.en).what).toContain(english)
  })

  test.each(['zh', 'en'] as const)(
    '%s: a sentence and what to do for each that the hub knows',
    (language) => {
      const whats = ATTENTION_KEYS.map((key) => {
        const { what, todo } = attentionWords({ key, port: 'gps' }, HEALTH, WORDS[language])
        expect(what).not.toMatch(/undefined|NaN/)
        expect(todo).toBeTypeOf('string')
        return what
      })
      expect(new Set(whats).size).toBe(ATTENTION_KEYS.length)
    },
  )

  test('what to do depends on what is wrong with the port or the disk', () => {
    const gateway = zh.gateway
    const broken = PORT_STATES.filter((state) => state !== 'open' && state !== 'opening')
    expect(Object.keys(gateway.portTodo).toSorted()).toEqual(broken.toSorted())
    expect(Object.keys(gateway.diskTodo)).toEqual(STORAGE_STATES.slice(1))
    for (const state of broken) {
      const health = { ...HEALTH, ports: [{ name: 'gps', path: '', state, counters: {} }] }
      const { todo } = attentionWords({ key: 'port-down', port: 'gps' }, health, WORDS.zh)
      expect(todo).toBe(gateway.portTodo[state])
    }
  })

  test('nothing is made up where the gateway does not tell', () => {
    const { link, storage, ...old } = HEALTH
    for (const key of ATTENTION_KEYS)
      expect(attentionWords({ key }, old, WORDS.zh).what).not.toMatch(/undefined|NaN/)
  })

  test.each(['toString', '__proto__', 'moon-phase'])('a key that this page does not know: %s', (key) => {
    expect(attentionWords({ key, detail: 'full' }, HEALTH, WORDS.zh)).toEqual({
      what: `其他情况：${key} (full)`,
      todo: undefined,
    })
  })
})

test('data against the budget, or without one', () => {
  const { budgetBytes, ...link } = HEALTH.link!
  const words = { gateway: zh.gateway, q: WORDS.zh.q }
  expect(dataWords({ ...link, budgetBytes: 1e9 }, words)).toBe('45.0 MB，每日上限 1.0 GB')
  expect(dataWords(link, words)).toBe('45.0 MB，未设上限')
})

test('a day of data begins at midnight of UTC+8', () => {
  const midnightMs = Date.UTC(2026, 4, 1, 16)
  expect(isSameDataDay(midnightMs - 1, midnightMs)).toBe(false)
  expect(isSameDataDay(midnightMs, midnightMs + 24 * 3_600_000 - 1)).toBe(true)
})
