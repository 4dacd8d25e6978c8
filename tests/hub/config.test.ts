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
  ])('%j', (broker, expected) => expect(HubConfig.parse({ broker }).broker).toEqual(expected))
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
