import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openPty, type Pty } from '../hardware/pty.ts'
import type { PortPlace } from './device-port.ts'

/**
 * A folder of links that lead to ptys by names that stay: the system gives a pty another path each time. In: names
 * and paths. Fails where the folder belongs to another simulation that is running, or a name is taken by a file.
 */

const OWNER = '.simulation.pid'
/** Folders of this process. */
const claimed = new Set<string>()

export class LinkFolder {
  readonly path: string
  readonly #made: boolean
  readonly #openPty: () => Pty
  readonly #links = new Map<string, string>()

  /**
   * @param path made where it is missing; a folder of its own among the temporary ones where absent.
   * @throws Error where another simulation has its links there, or it cannot be made.
   */
  constructor(path?: string, open: () => Pty = openPty) {
    this.#openPty = open
    this.#made = path === undefined
    this.path = path === undefined ? mkdtempSync(join(tmpdir(), 'device-sim-')) : resolve(path)
    mkdirSync(this.path, { recursive: true })
    const owner = ownerOf(this.path)
    if (owner !== undefined)
      throw new Error(
        `${this.path}: another simulation (process ${owner}) has its links there; stop it, or name another folder`,
      )
    claimed.add(this.path)
    writeFileSync(join(this.path, OWNER), `${process.pid}\n`)
  }

  /** Where a link of this name stands, whether it leads anywhere or not. */
  pathOf(name: string): string {
    return join(this.path, name)
  }

  /** A place for a port to which this link leads while it is plugged in. */
  place(name: string): PortPlace {
    return {
      open: this.#openPty,
      link: { lead: (path) => (path === undefined ? this.remove(name) : this.set(name, path)) },
    }
  }

  /**
   * Makes a link, or leads it elsewhere; nobody sees it missing meanwhile.
   * @throws Error where a file of that name is no link.
   */
  set(name: string, target: string): void {
    const path = this.pathOf(name)
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === false)
      throw new Error(`${path}: a file that is no link stands there; move it away, or name another folder`)
    const next = `${path}.next`
    rmSync(next, { force: true })
    symlinkSync(target, next)
    renameSync(next, path)
    this.#links.set(name, target)
  }

  /** Takes a link away, unless someone has led it elsewhere meanwhile. */
  remove(name: string): void {
    const target = this.#links.get(name)
    this.#links.delete(name)
    const path = this.pathOf(name)
    if (target !== undefined && readLink(path) === target) rmSync(path, { force: true })
  }

  /** Takes all links away, and the folder where it was made for them. */
  close(): void {
    for (const name of [...this.#links.keys()]) this.remove(name)
    rmSync(join(this.path, OWNER), { force: true })
    claimed.delete(this.path)
    if (this.#made) rmdirSync(this.path)
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** The process that has its links there and is running. */
function ownerOf(path: string): number | undefined {
  if (claimed.has(path)) return process.pid
  let pid: number
  try {
    pid = Number(readFileSync(join(path, OWNER), 'utf8'))
  } catch {
    return undefined
  }
  // A number that came round: the owner that was this process before is gone.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined
  }
}
