import type { District } from '../../proto/district.ts'
import { generateDistrict } from '../city/district.ts'
import { LinkFolder } from '../devices/link-folder.ts'
import type { SimulatedDevice } from '../devices/simulated-device.ts'
import type { Pty } from '../hardware/pty.ts'
import type { TruthEntry } from '../truth.ts'
import { deviceMakers, type RunningDevice } from './make-devices.ts'
import { type Occurrence, occurrencesOf } from './occurrences.ts'
import type { ScenarioFile } from './scenario-file.ts'
import { truthOf } from './scenario-truth.ts'

/**
 * A scenario that runs. In: a scenario file, a clock. Out: ports to open, what is wired to them, the ground truth
 * entry by entry. It fails where no pty can be had, the district has too few components, or a receiver cannot be as
 * the file has it; what was opened until then is closed again.
 *
 * Only the clock that is passed in says what time it is, and only `setInterval` moves things on: with both made
 * virtual, hours pass in seconds.
 */

export interface ScenarioOptions {
  /** Unix ms; it may run fast, it may be virtual. The scenario starts at what it says now. */
  nowMs: () => number
  /** How much faster than the machine's own time `nowMs` runs. */
  speed?: number
  truth?: { write(entry: TruthEntry): void }
  /** Where the links to the ports are made; a temporary folder unless given. */
  linkDir?: string
  /** What makes the ports; real ptys unless given. */
  openPty?: () => Pty
  /** How far behind its moment anything may be; 50 unless given. */
  lookMs?: number
  /** What the simulator cannot do itself, when it begins and when it ends. */
  onTold?: (told: Told) => void
}

/** Something that happens to the gateway of a device. */
export interface Told {
  phase: 'begin' | 'end'
  what: 'clock-step' | 'uplink-lost' | 'gateway-restarts'
  device: string
  /** Of a clock step: milliseconds, with sign. */
  byMs?: number
}

export interface RunningScenario {
  devices: SimulatedDevice[]
  /** The registers that components and streets are in. */
  district: District
  /** Simulated time of the start, Unix ms. */
  startMs: number
  /** Simulated time of now, Unix ms: `startsAt` of the file and what has passed since. */
  simulatedMs(): number
  /** When the scenario is over; the devices go on until they are stopped. */
  done: Promise<void>
  /** Stops the timers, closes the ports, takes the links away. The truth is as far as now; it is not closed. */
  stop(): void
}

const LOOK_MS = 50
/** What was due longer ago is left out, at the speed of the clock. */
const STALE_MS = 5000

/** @throws Error or RangeError as above. */
export function startScenario(scenario: ScenarioFile, options: ScenarioOptions): RunningScenario {
  const { nowMs, speed = 1, truth, onTold } = options
  const beganMs = nowMs()
  const startMs = scenario.startsAt ?? Math.round(beganMs)
  const elapsedMs = () => nowMs() - beganMs
  const simulatedMs = () => startMs + elapsedMs()
  const district = generateDistrict(scenario.district)
  const occurrences = occurrencesOf(scenario)
  const links = new LinkFolder(options.linkDir, options.openPty)

  const running: RunningDevice[] = []
  try {
    const context = { scenario, district, startMs, elapsedMs, simulatedMs, occurrences, links, truth }
    for (const make of deviceMakers({ ...context, staleMs: STALE_MS * speed })) running.push(make())
  } catch (error) {
    for (const device of running) device.stop()
    links.close()
    throw error
  }
  const devices = running.map(({ wiring }) => wiring)

  let begun = 0
  const toEnd: Occurrence[] = []
  function tell(untilMs: number): void {
    for (; begun < occurrences.length && occurrences[begun]!.beginMs <= untilMs; begun++) {
      const occurrence = occurrences[begun]!
      truth?.write(truthOf(occurrence, startMs, componentOf(occurrence, devices)))
      const told = toldOf(occurrence, 'begin')
      if (!told) continue
      onTold?.(told)
      if (Number.isFinite(occurrence.endMs) && occurrence.what !== 'clock-step') toEnd.push(occurrence)
    }
    for (const occurrence of [...toEnd])
      if (occurrence.endMs <= untilMs) {
        toEnd.splice(toEnd.indexOf(occurrence), 1)
        onTold?.(toldOf(occurrence, 'end')!)
      }
  }

  let isDone = () => {}
  const done = new Promise<void>((resolve) => {
    isDone = resolve
  })
  function advance(): void {
    const now = elapsedMs()
    tell(now)
    for (const device of running) device.advance(now, startMs + now)
    if (now >= scenario.lasts) isDone()
  }
  advance()
  const timer = setInterval(advance, options.lookMs ?? LOOK_MS)

  let stopped = false
  return {
    devices,
    district,
    startMs,
    simulatedMs,
    done,
    stop() {
      if (stopped) return
      stopped = true
      clearInterval(timer)
      advance()
      for (const device of running) device.stop()
      links.close()
    },
  }
}

/** Code of the component that an occurrence is at: a part of the device, a circuit of it, or the gateway itself. */
function componentOf({ what, device, component, args }: Occurrence, devices: SimulatedDevice[]): string {
  const { code, components, circuits } = devices.find(({ id }) => id === device)!
  if (component !== undefined) return components.find(({ number }) => number === component)!.code
  if (what === 'circuit-cut') return circuits.find(({ number }) => number === args.circuit)!.code
  return code
}

function toldOf(occurrence: Occurrence, phase: Told['phase']): Told | undefined {
  const { what, device } = occurrence
  if (what === 'clock-step') return { phase, what, device, byMs: occurrence.args.by }
  return what === 'uplink-lost' || what === 'gateway-restarts' ? { phase, what, device } : undefined
}
