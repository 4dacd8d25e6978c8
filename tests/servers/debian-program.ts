import { execFile } from 'node:child_process'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cachedFolder } from './cached-folder.ts'
import { ServerMissing } from './server-missing.ts'

const run = promisify(execFile)

/** A program and what its environment needs so that its libraries are found. */
export interface Program {
  path: string
  env: NodeJS.ProcessEnv
}

export interface DebianProgram {
  /** Debian package that holds it. */
  package: string
  /** Its name on PATH. */
  command: string
  /** Where the package puts it. */
  installedAs: string
  /** Whether one found on PATH is of the right kind; it should not throw. */
  suits?: (path: string) => Promise<boolean>
}

/**
 * A program on PATH or, on Debian and its children, unpacked from its package into the checkout's cache: no
 * root, nothing installed, no service started. Shared libraries that the machine lacks come with it.
 * @throws ServerMissing with the reason.
 */
export async function debianProgram(program: DebianProgram): Promise<Program> {
  const onPath = await findOnPath(program.command, program.suits)
  if (onPath) return { path: onPath, env: process.env }
  let folder: string
  try {
    folder = await cachedFolder(program.package, (scratch) => unpack(program, scratch))
  } catch (error) {
    throw new ServerMissing(
      `${program.command} is not on PATH, and Debian's package ${program.package} could not be unpacked ` +
        `(${(error as Error).message.trim()}); put ${program.command} on PATH to run these tests`,
    )
  }
  return { path: join(folder, 'root', program.installedAs), env: await withLibraries(join(folder, 'root')) }
}

/** The first of that name on PATH, or in the folders where administrators' programs live, that suits. */
export async function findOnPath(
  command: string,
  suits: (path: string) => Promise<boolean> = async () => true,
): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']
  for (const folder of new Set(folders)) {
    const names: string[] = await readdir(folder || '.').catch(() => [])
    const path = join(folder, command)
    if (names.includes(command) && (await suits(path))) return path
  }
  return undefined
}

async function unpack(program: DebianProgram, scratch: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error(`no Debian packages on ${process.platform}`)
  const apt = await packageLists(program.package, scratch)
  const root = join(scratch, 'root')
  let wanted = [program.package]
  const tried = new Set<string>()
  while (wanted.length > 0) {
    for (const name of wanted) await fetchPackage(name, apt, scratch, root)
    for (const name of wanted) tried.add(name)
    const sonames = await missingLibraries(join(root, program.installedAs), await withLibraries(root))
    const found = await Promise.all(sonames.map((soname) => packageOfLibrary(soname, apt)))
    if (found.some((name) => tried.has(name))) throw new Error(`its libraries ${sonames} were not found`)
    wanted = found
  }
  for (const folder of ['probe', 'packages'])
    await rm(join(scratch, folder), { recursive: true, force: true })
}

/** Options that make apt use the machine's package lists or, where these are missing or stale, lists of our own. */
async function packageLists(name: string, scratch: string): Promise<string[]> {
  // apt would drop root to a user that may not read the cache folder.
  const common = ['-q', '-o', 'APT::Sandbox::User=']
  try {
    await mkdir(join(scratch, 'probe'), { recursive: true })
    await run('apt-get', [...common, 'download', name], { cwd: join(scratch, 'probe') })
    return common
  } catch {
    const state = await cachedFolder('apt-lists', async (folder) => {
      await mkdir(join(folder, 'lists', 'partial'), { recursive: true })
      await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true })
      await run('apt-get', [...common, ...ownState(folder), 'update'])
    })
    return [...common, ...ownState(state)]
  }
}

const ownState = (folder: string): string[] => [
  '-o',
  `Dir::State::lists=${join(folder, 'lists')}`,
  '-o',
  `Dir::Cache=${join(folder, 'cache')}`,
]

async function fetchPackage(name: string, apt: string[], scratch: string, root: string): Promise<void> {
  const folder = join(scratch, 'packages', name)
  await mkdir(folder, { recursive: true })
  await run('apt-get', [...apt, 'download', name], { cwd: folder })
  for (const file of await readdir(folder)) await run('dpkg-deb', ['-x', join(folder, file), root])
}

async function missingLibraries(path: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { stdout } = await run('ldd', [path], { env })
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]!)
}

/** Debian Policy 8.1: libNAME.so.N is in package libNAMEN, or libNAME-N where the name ends in a digit. */
async function packageOfLibrary(soname: string, apt: string[]): Promise<string> {
  const [, stem, version] = /^(lib.+)\.so\.(\d+)$/.exec(soname) ?? []
  if (!stem) throw new Error(`no package known for its library ${soname}`)
  const base = stem.toLowerCase().replaceAll('_', '-')
  const names = [`${base}${version}`, `${base}-${version}`]
  const candidates = names.flatMap((name) => [name, `${name}t64`])
  const options = apt.filter((option) => option !== '-q')
  const { stdout } = await run('apt-cache', [...options, 'pkgnames', base])
  const known = new Set(stdout.split('\n'))
  const found = candidates.find((name) => known.has(name))
  if (!found) throw new Error(`no package for its library ${soname}, looked for ${candidates.join(', ')}`)
  return found
}

async function withLibraries(root: string): Promise<NodeJS.ProcessEnv> {
  const lib = join(root, 'usr', 'lib')
  const triplets = (await readdir(lib).catch(() => [])).filter((name) => name.endsWith('-linux-gnu'))
  const folders = [...triplets.map((name) => join(lib, name)), process.env.LD_LIBRARY_PATH].filter(Boolean)
  return folders.length === 0 ? process.env : { ...process.env, LD_LIBRARY_PATH: folders.join(':') }
}
