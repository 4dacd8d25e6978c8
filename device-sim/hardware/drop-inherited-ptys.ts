import { closeSync, readdirSync, readlinkSync } from 'node:fs'

/**
 * For `node --import` in a child process of one that holds ptys: lets go of their masters, which the child
 * inherits since node-pty gives them no close-on-exec flag. Only then does closing a pty in the parent pull the
 * cable. Linux only; elsewhere it does nothing.
 */

const FOLDER = '/proc/self/fd'

if (process.platform === 'linux')
  for (const name of readdirSync(FOLDER)) if (isMaster(name)) closeSync(Number(name))

function isMaster(name: string): boolean {
  try {
    return readlinkSync(`${FOLDER}/${name}`).endsWith('/ptmx')
  } catch {
    // The descriptor that listed the folder is in the list too, and gone by now.
    return false
  }
}
