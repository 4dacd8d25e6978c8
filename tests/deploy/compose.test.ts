import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkConfig } from '../../gateway/configuration/check-file.ts'
import { loadHubConfig } from '../../gateway/configuration/hub-file.ts'
import { mqttClient } from '../hub/mqtt-client.ts'
import { findMosquitto } from '../servers/mosquitto.ts'
import { requireServer } from '../servers/server-missing.ts'
import { accepts, freePort, startServer } from '../servers/server-process.ts'

/** No Docker runs here: what can be checked without it is that the files of deploy/ fit each other. */
const DEPLOY = join(import.meta.dirname, '../../deploy')
const text = (name: string): string => readFileSync(join(DEPLOY, name), 'utf8')

/** The part of the Compose specification that the file uses. */
const Service = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  restart: z.literal('unless-stopped'),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  ports: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional(),
  secrets: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
  stop_grace_period: z.string().optional(),
  healthcheck: z.strictObject({
    test: z.tuple([z.literal('CMD')], z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.int(),
    start_period: z.string().optional(),
  }),
})
const Compose = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
  secrets: z.record(z.string(), z.strictObject({ environment: z.string() })),
})
const compose = Compose.parse(parse(text('compose.yaml')))
const { services } = compose

test('hub.yaml is in order', () => {
  expect(checkConfig(join(DEPLOY, 'hub.yaml'))).toBe('hub')
})

describe('compose.yaml', () => {
  test('has broker, InfluxDB and hub, each with an image or a build', () => {
    expect(Object.keys(services)).toEqual(['mosquitto', 'influxdb', 'hub'])
    for (const { image, build } of Object.values(services))
      expect([image, build].filter(Boolean)).toHaveLength(1)
    expect(text(services.hub!.build!.dockerfile.replace('deploy/', ''))).toMatch(
      /^ENTRYPOINT .*gridpatrol\.js/m,
    )
  })

  test('publishes on the loopback alone', () => {
    for (const { ports } of Object.values(services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  test('declares every volume and secret that is used, and uses all of them', () => {
    const used = Object.values(services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0]!),
    )
    expect(new Set(used.filter((name) => !name.startsWith('./')))).toEqual(
      new Set(Object.keys(compose.volumes)),
    )
    for (const file of used.filter((name) => name.startsWith('./'))) expect(text(file)).not.toBe('')
    const secrets = Object.values(services).flatMap((service) => service.secrets ?? [])
    expect(new Set(secrets)).toEqual(new Set(Object.keys(compose.secrets)))
  })

  test('holds no secret: each comes from .env, whose example names it without a value', () => {
    const names = Object.values(compose.secrets).map(({ environment }) => environment)
    const lines = text('env.example')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(lines.toSorted()).toEqual(names.map((name) => `${name}=`).toSorted())
    for (const name of Object.keys(services.influxdb!.environment!))
      expect(name).not.toMatch(/(PASSWORD|TOKEN)$/)
  })

  test('the hub finds what it is pointed at', () => {
    const { broker, store, http, data } = loadHubConfig(join(DEPLOY, 'hub.yaml'))
    if (store.kind !== 'influxdb' || !('url' in broker)) throw new Error('expected InfluxDB and a broker')
    const environment = services.influxdb!.environment!
    expect(store).toMatchObject({
      url: `http://influxdb:${portInside('influxdb')}`,
      org: environment.DOCKER_INFLUXDB_INIT_ORG,
      bucket: environment.DOCKER_INFLUXDB_INIT_BUCKET,
      tokenFile: environment.DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE,
    })
    expect(broker.url).toBe(`mqtt://mosquitto:${portInside('mosquitto')}`)
    expect(http).toEqual({ host: '0.0.0.0', port: portInside('hub') })
    expect(services.hub!.volumes).toContain(`hub-data:${data}`)
    expect(services.hub!.secrets).toContain('influxdb-token')
  })
})

const portInside = (service: string): number => Number(services[service]!.ports[0]!.split(':')[2])

describe.runIf(await requireServer('mosquitto', findMosquitto))('mosquitto.conf', () => {
  test('is understood by mosquitto, which serves by it', async () => {
    const program = await findMosquitto()
    const port = await freePort()
    const server = await startServer(program, async (folder) => {
      const path = join(folder, 'mosquitto.conf')
      const here = text('mosquitto.conf')
        .replace(/^listener 1883$/m, `listener ${port} 127.0.0.1`)
        .replace('/mosquitto/data/', `${folder}/`)
      await writeFile(path, process.getuid?.() === 0 ? `${here}user root\n` : here)
      return { url: `mqtt://127.0.0.1:${port}`, args: ['-c', path], ready: () => accepts(port) }
    })
    onTestFinished(() => server.stop())
    const client = await mqttClient(server.url, 'ebike-01')
    const [granted] = await client.subscribeAsync('gridpatrol/v1/cases/+', { qos: 1 })
    expect(granted!.qos).toBe(1)
  })
})
