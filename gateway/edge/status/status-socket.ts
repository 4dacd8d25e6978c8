import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/** A socket's path takes 108 bytes on Linux, 104 elsewhere, its end (a zero) included: sys/un.h. */
const MOST_PATH_BYTES = process.platform === 'linux' ? 107 : 103

/**
 * Where a gateway listens for those who ask how it is, the first that is possible: `status.sock` in its data folder; a
 * socket named after that folder in the user's own folder below the system's temporary one, where the path would be too
 * long or the data folder takes no new files (a disk that is full or read-only).
 */
export function socketPaths(dataFolder: string): string[] {
  const folder = resolve(dataFolder)
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return [join(folder, 'status.sock'), join(fallbackFolder(), `${name}.sock`)].filter(
    (path) => Buffer.byteLength(path) <= MOST_PATH_BYTES,
  )
}

const fallbackFolder = (): string => join(tmpdir(), `gridpatrol-${userInfo().uid}`)

/**
 * Makes the folder of a fallback socket where it is not there.
 * @throws Error where somebody else made it, or others may write to it: anyone could answer there.
 */
export function prepareFallback(path: string): void {
  const folder = fallbackFolder()
  if (!path.startsWith(`${folder}/`)) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(folder)
  if (uid !== userInfo().uid || (mode & 0o077) !== 0)
    throw new Error(`${folder}: expected a folder of this user that is closed to others; remove it`)
}
