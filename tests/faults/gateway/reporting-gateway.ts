import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { CaseReport } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import type { HearingHub } from '../hearing-hub.ts'
import { COMPONENT, eventually, testPty } from '../pty-gateway.ts'
import { second } from '../receiver.ts'

/**
 * A gateway process that has much to keep: a receiver that says ten fixes a second, each a record of its own, and a
 * cover whose tilt the test sets. How the program is run is the test's: in a namespace of its own, or under strace.
 */
export interface ReportingGateway {
  /** Tilts the cover, and goes on saying so. */
  tilt(deg: number): void
  /** Starts the unmodified program, and waits until it runs. `around`: what runs it, as `['unshare', '-rm']`. */
  start(around?: readonly string[]): Promise<RunningGateway>
}

export interface RunningGateway {
  pid: number
  /** Everything it wrote so far. */
  output(): string
  says(pattern: RegExp): Promise<unknown>
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM. */
  stop(): Promise<void>
}

const MAIN = join(import.meta.dirname, '../../../gateway/gridpatrol.js')
const FIX_EVERY_MS = 100

export function reportingGateway(brokerUrl: string, data: string): ReportingGateway {
  const cover = testPty()
  const receiver = testPty()
  let deg = 0
  let fixes = 0
  let lastMs = 0
  const speaking = setInterval(() => {
    cover.write(Buffer.from(`T=${deg}\n`))
    // Whole tenths, none of them twice.
    const timeMs = Math.max(lastMs + FIX_EVERY_MS, Math.floor(Date.now() / FIX_EVERY_MS) * FIX_EVERY_MS)
    lastMs = timeMs
    receiver.write(second(fixes++, timeMs))
  }, FIX_EVERY_MS)
  onTestFinished(() => clearInterval(speaking))
  const config = join(testFolder(), 'gateway.yaml')
  writeFileSync(
    config,
    stringify({
      gateway: 'manhole-07',
      data,
      broker: { url: brokerUrl },
      uplink: { maxRecordsPerS: 10_000 },
      ports: [
        { name: 'gps', path: receiver.path, driver: 'nmea' },
        {
          name: 'cover',
          path: cover.path,
          driver: 'line',
          patterns: [
            {
              regex: '^T=(?<deg>\\d+)$',
              readings: [{ component: COMPONENT, metric: 'tilt_deg', group: 'deg' }],
            },
          ],
        },
      ],
      components: [{ code: COMPONENT, faults: { cover_tilted: { holdMs: 2000 } } }],
      batch: { maxFixes: 1 },
      readingsEveryS: 1,
      healthEveryS: 2,
    }),
  )
  return {
    tilt: (value) => {
      deg = value
    },
    start: (around = []) => run([...around, process.execPath, MAIN, 'edge', '--config', config]),
  }
}

async function run([command, ...args]: string[]): Promise<RunningGateway> {
  const child: ChildProcess = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (bytes) => {
      output += bytes
    })
  const closed = once(child, 'close')
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await closed
  }
  onTestFinished(() => end('SIGKILL'))
  const says = (pattern: RegExp) =>
    eventually(() => {
      if (!pattern.test(output)) throw new Error(`the gateway did not say ${pattern}; it said:\n${output}`)
    })
  const running: RunningGateway = {
    pid: child.pid!,
    output: () => output,
    says,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
  await Promise.race([
    says(/is running/),
    closed.then(() => {
      throw new Error(`the gateway ended; it said:\n${output}`)
    }),
  ])
  return running
}

/** A path as a process in a mount namespace of its own sees it. */
export function insideOf({ pid }: RunningGateway, path: string): string {
  const inside = `/proc/${pid}/root${path}`
  if (!existsSync(inside)) throw new Error(`${path} of process ${pid} cannot be seen from here`)
  return inside
}

/** No fix, no reading came under two names, and nothing was refused. */
export function expectNoneDoubled(hub: HearingHub): void {
  for (const times of [hub.fixTimes(), hub.readingTimes()]) expect(new Set(times).size).toBe(times.length)
  expect(hub.refused()).toEqual([])
}

/** Each case was raised once and told without a gap; at most the last of them stands. */
export function expectOneStory(reports: CaseReport[]): void {
  const stories = Map.groupBy(reports, ({ caseId }) => caseId)
  const episodes = [...stories.values()].map((story) => story[0]!.episode)
  expect(episodes.toSorted((a, b) => a - b)).toEqual(episodes.map((_, i) => i + 1))
  for (const story of stories.values()) {
    const told = story.toSorted((a, b) => a.revision - b.revision)
    expect(told.map(({ revision }) => revision)).toEqual(told.map((_, i) => i + 1))
    expect(told[0]!.event).toBe('raised')
    if (story !== [...stories.values()].at(-1)) expect(told.at(-1)!.event).toBe('cleared')
  }
}
