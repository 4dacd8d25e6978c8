import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Told } from '../../device-sim/scenario/run-scenario.ts'
import type { ScenarioFile } from '../../device-sim/scenario/scenario-file.ts'
import type { HappeningTruth } from '../../device-sim/truth.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { isHappening, type Played, playedDevice } from './played.ts'
import { installVirtualTime, type VirtualTime } from './virtual-time.ts'

/**
 * Plays one scenario in virtual time. In: a scenario file. Out: what was true, and what the gateways reported. It is
 * for a process of its own, since time is replaced in all of it; and it must load nothing of the gateway before that.
 */

/** The start of a scenario that names none. */
const START_MS = Date.UTC(2026, 4, 11, 13)
/** Nobody listens there: cases wait in the outbox, and are read from it. */
const NO_BROKER = 'mqtt://127.0.0.1:9'
const STOP_WITHIN_MS = 60_000
/** How far behind its moment the simulator may be. */
const LOOK_MS = 50
const MOST_LOOK_MS = 500

export interface VirtualOptions {
  /** Lines of the kernel, or of this process. */
  lines: 'pty' | 'memory'
  /** Added to the seed of the file: the same happenings at other moments, in other noise. */
  seedShift: number
}

/** @throws ScenarioError for a file that is no scenario, Error where a gateway fails. */
export async function playInVirtualTime(file: string, options: VirtualOptions): Promise<Played> {
  const beganMs = process.uptime() * 1000
  const { loadScenario } = await import('../../device-sim/scenario/load-scenario.ts')
  const scenario = loadScenario(file)
  const startMs = scenario.startsAt ?? START_MS
  const time = installVirtualTime(startMs)
  // Waits are shortened at random so that many gateways do not knock at once; here every run is the same.
  Math.random = () => 0.5
  const { startScenario } = await import('../../device-sim/scenario/run-scenario.ts')
  const lines =
    options.lines === 'pty'
      ? new (await import('./lockstep-lines.ts')).LockstepLines()
      : new (await import('./memory-lines.ts')).MemoryLines()
  const { GatewayUnderTest } = await import('./gateway-under-test.ts')

  const folder = mkdtempSync(join(tmpdir(), 'detection-'))
  const truth: HappeningTruth[] = []
  const warnings: string[] = []
  const gateways = new Map<string, GatewayUnderTest>()
  const told: Told[] = []
  const running = startScenario(
    { ...scenario, startsAt: startMs, seed: scenario.seed + options.seedShift },
    {
      nowMs: () => time.trueMs(),
      truth: { write: (entry) => isHappening(entry) && truth.push(entry) },
      linkDir: join(folder, 'ports'),
      openPty: () => lines.openPty(),
      lookMs: lookMs(scenario),
      onTold: (what) => told.push(what),
    },
  )
  const play = new Play(time, () => lines.settle(), gateways)
  try {
    for (const device of running.devices) {
      const gateway = new GatewayUnderTest({
        device,
        data: join(folder, device.id),
        brokerUrl: NO_BROKER,
        openPort: lines.openPort,
        nowMs: () => time.trueMs(),
        onWarning: (line) => warnings.push(`${((time.trueMs() - startMs) / 1000).toFixed(1)} s: ${line}`),
      })
      gateways.set(device.id, gateway)
      await gateway.start()
    }
    while (time.monotonicMs < scenario.lasts) {
      await play.step(scenario.lasts)
      for (const one of told.splice(0)) await play.obey(one)
    }
    for (const gateway of gateways.values()) await play.stop(gateway)
    running.stop()
    const devices = running.devices.map((device) => playedDevice(device, gateways.get(device.id)!.config))
    const reports = [...gateways.values()].flatMap((gateway) => gateway.reports)
    const tookMs = Math.round(process.uptime() * 1000 - beganMs)
    return { startMs, lastsMs: scenario.lasts, devices, truth, reports, warnings, tookMs, steps: play.steps }
  } finally {
    for (const gateway of gateways.values()) gateway.close()
    lines.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Nodes that sleep for seconds need not be looked at twenty times in each. */
function lookMs({ devices }: ScenarioFile): number {
  const wakesMs = devices.map((device) =>
    'wired' in device && device.wired === 'node-frames' ? device.wakes : 0,
  )
  return Math.min(MOST_LOOK_MS, Math.max(LOOK_MS, Math.min(...wakesMs) / 10))
}

/** Moves time on, step by step, while every line comes to rest in between. */
class Play {
  steps = 0
  readonly #time: VirtualTime
  readonly #settle: () => Promise<void>
  readonly #gateways: ReadonlyMap<string, GatewayUnderTest>

  constructor(
    time: VirtualTime,
    settle: () => Promise<void>,
    gateways: ReadonlyMap<string, GatewayUnderTest>,
  ) {
    this.#time = time
    this.#settle = settle
    this.#gateways = gateways
  }

  /** To the next timer, or to a monotonic time that comes before. */
  async step(untilMs: number): Promise<void> {
    this.steps++
    await this.#settle()
    this.#time.advanceTo(Math.min(untilMs, this.#time.nextDueMs()))
    for (const gateway of this.#gateways.values()) gateway.collect()
  }

  /** What happens to a gateway itself. */
  async obey({ what, phase, device, byMs }: Told): Promise<void> {
    const gateway = this.#gateways.get(device)!
    if (what === 'clock-step') {
      if (this.#gateways.size > 1) throw new Error('clock-step: expected one device, all share a clock here')
      this.#time.stepClock(byMs!)
    } else if (what === 'gateway-restarts' && phase === 'begin') await this.stop(gateway)
    else if (what === 'gateway-restarts') await gateway.start()
  }

  async stop(gateway: GatewayUnderTest): Promise<void> {
    let stopped = false
    const stopping = gateway.stop().then(() => {
      stopped = true
    })
    const untilMs = this.#time.monotonicMs + STOP_WITHIN_MS
    while (!stopped && this.#time.monotonicMs < untilMs) await this.step(untilMs)
    if (!stopped) throw new Error('a gateway does not stop')
    await stopping
  }
}
