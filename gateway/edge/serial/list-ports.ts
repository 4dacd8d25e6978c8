import { constants } from 'node:fs'
import { access, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SerialPort } from 'serialport'

/** A serial port of this machine. */
export interface ListedPort {
  path: string
  /** A name that survives replugging; absent for ports that are not USB. */
  byId?: string
  manufacturer?: string
  serialNumber?: string
  /** Four hexadecimal digits each. */
  vendorId?: string
  productId?: string
  /** `free`: no lock on it, and no process that this user may look at has it open. */
  use: 'free' | 'busy' | 'denied'
  /** Who has it, as far as this user may see. */
  usedBy?: string
}

/** What is looked at; tests put something else here. */
export interface PortSources {
  list: () => Promise<
    { path: string; manufacturer?: string; serialNumber?: string; vendorId?: string; productId?: string }[]
  >
  byIdFolder: string
}

const DEV_NAMES = /^tty(?:USB|ACM|AMA|S)\d+$/

/**
 * The serial ports of this machine, by path. Nothing is opened: opening a port resets many boards. On Linux use
 * is seen by the locks and open files in /proc; elsewhere a port that may be read and written is called free.
 */
export async function listPorts(
  sources: PortSources = { list: listOfSystem, byIdFolder: '/dev/serial/by-id' },
): Promise<ListedPort[]> {
  const [listed, byId, holders] = await Promise.all([
    sources.list(),
    readLinks(sources.byIdFolder),
    openDevices(),
  ])
  const ports = new Map(listed.map((port) => [port.path, port]))
  for (const path of byId.keys()) if (!ports.has(path)) ports.set(path, { path })
  const found = await Promise.all(
    [...ports.values()].map(async ({ path, manufacturer, serialNumber, vendorId, productId }) => {
      const use = await useOf(path, holders)
      if (!use) return undefined
      const all = { path, byId: byId.get(path), manufacturer, serialNumber, vendorId, productId, ...use }
      return Object.fromEntries(
        Object.entries(all).filter(([, value]) => value !== undefined),
      ) as unknown as ListedPort
    }),
  )
  return found.filter((port) => port !== undefined).toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** serialport asks udev; without udev (containers, small systems) the names of the devices must do. */
async function listOfSystem(): ReturnType<PortSources['list']> {
  try {
    return await SerialPort.list()
  } catch {
    const names = await readdir('/dev').catch(() => [])
    return names.filter((name) => DEV_NAMES.test(name)).map((name) => ({ path: join('/dev', name) }))
  }
}

/** Real path to link. */
async function readLinks(folder: string): Promise<Map<string, string>> {
  const links = new Map<string, string>()
  for (const name of await readdir(folder).catch(() => [])) {
    const link = join(folder, name)
    const target = await realpath(link).catch(() => undefined)
    if (target !== undefined) links.set(target, link)
  }
  return links
}

type Use = Pick<ListedPort, 'use' | 'usedBy'>

/** Undefined where there is no such device any more. */
async function useOf(path: string, holders: Map<string, number>): Promise<Use | undefined> {
  const device = await stat(path).catch(() => undefined)
  if (!device) return undefined
  const pid = holders.get(path) ?? (await lockHolder(device))
  if (pid !== undefined) {
    const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    return { use: 'busy', usedBy: command === '' ? `process ${pid}` : `${command.trim()} (${pid})` }
  }
  const allowed = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
  return { use: allowed ? 'free' : 'denied' }
}

/** Which process has which device open: those of this user, or all for root. */
async function openDevices(): Promise<Map<string, number>> {
  const holders = new Map<string, number>()
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    const folder = join('/proc', pid, 'fd')
    for (const fd of await readdir(folder).catch(() => [])) {
      const target = await readlink(join(folder, fd)).catch(() => '')
      if (target.startsWith('/dev/')) holders.set(target, Number(pid))
    }
  }
  return holders
}

/** serialport and many others lock what they open; the kernel lists locks for all users (proc(5), /proc/locks). */
async function lockHolder({ dev, ino }: { dev: number; ino: number }): Promise<number | undefined> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '')
  // The file system's device number as the kernel writes it: two parts of at least two hexadecimal digits.
  const parts = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)]
  const file = [...parts.map((part) => part.toString(16).padStart(2, '0')), ino].join(':')
  for (const line of locks.split('\n')) {
    const [, kind, , , pid, locked] = line.trim().split(/\s+/)
    if (kind === 'FLOCK' && locked === file) return Number(pid)
  }
  return undefined
}
