import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../../gateway/gridpatrol.js')

/** The unmodified program in a process of its own, as an operator starts it. */
export interface GridpatrolProcess {
  pid: number
  /** Everything it wrote so far, stdout and stderr. */
  output(): string
  /** Resolves when the output matches. @throws Error with the output where the process ends before, or after 30 s. */
  says(pattern: RegExp): Promise<RegExpMatchArray>
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>
  exited: Promise<number | null>
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export const startGridpatrol = (...args: string[]): GridpatrolProcess => startGridpatrolIn('.', ...args)

/** In another working directory, which relative paths of a configuration begin at. */
export function startGridpatrolIn(cwd: string, ...args: string[]): GridpatrolProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      output += bytes
    })
  const exited = once(child, 'close').then(() => {
    running.delete(child)
    return child.exitCode
  })
  const ended = () => child.exitCode !== null || child.signalCode !== null
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited
  }
  return {
    pid: child.pid!,
    output: () => output,
    exited,
    async says(pattern) {
      const deadline = Date.now() + 30_000
      for (;;) {
        const match = output.match(pattern)
        if (match) return match
        if (ended() || Date.now() > deadline)
          throw new Error(`gridpatrol ${args.join(' ')} did not say ${pattern}; it said:\n${output}`)
        await sleep(20)
      }
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}
