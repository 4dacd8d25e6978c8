import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { cachedFolder } from './cached-folder.ts'
import { findOnPath, type Program } from './debian-program.ts'
import { ServerMissing } from './server-missing.ts'
import { startServer } from './server-process.ts'

const run = promisify(execFile)

/**
 * PostgreSQL 15 with PostGIS 3, as Debian 12 carries them, unpacked side by side: the server looks for extensions
 * relative to its own binary. Of PostGIS' libraries only those of its core are there: no raster, no topology.
 */
const PACKAGES = [
  'postgresql-15',
  'postgresql-client-15',
  'libpq5',
  'postgresql-15-postgis-3',
  'postgresql-15-postgis-3-scripts',
  'libgeos-c1v5',
  'libgeos3.11.1',
  'libproj25',
  'libprotobuf-c1',
]
const BIN = 'usr/lib/postgresql/15/bin'
const EXTENSIONS = 'usr/share/postgresql/15/extension'
/** PostgreSQL refuses to run as root; root starts it as this user (nobody, nogroup). */
const NOBODY = 65_534

/** What PostgreSQL needs to use a machine of two cores and some GB well; nothing has to outlive the run. */
const SETTINGS = {
  listen_addresses: '',
  shared_buffers: '1GB',
  work_mem: '256MB',
  maintenance_work_mem: '512MB',
  effective_cache_size: '4GB',
  random_page_cost: '1.1',
  max_wal_size: '4GB',
  fsync: 'off',
  synchronous_commit: 'off',
  // It needs LLVM, and makes queries like these no faster.
  jit: 'off',
}

export interface Postgis {
  /** The rows as `psql -At` prints them. @throws Error with what PostgreSQL says. */
  query(sql: string): Promise<string>
  /** Tab-separated lines, each with its newline, into a table. */
  load(table: string, lines: Iterable<string>): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** An empty database with PostGIS, on a Unix socket of its own. @throws ServerMissing */
export async function startPostgis(): Promise<Postgis> {
  const root = await unpacked()
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu')
  const env = { ...process.env, LD_LIBRARY_PATH: `${libraries}:${process.env.LD_LIBRARY_PATH ?? ''}` }
  const unprivileged = await asNobody()
  const program = (name: string): string[] => [...unprivileged, join(root, BIN, name)]
  let folder = ''
  const psql = (...args: string[]): string[] => [
    ...['-h', folder, '-U', 'gridpatrol', '-d', 'postgres'],
    ...['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', ...args],
  ]
  const query = async (sql: string): Promise<string> =>
    (await run(join(root, BIN, 'psql'), psql('-c', sql), { env, maxBuffer: 1e9 })).stdout.trimEnd()

  const [path, ...args] = program('postgres')
  const server = await startServer({ path: path!, env } satisfies Program, async (made) => {
    folder = made
    const data = join(folder, 'data')
    await mkdir(data)
    if (unprivileged.length > 0) {
      await chmod(folder, 0o755)
      await chown(data, NOBODY, NOBODY)
    }
    const [initdb, ...words] = program('initdb')
    const options = ['-D', join(data, 'db'), '-A', 'trust', '-U', 'gridpatrol', '--no-locale', '-E', 'UTF8']
    await run(initdb!, [...words, ...options, '--no-instructions'], { env, cwd: data })
    const settings = Object.entries({ ...SETTINGS, unix_socket_directories: data })
    folder = data
    return {
      url: `postgres://${data}`,
      args: [
        ...args,
        '-D',
        join(data, 'db'),
        ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      ready: () => query('SELECT 1').then(Boolean, () => false),
    }
  })
  await query('CREATE EXTENSION postgis')
  return {
    query,
    async load(table, lines) {
      const copy = spawn(join(root, BIN, 'psql'), psql('-c', `COPY ${table} FROM STDIN`), {
        env,
        stdio: ['pipe', 'ignore', 'pipe'],
      })
      let complaint = ''
      copy.stderr.on('data', (bytes) => {
        complaint += bytes
      })
      const exited = once(copy, 'exit')
      await pipeline(Readable.from(lines), copy.stdin)
      const [code] = await exited
      if (code !== 0) throw new Error(`COPY ${table}: ${complaint}`)
    },
    stop: () => server.stop(),
  }
}

async function unpacked(): Promise<string> {
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64')
      throw new Error(`unpacked on Linux x64 only, not on ${process.platform} ${process.arch}`)
    return await cachedFolder('postgis', unpack)
  } catch (error) {
    throw new ServerMissing(
      `Debian 12's packages of PostgreSQL 15 and PostGIS 3 could not be unpacked ` +
        `(${(error as Error).message.trim()}); where apt-get knows of none, run apt-get update`,
    )
  }
}

async function unpack(folder: string): Promise<void> {
  const packages = join(folder, 'packages')
  await mkdir(packages)
  // apt would drop root to a user that may not read the cache folder.
  await run('apt-get', ['-q', '-o', 'APT::Sandbox::User=', 'download', ...PACKAGES], { cwd: packages })
  for (const file of await readdir(packages)) await run('dpkg-deb', ['-x', join(packages, file), folder])
  await rm(packages, { recursive: true })
  // Debian's postinst makes this a link through update-alternatives.
  const extension = (name: string): string => join(folder, EXTENSIONS, name)
  await copyFile(extension('postgis-3.control'), extension('postgis.control'))
}

/** What to put before a command so that root runs it as nobody. */
async function asNobody(): Promise<string[]> {
  if (process.getuid?.() !== 0) return []
  const setpriv = await findOnPath('setpriv')
  if (!setpriv) throw new ServerMissing('PostgreSQL refuses to run as root, and there is no setpriv on PATH')
  const user = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups']
  // A change of user clears the signal that was set before it.
  return [setpriv, ...user, '--pdeathsig', 'KILL']
}
