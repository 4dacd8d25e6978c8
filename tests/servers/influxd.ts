import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { debianProgram, type Program } from './debian-program.ts'
import { freePort, type Server, startServer } from './server-process.ts'

/** InfluxDB 1.x, the one that Debian carries (1.6.7). @throws ServerMissing */
export function findInfluxd(): Promise<Program> {
  return debianProgram({
    package: 'influxdb',
    command: 'influxd',
    installedAs: 'usr/bin/influxd',
    suits: async (path) =>
      promisify(execFile)(path, ['version']).then(
        ({ stdout }) => /InfluxDB v?1\./.test(stdout),
        () => false,
      ),
  })
}

/**
 * An empty InfluxDB of its own, without telemetry. With `auth` it has that administrator and turns away
 * everyone else. @throws ServerMissing
 */
export async function startInfluxd(
  options: { auth?: { username: string; password: string } } = {},
): Promise<Server> {
  const program = await findInfluxd()
  const port = await freePort()
  const controlPort = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = await startServer(program, async (folder) => {
    const configPath = join(folder, 'influxdb.conf')
    await writeFile(configPath, influxdConfiguration(folder, port, controlPort, options.auth !== undefined))
    return { url, args: ['run', '-config', configPath], ready: () => answers(`${url}/ping`) }
  })
  if (options.auth) {
    const { username, password } = options.auth
    const query = `CREATE USER ${username} WITH PASSWORD '${password}' WITH ALL PRIVILEGES`
    const answer = await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q: query }) })
    if (!answer.ok) throw new Error(`no administrator was made: ${await answer.text()}`)
  }
  return server
}

export const influxdConfiguration = (folder: string, port: number, controlPort: number, auth: boolean) => `
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
  auth-enabled = ${auth}
  log-enabled = false
[logging]
  level = "error"
  suppress-logo = true
`

export const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (answer) => answer.ok,
    () => false,
  )
