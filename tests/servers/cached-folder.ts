import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Programs fetched for tests live in the checkout, ignored by git: one folder each, complete or not there at all. */
const ROOT = fileURLToPath(new URL('../../.cache/servers/', import.meta.url))
const LOCK_POLL_MS = 100
/** A lock without an owner's pid is one that is just being made, or whose maker died in between. */
const OWNERLESS_LOCK_MS = 30_000

/**
 * The path of `.cache/servers/NAME`, made by `build` where it is missing. Of several processes that ask at
 * once one builds and the others wait; a builder that died is replaced.
 * @throws what `build` throws; nothing is kept then.
 */
export async function cachedFolder(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(ROOT, name)
  const lock = `${folder}.lock`
  await mkdir(ROOT, { recursive: true })
  for (;;) {
    if (await exists(folder)) return folder
    if (await taken(lock)) break
    if (await abandoned(lock)) await rm(lock, { recursive: true, force: true })
    else await sleep(LOCK_POLL_MS)
  }
  const scratch = `${folder}.${process.pid}`
  try {
    // Another process may have finished between the look and the lock.
    if (await exists(folder)) return folder
    await mkdir(scratch, { recursive: true })
    await build(scratch)
    await rename(scratch, folder)
    return folder
  } finally {
    await rm(scratch, { recursive: true, force: true })
    await rm(lock, { recursive: true, force: true })
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  await writeFile(join(lock, 'pid'), String(process.pid))
  return true
}

async function abandoned(lock: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(join(lock, 'pid'), 'utf8').catch(() => ''))
    if (pid > 0) return !isAlive(pid)
    return Date.now() - (await stat(lock)).mtimeMs > OWNERLESS_LOCK_MS
  } catch {
    return false // Gone: the owner finished.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
