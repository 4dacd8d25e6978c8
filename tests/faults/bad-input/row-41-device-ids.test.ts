import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { describe, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { checkConfig } from '../../../gateway/configuration/check-file.ts'
import { ConfigError } from '../../../gateway/configuration/yaml-file.ts'
import { decodeBody, decodeEnvelope, encodeBody, encodeEnvelope } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import { EnvelopeType } from '../../../proto/codec/schema.ts'
import { HttpError } from '../../../proto/http.ts'
import { gatewayTopic, parseGatewayTopic } from '../../../proto/topics.ts'
import { startGridpatrol } from '../../end-to-end/gridpatrol-process.ts'
import { COVER, fixes, ride, up } from '../../hub/gateway-messages.ts'
import { startedHub } from '../../hub/started-hub.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually } from '../pty-gateway.ts'

const BAD_IDS = [
  '../',
  '../../etc/passwd',
  '+',
  '#',
  'a/b',
  'ebike\n01',
  'ebike-01\n',
  'ebike-01\\',
  '<script>alert(1)</script>',
  '__proto__',
  'ebike 01',
  'ébike',
  'x'.repeat(65),
]

describe.each(BAD_IDS)('41 the device id %j is rejected', (id) => {
  test.each(['gateway', 'device'])('in the configuration, as %s', (key) => {
    const file = join(testFolder(), 'edge.yaml')
    const gps = {
      name: 'gps',
      path: '/dev/ttyUSB0',
      driver: 'nmea',
      ...(key === 'device' ? { device: id } : {}),
    }
    writeFileSync(
      file,
      stringify({
        gateway: key === 'gateway' ? id : 'ebike-01',
        data: 'data/edge',
        broker: { url: 'mqtt://127.0.0.1:1883' },
        ports: [gps],
      }),
    )
    expect(() => checkConfig(file)).toThrow(ConfigError)
    const where = key === 'gateway' ? 'gateway' : 'ports[0].device'
    expect(() => checkConfig(file)).toThrow(`${where}: found ${JSON.stringify(id)}, expected 1 to 64 letters`)
  })

  test('in a topic', () => {
    expect(() => gatewayTopic(id, 'up')).toThrow(RangeError)
    expect(parseGatewayTopic(`gridpatrol/v1/${id}/up`)).toBeUndefined()
  })

  test('in an envelope, and as the device of a batch', () => {
    const good = decodeEnvelope(up('ebike-01', 1, fixes(ride(1))))
    const forged = EnvelopeType.encode({
      ...EnvelopeType.decode(encodeEnvelope(good)),
      gateway: id,
    }).finish()
    expect(() => decodeEnvelope(forged)).toThrow(DecodeError)
    const body = encodeBody({ lane: 'fix', batch: { device: id, fixes: ride(1) } })
    expect(() => decodeBody('fix', body)).toThrow(DecodeError)
  })
})

test('41 device ids: the broker takes no client of such a name, the hub no batch, and no path answers', async () => {
  const hub = await startedHub()
  const client = await connectAsync(hub.brokerUrl, { clientId: 'ebike-01', protocolVersion: 4 })
  onTestFinished(() => client.endAsync(true))
  let sequence = 0
  for (const id of BAD_IDS) {
    const options = { clientId: id, protocolVersion: 4, reconnectPeriod: 0, clean: true } as const
    const answer = connectAsync(hub.brokerUrl, options, false).then(
      (taken) => taken.endAsync(true).then(() => 'taken'),
      (error: Error) => error.message,
    )
    expect([id, await answer]).toEqual([
      id,
      expect.stringMatching(/Identifier rejected|closed|Couldn't connect/),
    ])
    await client.publishAsync(
      gatewayTopic('ebike-01', 'up'),
      up('ebike-01', ++sequence, fixes(ride(1), id)),
      { qos: 1 },
    )
    for (const path of ['track', 'summary']) {
      const answer = await hub.get(`/api/v1/devices/${encodeURIComponent(id)}/${path}`)
      expect([id, answer.status]).toEqual([id, 400])
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
      expect(HttpError.parse(await answer.json()).error.message).toMatch(/expected 1 to 64 letters/)
    }
  }
  // The gateway itself is known, since it spoke; nothing else is.
  await client.publishAsync(gatewayTopic('ebike-01', 'up'), up('ebike-01', ++sequence, fixes(ride(1))), {
    qos: 1,
  })
  await eventually(async () => {
    const devices = JSON.stringify(await hub.json('/api/v1/devices'))
    expect(devices).toContain('ebike-01')
    for (const id of BAD_IDS) expect(devices).not.toContain(JSON.stringify(id))
  })
  // Told: in the counters that an operator's alarm looks at.
  await eventually(async () => {
    const metrics = await (await hub.get('/metrics')).text()
    const setAside = [...metrics.matchAll(/^gridpatrol_\w*(?:refused|dead|aside)\w*\{[^}]*\} (\d+)$/gm)]
    expect(setAside.reduce((sum, [, count]) => sum + Number(count), 0)).toBeGreaterThanOrEqual(BAD_IDS.length)
  })
})

test('41 device ids: a gateway does not start under such a name, and makes no folder or file of it', async () => {
  const folder = testFolder()
  const file = join(folder, 'edge.yaml')
  const settings = { data: join(folder, 'edge'), broker: { url: 'mqtt://127.0.0.1:1' } }
  writeFileSync(
    file,
    stringify({
      gateway: '../escape',
      ...settings,
      ports: [{ name: 'gps', path: '/dev/x', driver: 'nmea' }],
    }),
  )
  const gateway = startGridpatrol('edge', '--config', file)
  expect(await gateway.exited).toBe(1)
  expect(gateway.output()).toMatch(/gateway: found "\.\.\/escape", expected 1 to 64 letters, digits/)
  expect(readdirSync(folder)).toEqual(['edge.yaml'])
  expect(existsSync(settings.data)).toBe(false)
})

test('41 component codes of an import: each that is none is listed with its place, the rest is kept', async () => {
  const folder = testFolder()
  const file = join(folder, 'components.geojson')
  const feature = (code: string) => ({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [121.47, 31.23] },
    properties: { code, name: '上水井盖 1', grid: '310101001001001' },
  })
  const features = [...BAD_IDS, COVER].map(feature)
  writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features }))
  const importing = startGridpatrol('import', 'components', file, '--data', join(folder, 'hub'))
  expect(await importing.exited).toBe(0)
  const output = importing.output()
  BAD_IDS.forEach((_, i) => {
    expect(output).toContain(`features[${i}]: `)
  })
  expect(output).toContain(`1 components added, 0 replaced, ${BAD_IDS.length} rejected`)
  expect(output).toMatch(/expected a component code of 16 digits/)
})
