import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { debianProgram, type Program } from '../../servers/debian-program.ts'
import { ServerMissing } from '../../servers/server-missing.ts'

/** What makes a disk full, read-only or broken for one process, and for no other. */

const run = promisify(execFile)

/**
 * Runs a shell command in a mount namespace of its own, and then the program in it.
 * @param prepare with the namespace's mounts: `mount -t tmpfs …`
 */
export const inNamespace = (prepare: string): string[] => [
  'unshare',
  '-rm',
  'sh',
  '-ec',
  `${prepare}\nexec "$@"`,
  'sh',
]

/** A command in the namespace of a running process. */
export async function inNamespaceOf(pid: number, ...command: string[]): Promise<void> {
  await run('nsenter', ['-t', `${pid}`, '-U', '-m', '--preserve-credentials', ...command])
}

/** @throws ServerMissing where this machine does not give a process mounts of its own. */
export async function findNamespaces(): Promise<void> {
  try {
    const [command, ...args] = inNamespace('mount -t tmpfs -o size=1m tmpfs /mnt')
    await run(command!, [...args, 'true'])
  } catch (error) {
    throw new ServerMissing(
      `no process can have mounts of its own here (unshare -rm: ${(error as Error).message.trim()})`,
    )
  }
}

/** @throws ServerMissing where there is no strace, or it may trace nothing. */
export async function findStrace(): Promise<Program> {
  const strace = await debianProgram({ package: 'strace', command: 'strace', installedAs: 'usr/bin/strace' })
  try {
    await run(strace.path, ['-f', '-o', '/dev/null', 'true'], { env: strace.env })
    return strace
  } catch (error) {
    throw new ServerMissing(`strace may trace no process here: ${(error as Error).message.trim()}`)
  }
}

/**
 * From now on these system calls of a running process fail, on these files alone.
 * @returns what ends it.
 */
export async function failSystemCalls(
  pid: number,
  calls: string,
  error: 'EIO' | 'EROFS' | 'ENOSPC',
  files: string[],
): Promise<() => Promise<void>> {
  const strace = await findStrace()
  const child = spawn(
    strace.path,
    [
      ...['-f', '-p', `${pid}`, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`],
      ...files.flatMap((file) => ['-P', file]),
    ],
    { env: strace.env, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const closed = once(child, 'close')
  const end = async (): Promise<void> => {
    child.kill('SIGINT')
    await closed
  }
  onTestFinished(end)
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (bytes) => {
      said += bytes
      if (/attached/.test(said)) resolve()
    })
    child.once('close', () => reject(new Error(`strace ended: ${said}`)))
  })
  return end
}
