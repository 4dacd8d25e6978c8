import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SerialPort } from 'serialport'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { openPty } from '../../device-sim/hardware/pty.ts'
import { Health } from '../../proto/http.ts'
import { freePort } from '../servers/server-process.ts'
import { startGridpatrol } from './gridpatrol-process.ts'

/** Each mistake of an operator ends in one clear line: what, where, what to do; the running parts keep running. */
const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-bad-input-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

let files = 0
function yaml(content: object): string {
  const file = join(folder, `${++files}.yaml`)
  writeFileSync(file, stringify(content))
  return file
}
const edge = (path: string, brokerPort: number) =>
  yaml({
    gateway: 'ebike-01',
    data: join(folder, `edge-${files}`),
    broker: { url: `mqtt://127.0.0.1:${brokerPort}` },
    ports: [{ name: 'gps', path, driver: 'nmea' }],
  })
const run = (...args: string[]) => {
  const process = startGridpatrol(...args)
  cleanups.push(() => process.kill())
  return process
}

test('an unknown serial path is said once, and the gateway goes on', async () => {
  const gateway = run('edge', '--config', edge('/dev/ttyNONE', await freePort()))
  await gateway.says(/port gps \(\/dev\/ttyNONE\): no such device: plug it in, or correct the path/)
  await sleep(2500)
  expect(gateway.output().match(/no such device/g)).toHaveLength(1)
  expect(await gateway.stop()).toBe(0)
})

test('a busy port is said, and taken when it is free', async () => {
  const pty = openPty()
  cleanups.push(() => pty.close())
  const other = new SerialPort({ path: pty.path, baudRate: 9600 })
  await once(other, 'open')
  const gateway = run('edge', '--config', edge(pty.path, await freePort()))
  await gateway.says(/in use by another program: end it, or choose another port/)
  await new Promise((resolve) => other.close(resolve))
  const hello = setInterval(() => pty.write(Buffer.from('$GPRMC,,V,,,,,,,,,,N*53\r\n')), 100)
  cleanups.push(() => clearInterval(hello))
  await gateway.says(/port is open and speaks/)
})

test('a broker that refuses is said once with its address, and tried again', async () => {
  const port = await freePort()
  const gateway = run('edge', '--config', edge('/dev/ttyNONE', port))
  await gateway.says(
    new RegExp(`broker mqtt://127.0.0.1:${port}: .*ECONNREFUSED.*records wait in the outbox, trying again`),
  )
  await sleep(3000)
  expect(gateway.output().match(/ECONNREFUSED/g)).toHaveLength(1)
})

test('an InfluxDB that refuses is said with its URL; the hub serves, and says that it is degraded', async () => {
  const influx = `http://127.0.0.1:${await freePort()}`
  const httpPort = await freePort()
  const hub = run(
    'hub',
    '--config',
    yaml({
      hub: {
        data: join(folder, 'hub-influx'),
        http: { port: httpPort },
        broker: { embedded: { port: await freePort() } },
        store: { kind: 'influxdb', url: influx, database: 'x' },
      },
    }),
  )
  await hub.says(/is running/)
  await vi.waitFor(
    async () => {
      const health = Health.parse(await (await fetch(`http://127.0.0.1:${httpPort}/healthz`)).json())
      expect(health.status).toBe('degraded')
      expect(health.parts.find(({ ok }) => !ok)?.detail).toContain(influx)
    },
    { timeout: 20_000, interval: 200 },
  )
})

test('an HTTP port that is taken ends the hub with one line that says what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  cleanups.push(() => other.close())
  const { port } = other.address() as { port: number }
  const demo = run('demo', '--port', String(port), '--data', join(folder, 'demo'))
  expect(await demo.exited).toBe(1)
  expect(demo.output().trim().split('\n').at(-1)).toMatch(
    new RegExp(`^gridpatrol: port ${port} on 127.0.0.1 is taken: .*choose another with`),
  )
})

test('a broker port that is taken ends the hub with one line', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  cleanups.push(() => other.close())
  const { port } = other.address() as { port: number }
  const hub = run(
    'hub',
    '--config',
    yaml({ hub: { data: join(folder, 'hub-taken'), http: { port: 0 }, broker: { embedded: { port } } } }),
  )
  expect(await hub.exited).toBe(1)
  expect(hub.output()).toMatch(new RegExp(`port ${port} on 127.0.0.1 is taken`))
})

test.each([
  ['a typing mistake', ['edge', '--config'], { gatewy: 'x' }, 1, /gateway: missing, expected string/],
  [
    'check of a typing mistake',
    ['check'],
    { hub: { htpp: 1 } },
    1,
    /hub.htpp: unknown key: a typing mistake\?/,
  ],
])('%s in a configuration is named with its line', async (_, args, content, code, message) => {
  const process = run(...args, yaml(content))
  expect(await process.exited).toBe(code)
  expect(process.output()).toMatch(message)
})

test.each([
  ['an unknown command', ['fly'], /unknown command 'fly'/],
  ['an unknown option', ['demo', '--fly'], /unknown option '--fly'/],
  ['a port that is no number', ['demo', '--port', 'many'], /expected a whole number from 0 to 65535/],
  ['a missing configuration', ['edge'], /required option '-c, --config <file>' not specified/],
])('%s is wrong use: exit code 2', async (_, args, message) => {
  const process = run(...args)
  expect(await process.exited).toBe(2)
  expect(process.output()).toMatch(message)
})

test.each([[['--help']], [['demo', '--help']], [['import', '--help']], [['export', 'track', '--help']]])(
  '%j shows help: exit code 0',
  async (args) => {
    const process = run(...args)
    expect(await process.exited).toBe(0)
    expect(process.output()).toMatch(/Usage: gridpatrol/)
  },
)
