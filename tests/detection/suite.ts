import { fork } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Scored } from './scored.ts'

/**
 * The scenarios of device-sim/scenarios, each played in a process of its own. In: names. Out: their scores. It fails
 * where a process does, with what it wrote to stderr.
 */

const FOLDER = new URL('../../device-sim/scenarios/', import.meta.url)
const CHILD = new URL('./score-scenario.ts', import.meta.url)

/** A machine of two cores plays two at a time. */
const AT_ONCE = Math.min(2, availableParallelism())
/** Outboxes sync each commit: in memory, where the system has such a folder. */
const IN_MEMORY = '/dev/shm'
/** Nothing takes so long, however busy the machine. */
const GIVEN_UP_MS = 20 * 60_000

export function scenarioNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .toSorted()
}

export const scenarioFile = (name: string): string => fileURLToPath(new URL(`${name}.yaml`, FOLDER))

export interface PlayOptions {
  /** Lines of the kernel or of this process; default: memory. */
  lines?: 'pty' | 'memory'
  /** Added to the seeds of the files. */
  seedShift?: number
  /** Told as each ends. */
  onScored?: (name: string, scored: Scored) => void
}

/** In virtual time. @throws Error where a scenario cannot be played. */
export async function playAll(
  names: readonly string[],
  { lines = 'memory', seedShift = 0, onScored = () => {} }: PlayOptions = {},
): Promise<Map<string, Scored>> {
  const waiting = [...names]
  const results = new Map<string, Scored>()
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const variables: Record<string, string> = existsSync(IN_MEMORY) ? { TMPDIR: IN_MEMORY } : {}
      const result = await inProcess(name, ['virtual', lines, String(seedShift)], variables)
      results.set(name, result)
      onScored(name, result)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

/** In real time, through a broker. @throws Error where the scenario cannot be played. */
export function playLive(name: string, brokerUrl: string): Promise<Scored> {
  return inProcess(name, ['live', brokerUrl], {})
}

function inProcess(name: string, args: string[], variables: Record<string, string>): Promise<Scored> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [scenarioFile(name), ...args], {
      env: { ...process.env, ...variables },
      // Whoever forks this may run under a loader of its own.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout: GIVEN_UP_MS,
    })
    let complaints = ''
    let scored: Scored | undefined
    child.stderr!.on('data', (text: Buffer) => {
      complaints += text
    })
    child.on('message', (message) => {
      scored = message as Scored
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (scored) resolve(scored)
      else reject(new Error(`scenario ${name} ended with ${code ?? signal}: ${complaints.trim()}`))
    })
  })
}
