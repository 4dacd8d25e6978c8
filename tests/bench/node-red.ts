import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accepts, freePort } from '../servers/server-process.ts'
import { npmPeer } from './npm-peer.ts'

/**
 * Node-RED with a flow from MQTT to InfluxDB as whoever knows it well builds it: a batch of fixes as JSON is parsed and
 * made into points, batches of a hundred messages are joined, and written by one request. On the loopback, without
 * editor. Resolves when it has subscribed.
 */

const PACKAGES = ['node-red@4.1.15', 'node-red-contrib-influxdb@0.7.0']
const READY_WITHIN_MS = 60_000

const POINTS = `
  const fix = ({ timeMs, ...fields }) => ({ measurement: 'fix', tags: { device: msg.payload.device }, fields, timestamp: new Date(timeMs) })
  msg.payload = msg.payload.fixes.map(fix)
  return msg`
const FLAT = `
  msg.payload = msg.payload.flat()
  return msg`

export interface NodeRed {
  stop(): Promise<void>
}

/** @param database of InfluxDB, which has to be there. @throws Error where it cannot be had, or does not start. */
export async function startNodeRed(brokerUrl: string, influxUrl: string, database: string): Promise<NodeRed> {
  const modules = join(await npmPeer('node-red', ...PACKAGES), 'node_modules')
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-node-red-'))
  const uiPort = await freePort()
  symlinkSync(modules, join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'flows', version: '1.0.0' }))
  writeFileSync(join(folder, 'flows.json'), JSON.stringify(flow(brokerUrl, influxUrl, database)))
  const settings = {
    uiHost: '127.0.0.1',
    uiPort,
    httpAdminRoot: '/admin',
    flowFile: 'flows.json',
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'info', metrics: false, audit: false } },
  }
  writeFileSync(join(folder, 'settings.js'), `module.exports = ${JSON.stringify(settings)}`)
  const child = spawn(process.execPath, [join(modules, 'node-red/red.js'), '-u', folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'close')
      child.kill('SIGKILL')
      await gone
    }
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await says(child, /Connected to broker/)
    if (!(await accepts(uiPort))) throw new Error('Node-RED does not listen where it was told to')
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

function flow(brokerUrl: string, influxUrl: string, database: string): object[] {
  const broker = new URL(brokerUrl)
  const influx = new URL(influxUrl)
  const node = (id: string, type: string, next: string[], more: object) => ({
    id,
    type,
    z: 'flow',
    name: id,
    x: 0,
    y: 0,
    wires: next.length > 0 ? [next] : [],
    ...more,
  })
  const script = (func: string) => ({ func, outputs: 1, timeout: 0, noerr: 0, initialize: '', finalize: '' })
  const joined = {
    mode: 'custom',
    build: 'array',
    property: 'payload',
    propertyType: 'msg',
    joiner: '',
    joinerType: 'str',
    count: '100',
    timeout: '0.2',
  }
  return [
    { id: 'flow', type: 'tab', label: 'fixes', disabled: false },
    {
      id: 'broker',
      type: 'mqtt-broker',
      broker: broker.hostname,
      port: broker.port,
      clientid: 'node-red',
      autoConnect: true,
      usetls: false,
      protocolVersion: '4',
      keepalive: '60',
      cleansession: true,
    },
    {
      id: 'influx',
      type: 'influxdb',
      hostname: influx.hostname,
      port: influx.port,
      protocol: 'http',
      database,
      usetls: false,
      influxdbVersion: '1.x',
    },
    node('in', 'mqtt in', ['points'], { topic: 'fixes/+', qos: '1', datatype: 'json', broker: 'broker' }),
    node('points', 'function', ['join'], script(POINTS)),
    node('join', 'join', ['flat'], joined),
    node('flat', 'function', ['out'], script(FLAT)),
    node('out', 'influxdb batch', [], { influxdb: 'influx', precision: 'ms', retentionPolicy: '' }),
  ]
}

function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let output = ''
  const failed = (why: string): void => reject(new Error(`Node-RED ${why}: ${output.slice(-2000)}`))
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (bytes) => {
      output += bytes
      if (pattern.test(output)) resolve()
    })
  child.once('error', reject)
  child.once('close', () => failed('ended'))
  const late = setTimeout(() => failed(`did not say ${pattern} in time`), READY_WITHIN_MS)
  return promise.finally(() => clearTimeout(late))
}
