import { describe, expect, test } from 'vitest'
import { HubConfig } from '../../gateway/hub/config.ts'

test('an empty section is a hub with everything on the loopback', () => {
  expect(HubConfig.parse({})).toEqual({
    data: 'data/hub',
    http: { host: '127.0.0.1', port: 8080 },
    broker: { embedded: { host: '127.0.0.1', port: 1883 } },
    store: { kind: 'sqlite' },
    page: {},
    intake: { keepDays: 30 },
    retention: {},
  })
})

describe('the broker', () => {
  test.each<[object, object]>([
    [{ embedded: {} }, { embedded: { host: '127.0.0.1', port: 1883 } }],
    [{ embedded: { port: 0 } }, { embedded: { host: '127.0.0.1', port: 0 } }],
    [{ url: 'mqtt://10.0.0.1:1883' }, { url: 'mqtt://10.0.0.1:1883', clientId: 'gridpatrol-hub' }],
    [
      { url: 'mqtts://broker', username: 'hub', password: 'x', clientId: 'hub-2' },
      { url: 'mqtts://broker', username: 'hub', password: 'x', clientId: 'hub-2' },
    ],
    [
      { url: ['mqtt://10.0.0.1', 'mqtt://10.0.0.2'] },
      { url: ['mqtt://10.0.0.1', 'mqtt://10.0.0.2'], clientId: 'gridpatrol-hub' },
    ],
  ])('%j', (broker, expected) => expect(HubConfig.parse({ broker }).broker).toEqual(expected))
})

describe('workers', () => {
  const store = { kind: 'influxdb' as const, url: 'http://127.0.0.1:8086', database: 'tracks' }
  test.each<[object, object]>([
    [{ share: 'city' }, { group: 'city', by: 'share', role: 'tracks' }],
    [
      { share: 'city', role: 'ledger' },
      { group: 'city', by: 'share', role: 'ledger' },
    ],
    [
      { partition: { index: 3, of: 4 } },
      { group: 'parts', by: 'partition', role: 'tracks', index: 3, of: 4 },
    ],
    [
      { partition: { of: 4 }, role: 'ledger' },
      { group: 'parts', by: 'partition', role: 'ledger', of: 4 },
    ],
  ])('%j', (work, worker) => {
    const broker = { url: 'mqtt://10.0.0.1', clientId: 'worker-1', ...work }
    expect(HubConfig.parse({ store, broker }).broker).toMatchObject({ worker })
  })

  test.each<[string, object, RegExp]>([
    ['no id of its own', { share: 'city', clientId: undefined }, /clientId: each worker needs one/],
    ['an id that is none for a topic', { share: 'city', clientId: 'a/b' }, /clientId/],
    ['both ways', { share: 'city', partition: { index: 0, of: 2 } }, /expected one of them/],
    ['a role alone', { role: 'ledger' }, /role ledger without share or partition/],
    ['a part that is none', { partition: { index: 2, of: 2 } }, /partition.index: expected 0 to 1/],
    ['no part', { partition: { of: 2 } }, /partition.index: expected 0 to 1/],
    ['a part of the ledger', { partition: { index: 0, of: 2 }, role: 'ledger' }, /expected no index/],
  ])('%s is told', (_name, work, message) => {
    const broker = { url: 'mqtt://10.0.0.1', clientId: 'worker-1', ...work }
    const result = HubConfig.safeParse({ store, broker })
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual(['broker'])
    expect(result.error?.issues[0]?.message).toMatch(message)
  })

  test('SQLite stores of their own would hold a piece of the tracks each', () => {
    const result = HubConfig.safeParse({ broker: { url: 'mqtt://x', clientId: 'a', share: 'city' } })
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual(['store.kind'])
    expect(result.error?.issues[0]?.message).toMatch(/one InfluxDB/)
  })
})

describe('mistakes', () => {
  test.each<[string, object, string, RegExp]>([
    ['an unknown key', { prot: 1 }, '', /prot/],
    ['an unknown key inside', { http: { prot: 1 } }, 'http', /prot/],
    ['a port out of range', { http: { port: 65536 } }, 'http.port', /65535/],
    ['two brokers', { broker: { embedded: {}, url: 'mqtt://x' } }, 'broker', /either embedded .* or url/],
    ['a login without url', { broker: { username: 'x' } }, 'broker', /username without url/],
    ['no MQTT URL', { broker: { url: 'http://x' } }, 'broker.url', /mqtt:\/\//],
    ['an unknown store', { store: { kind: 'postgres' } }, 'store.kind', /./],
    ['no template', { page: { tileUrl: 'https://tiles.example/1.png' } }, 'page.tileUrl', /\{z\}/],
    ['no host', { page: { tileUrl: 'https://{s}.example/{z}/{x}/{y}' } }, 'page.tileUrl', /https:\/\/host/],
    ['nothing kept', { intake: { keepDays: 0 } }, 'intake.keepDays', /1/],
  ])('%s is told with its place', (_name, config, path, message) => {
    const result = HubConfig.safeParse(config)
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path])
    expect(result.error?.issues[0]?.message).toMatch(message)
  })
})

test.each<[string, object, object, RegExp | undefined]>([
  [
    'SQLite keeps each as long as it is told',
    { kind: 'sqlite' },
    { tracksDays: 90, readingsDays: 7 },
    undefined,
  ],
  [
    'InfluxDB 1.x has one time for both',
    { database: 'tracks' },
    { tracksDays: 90, photosDays: 30 },
    undefined,
  ],
  ['InfluxDB 1.x, readings apart', { database: 'tracks' }, { readingsDays: 7 }, /expected tracksDays alone/],
  ['a bucket', { bucket: 'tracks' }, { tracksDays: 7 }, /not for a bucket/],
  ['a bucket, photos', { bucket: 'tracks' }, { photosDays: 7 }, undefined],
  ['no day at all', { kind: 'sqlite' }, { tracksDays: 0 }, /tracksDays/],
])('retention: %s', (_name, over, retention, message) => {
  const store = { kind: 'influxdb', url: 'http://127.0.0.1:8086', ...over }
  const hub = 'kind' in over ? { store: over, retention } : { store, retention }
  const { success, error } = HubConfig.safeParse(hub)
  expect(success).toBe(message === undefined)
  if (message) expect(JSON.stringify(error!.issues)).toMatch(message)
})
