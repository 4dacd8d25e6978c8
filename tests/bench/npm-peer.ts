import { execFile } from 'node:child_process'
import { access, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const PEERS = join(import.meta.dirname, '../../.cache/peers')

/**
 * A program from npm that we measure beside, in a folder of its own in the checkout's cache: it is no dependency of ours.
 * @param packages with their versions: `signalk-server@2.23.0`
 * @returns the folder that holds `node_modules`.
 * @throws Error with npm's words where it cannot be had.
 */
export async function npmPeer(name: string, ...packages: string[]): Promise<string> {
  const folder = join(PEERS, name)
  if (await exists(folder)) return folder
  const scratch = `${folder}.${process.pid}`
  await mkdir(scratch, { recursive: true })
  const quiet = ['--no-audit', '--no-fund', '--omit=optional', '--loglevel=error']
  try {
    await promisify(execFile)('npm', ['install', '--prefix', scratch, ...quiet, ...packages])
    await rename(scratch, folder)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return folder
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
