import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { findInfluxd } from '../servers/influxd.ts'
import { findMosquitto } from '../servers/mosquitto.ts'
import { accepts, type Server, startServer } from '../servers/server-process.ts'

/**
 * InfluxDB and mosquitto for a run in which they are killed while thousands try to connect. Their ports lie below
 * those that the system gives to outgoing connections: while a server is down, one of these could take its port, or
 * even connect to itself, and the server would not come back.
 */

const FIRST_PORT = 12_000
const LAST_PORT = 32_000

/** A TCP port of the loopback that is free and stays free while nobody listens on it. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** @throws ServerMissing */
export async function startLastingInfluxd(): Promise<Server & { port: number }> {
  const program = await findInfluxd()
  const port = await lastingPort()
  const controlPort = await lastingPort()
  const url = `http://127.0.0.1:${port}`
  const server = await startServer(program, async (folder) => {
    const configPath = join(folder, 'influxdb.conf')
    await writeFile(
      configPath,
      `
reporting-disabled = true
bind-address = "127.0.0.1:${controlPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[logging]
  level = "error"
  suppress-logo = true
`,
    )
    const ready = () =>
      fetch(`${url}/ping`).then(
        (answer) => answer.ok,
        () => false,
      )
    return { url, args: ['run', '-config', configPath], ready }
  })
  return { ...server, port }
}

/** @param gateways each may have 128 records on their way to a hub that does not read. @throws ServerMissing */
export async function startLastingMosquitto(gateways: number): Promise<Server & { port: number }> {
  const program = await findMosquitto()
  const port = await lastingPort()
  const server = await startServer(program, async (folder) => {
    const configPath = join(folder, 'mosquitto.conf')
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence false',
      `max_queued_messages ${gateways * 128}`,
      'log_dest stderr',
      'log_type error',
      ...(process.getuid?.() === 0 ? ['user root'] : []),
    ]
    await writeFile(configPath, `${lines.join('\n')}\n`)
    return { url: `mqtt://127.0.0.1:${port}`, args: ['-c', configPath], ready: () => accepts(port) }
  })
  return { ...server, port }
}
