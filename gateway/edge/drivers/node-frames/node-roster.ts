import type { NodeFrame } from './node-frame.ts'
import type { NodeConfig } from './node-frames-config.ts'
import { type SequenceVerdict, SequenceWindow } from './sequence-window.ts'

export type NodeStateName = 'heard' | 'silent'
/** Told when it changes. */
export type OnNodeState = (node: number, state: NodeStateName, detail: string) => void

/** A node is silent when two signs of life in a row are missing. */
const MISSED_HEARTBEATS = 2.5

interface Listed {
  config: NodeConfig
  window: SequenceWindow
  state: NodeStateName | undefined
  watchdog: NodeJS.Timeout
}

/**
 * The nodes of one line: who was heard, what was heard before. It outlives the driver, which is made anew each
 * time the line opens: a node is silent whether its radio or the bridge's line is at fault. Stop it at the end.
 */
export class NodeRoster {
  readonly #listed = new Map<number, Listed>()
  readonly #onNodeState: OnNodeState

  constructor(nodes: NodeConfig[], onNodeState: OnNodeState) {
    this.#onNodeState = onNodeState
    for (const config of nodes) {
      const silenceMs = config.heartbeatS * MISSED_HEARTBEATS * 1000
      const watchdog = setTimeout(() => this.#silent(config), silenceMs).unref()
      this.#listed.set(config.node, { config, window: new SequenceWindow(), state: undefined, watchdog })
    }
  }

  /** Notes a frame. Undefined where its node is not in the configuration. */
  hear({
    node,
    boot,
    sequence,
    uptimeS,
    batteryMv,
  }: NodeFrame): { config: NodeConfig; verdict: SequenceVerdict } | undefined {
    const listed = this.#listed.get(node)
    if (!listed) return undefined
    const verdict = listed.window.observe(boot, sequence)
    // A repeated frame may come from a bridge that is stuck.
    if (verdict.kind !== 'duplicate') {
      listed.watchdog.refresh()
      const battery = batteryMv === undefined ? '' : `, battery ${batteryMv} mV`
      this.#enter(node, 'heard', `running for ${uptimeS} s${battery}`)
    }
    return { config: listed.config, verdict }
  }

  stop(): void {
    for (const { watchdog } of this.#listed.values()) clearTimeout(watchdog)
  }

  #silent({ node, heartbeatS }: NodeConfig): void {
    const silenceS = heartbeatS * MISSED_HEARTBEATS
    const detail = `no frame for ${silenceS} s, expected one every ${heartbeatS} s: battery, radio, or the bridge?`
    this.#enter(node, 'silent', detail)
  }

  #enter(node: number, state: NodeStateName, detail: string): void {
    const listed = this.#listed.get(node)!
    if (state === listed.state) return
    listed.state = state
    this.#onNodeState(node, state, detail)
  }
}
