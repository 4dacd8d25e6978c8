import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { TrackColumns } from '../../../proto/http.ts'
import { testFolder } from '../../test-folder.ts'

const MAIN = join(import.meta.dirname, '../../../gateway/gridpatrol.js')

/** The hub as an operator starts it, a process of its own on free ports, until the test ends. */
export interface HubProcess {
  pid: number
  /** Where its data folder can be reached from here. */
  folder: string
  httpUrl: string
  brokerUrl: string
  alive(): boolean
  /** The most resident memory that it ever had, in bytes. */
  peakBytes(): number
  health(): Promise<{ status: string; parts: { name: string; ok: boolean; detail?: string }[] }>
  /** Of a device between two times, as the API gives it; empty while the device is not known. */
  track(
    device: string,
    fromMs: number,
    toMs: number,
  ): Promise<{ timeMs: number[]; speedMps: (number | null)[] }>
  /** Value of a line of /metrics; 0 where there is none. */
  metric(line: string): Promise<number>
}

/** @param diskBytes the data folder is a disk of its own of this size, in a mount namespace of the hub's own. */
export async function startHubProcess(options: { diskBytes?: number } = {}): Promise<HubProcess> {
  const folder = testFolder()
  const config = join(folder, 'hub.yaml')
  const data = join(folder, 'data')
  const hub = { data, http: { port: 0 }, broker: { embedded: { port: 0 } } }
  writeFileSync(config, stringify({ hub }))
  const program = [process.execPath, MAIN, 'hub', '--config', config]
  const { diskBytes } = options
  const child =
    diskBytes === undefined
      ? spawn(program[0]!, program.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
      : onOwnDisk(data, diskBytes, program)
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
  })
  let output = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (bytes) => {
      output += bytes
    })
  const said = async (pattern: RegExp): Promise<string> => {
    const deadlineMs = Date.now() + 30_000
    for (;;) {
      const match = pattern.exec(output)
      if (match) return match[1]!
      if (child.exitCode !== null || Date.now() > deadlineMs)
        throw new Error(`the hub did not say ${pattern}; it said:\n${output}`)
      await sleep(20)
    }
  }
  const [httpUrl, brokerUrl] = [await said(/(http:\/\/127[\d.:]+)/), await said(/(mqtt:\/\/127[\d.:]+)/)]
  const get = (path: string): Promise<Response> =>
    fetch(`${httpUrl}${path}`, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(20_000),
    })
  return {
    pid: child.pid!,
    folder: diskBytes === undefined ? data : `/proc/${child.pid}/root${data}`,
    httpUrl,
    brokerUrl,
    alive: () => child.exitCode === null && child.signalCode === null,
    peakBytes() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024
    },
    health: async () => (await get('/healthz')).json() as ReturnType<HubProcess['health']>,
    async track(device, fromMs, toMs) {
      const answer = await get(`/api/v1/devices/${device}/track?from=${fromMs}&to=${toMs}`)
      if (answer.status === 404) return { timeMs: [], speedMps: [] }
      const { timeMs, speedMps = [] } = TrackColumns.parse(await answer.json()).columns
      return { timeMs, speedMps }
    },
    async metric(line) {
      const text = await (await get('/metrics')).text()
      const found = text.split('\n').find((one) => one.startsWith(`${line} `))
      return found === undefined ? 0 : Number(found.slice(line.length + 1))
    },
  }
}

/** `exec` throughout, so that the child's pid is the hub's. */
function onOwnDisk(data: string, bytes: number, program: string[]): ChildProcess {
  const script = 'mkdir -p "$0" && mount -t tmpfs -o size="$1" gridpatrol "$0" && shift && exec "$@"'
  return spawn('unshare', ['-rm', 'sh', '-c', script, data, `${bytes}`, ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
