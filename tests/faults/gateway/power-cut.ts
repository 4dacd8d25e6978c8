import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * A disk as a power cut leaves it, from a trace of system calls (`strace -f -y -xx`). What was written before a file's
 * last fsync is there; of what came after, any part may be, in any order, each sector of 512 bytes by itself. That a
 * file was made or removed is sure once anything was synced after it, as journaling file systems have it.
 */

const SECTOR = 512

export type Call =
  | { call: 'write'; file: string; at: number; bytes: Buffer }
  | { call: 'truncate'; file: string; size: number }
  | { call: 'make' | 'sync' | 'unlink'; file: string }
  | { call: 'say'; line: string }

/** The calls on files of this folder and on stdout, in their order. @throws Error for a line that cannot be read. */
export function readTrace(trace: string, folder: string): Call[] {
  const calls: Call[] = []
  const unfinished = new Map<string, string>()
  for (const line of trace.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, rest.slice(0, -'<unfinished ...>'.length))
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    const whole = resumed ? `${unfinished.get(pid) ?? ''}${resumed[1]}` : rest
    if (!/ = \d+/.test(whole)) continue
    calls.push(...readCall(whole, folder))
  }
  return calls
}

function readCall(text: string, folder: string): Call[] {
  const name = text.slice(0, text.indexOf('('))
  const quoted = /"((?:\\x[0-9a-f]{2})*)"/.exec(text)
  const bytes = Buffer.from(quoted?.[1]?.replaceAll('\\x', '') ?? '', 'hex')
  const fd = /^\w+\((\d+)<([^>]*)>/.exec(text)
  const path = fd ? unescaped(fd[2]!) : bytes.toString()
  if (name === 'write' && fd?.[1] === '1')
    return bytes
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => ({ call: 'say', line }))
  if (path === folder && name === 'fsync') return [{ call: 'sync', file: '' }]
  if (!path.startsWith(`${folder}/`) || path.endsWith('-shm')) return []
  const file = basename(path)
  switch (name) {
    case 'pwrite64': {
      const at = Number(/, (\d+)\) += /.exec(text)?.[1])
      if (/\.\.\., \d+, \d+\)/.test(text) || Number.isNaN(at))
        throw new Error(`cut short: ${text.slice(-80)}`)
      return [{ call: 'write', file, at, bytes }]
    }
    case 'ftruncate':
      return [{ call: 'truncate', file, size: Number(/, (\d+)\) += /.exec(text)![1]) }]
    case 'openat':
      return text.includes('O_CREAT') ? [{ call: 'make', file }] : []
    case 'fsync':
    case 'fdatasync':
      return [{ call: 'sync', file }]
    case 'unlink':
      return [{ call: 'unlink', file }]
    default:
      return []
  }
}

const unescaped = (text: string): string =>
  text.startsWith('\\x') ? Buffer.from(text.replaceAll('\\x', ''), 'hex').toString() : text

type Change = Extract<Call, { file: string }>

/** Writes the folder as it is found after a cut behind the first `count` calls. @param random below 1. */
export function afterPowerCut(
  calls: readonly Call[],
  count: number,
  random: () => number,
  into: string,
): void {
  const files = new Map<string, FileBytes>()
  let pending: Change[] = []
  const settle = (changes: readonly Change[]): void => {
    for (const change of changes) apply(files, change)
  }
  for (const call of calls.slice(0, count)) {
    if (call.call === 'say') continue
    pending.push(call)
    if (call.call !== 'sync') continue
    const { file } = call
    // Its own bytes, and every file made or removed before.
    const sure = (change: Change) =>
      change.file === file || change.call === 'make' || change.call === 'unlink'
    settle(pending.filter(sure))
    pending = pending.filter((change) => !sure(change))
  }
  const torn = pending.flatMap(sectors).filter(() => random() < 0.5)
  for (const change of torn.toSorted(() => random() - 0.5)) apply(files, change)
  mkdirSync(into, { recursive: true })
  for (const [file, bytes] of files) writeFileSync(join(into, file), bytes.content)
}

function sectors(change: Change): Change[] {
  if (change.call !== 'write') return [change]
  const { file, at, bytes } = change
  const parts: Change[] = []
  for (let from = 0; from < bytes.length; ) {
    const length = Math.min(SECTOR - ((at + from) % SECTOR), bytes.length - from)
    parts.push({ call: 'write', file, at: at + from, bytes: bytes.subarray(from, from + length) })
    from += length
  }
  return parts
}

function apply(files: Map<string, FileBytes>, change: Change): void {
  const { file } = change
  const bytes = files.get(file) ?? new FileBytes()
  if (change.call === 'unlink') files.delete(file)
  else if (change.call !== 'sync') files.set(file, bytes)
  if (change.call === 'write') bytes.write(change.at, change.bytes)
  else if (change.call === 'truncate') bytes.resize(change.size)
}

/** With room to grow, so that a long file is not copied at each write. */
class FileBytes {
  #room = Buffer.alloc(4096)
  #size = 0

  get content(): Buffer {
    return this.#room.subarray(0, this.#size)
  }

  write(at: number, bytes: Buffer): void {
    if (at + bytes.length > this.#size) this.resize(at + bytes.length)
    bytes.copy(this.#room, at)
  }

  resize(size: number): void {
    if (size > this.#room.length) {
      const larger = Buffer.alloc(2 * size)
      this.content.copy(larger)
      this.#room = larger
    }
    if (size < this.#size) this.#room.fill(0, size, this.#size)
    this.#size = size
  }
}
