import { RadioBridge, type RadioMishaps, SensorNode } from '../hardware/node-frames.ts'
import type { Metric } from '../scenario/device-options.ts'
import type { OccurrenceOf } from '../scenario/occurrences.ts'
import { Ongoing } from '../signals/ongoing.ts'
import type { DevicePort } from './device-port.ts'
import { ENCODINGS, nodeNumber } from './encodings.ts'
import { NodeReports } from './node-reports.ts'
import type { SensorWiring } from './simulated-device.ts'
import type { PortDevice, WiredComponent } from './wired-component.ts'

/**
 * Battery-powered nodes, one a component, behind a radio bridge. A node sleeps: it wakes to measure, and sends where
 * a value has changed much, where one passes a limit or comes back (`alarm`), and once a heartbeat.
 */

export interface NodeRadioOptions {
  seed: number
  wakesMs: number
  heartbeatMs: number
  /** How the radio is while nothing happens to it. */
  radio: RadioMishaps
  /** What happens to the radio. */
  mishaps: readonly OccurrenceOf<'radio'>[]
  /** Number of the first node; the others follow. */
  firstNode: number
  nowMs: () => number
}

interface Node {
  number: number
  component: WiredComponent
  node: SensorNode
  reports: NodeReports
  restarts: OccurrenceOf<'node-restarts'>[]
  nextWakeMs: number
}

/** A full lithium cell, and an empty one. */
const FULL_MV = 3650
const EMPTY_MV = 2900

export class NodeRadio implements PortDevice {
  readonly #bridge: RadioBridge
  readonly #options: NodeRadioOptions
  readonly #mishaps: Ongoing<OccurrenceOf<'radio'>>
  readonly #nodes: Node[]

  constructor(port: DevicePort, components: readonly WiredComponent[], options: NodeRadioOptions) {
    this.#options = options
    this.#bridge = new RadioBridge(port, options.seed, options.radio)
    this.#mishaps = new Ongoing(options.mishaps)
    this.#nodes = components.map((component, index) => ({
      number: options.firstNode + index,
      component,
      node: new SensorNode(options.firstNode + index, options.nowMs),
      reports: new NodeReports(options.heartbeatMs),
      restarts: [...component.occurrences.of('node-restarts')],
      // They do not all wake at once.
      nextWakeMs: (options.wakesMs * index) / components.length,
    }))
  }

  wiringOf(component: WiredComponent, metric: Metric): SensorWiring {
    const { number } = this.#nodes.find((node) => node.component === component)!
    return { driver: 'node-frames', node: number, ...ENCODINGS[metric].node }
  }

  advance(elapsedMs: number): void {
    const { radio } = this.#options
    const now = this.#mishaps.latestAt(elapsedMs)?.args
    this.#bridge.setMishaps(now ? { lost: now.lost, repeated: now.repeated, bitFlipped: now.flipped } : radio)
    for (const node of this.#nodes) {
      if (elapsedMs < node.nextWakeMs) continue
      const { wakesMs } = this.#options
      node.nextWakeMs += wakesMs * Math.ceil((elapsedMs - node.nextWakeMs + 1) / wakesMs)
      this.#wake(node, elapsedMs)
    }
  }

  stop(): void {
    this.#nodes.length = 0
  }

  #wake({ component, node, reports, restarts }: Node, elapsedMs: number): void {
    while (restarts.length > 0 && restarts[0]!.beginMs <= elapsedMs) {
      restarts.shift()
      node.restart()
      reports.forget()
    }
    const measured = new Map<Metric, number>()
    for (const [metric, sensor] of component.sensors) {
      const value = sensor(elapsedMs)
      if (value !== undefined && Number.isFinite(value)) measured.set(metric, value)
    }
    const report = reports.wake(measured, elapsedMs)
    // A node that nobody hears counts on: what it says is lost.
    if (!report) return
    const battery = measured.get('battery_pct')
    const message = node.say({
      alarm: report.alarm,
      ...(battery === undefined
        ? {}
        : { batteryMv: Math.round(EMPTY_MV + (battery / 100) * (FULL_MV - EMPTY_MV)) }),
      samples: [...measured].map(([metric, value]) => {
        const { code, scale } = ENCODINGS[metric].node
        return { metric: code, value: nodeNumber({ code, scale }, value) }
      }),
    })
    if (!component.isSilent(elapsedMs)) this.#bridge.relay(message)
  }
}
