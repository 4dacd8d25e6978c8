import type { Driver, DriverContext } from '../driver.ts'
import { FrameSplitter } from './framing.ts'
import { type NodeFrame, readNodeFrame } from './node-frame.ts'
import { NodeFrameError } from './node-frame-error.ts'
import type { NodeConfig } from './node-frames-config.ts'
import type { NodeRoster } from './node-roster.ts'

/** One value of a node, as a reading of its component. */
interface NodeReading {
  component: string
  metric: string
  value: number
  /** How old it was when the frame was sent. */
  ageMs: number
}

/**
 * Battery-powered nodes heard through a radio or RS-485 bridge (docs/node-frames.md). In: bytes of the bridge.
 * Out: values, oldest first within a frame; the state of each node comes from the roster. Repeated frames and
 * frames that come behind newer ones give no values: fault detectors judge in the order of arrival, and the past
 * must not pass for the present. What is no frame is counted by reason as `rejected-…`; nothing throws on any
 * input.
 */
export function startNodeFramesDriver(
  context: DriverContext,
  roster: NodeRoster,
  onValue: (reading: NodeReading) => void,
): Driver {
  const splitter = new FrameSplitter({
    onFault: ({ fault }) => context.count(`rejected-${fault}`),
    onPayload(payload) {
      let frame: NodeFrame
      try {
        frame = readNodeFrame(payload)
      } catch (error) {
        if (!(error instanceof NodeFrameError)) throw error
        context.count(`rejected-${error.fault}`)
        return
      }
      context.onSense()
      hear(frame)
    },
  })

  function hear(frame: NodeFrame): void {
    context.count('frames')
    const heard = roster.hear(frame)
    if (!heard) {
      context.count('unknown-nodes')
      return
    }
    const { kind, lost } = heard.verdict
    if (lost > 0) context.count('lost-frames', lost)
    if (kind === 'restarted') context.count('node-restarts')
    if (kind === 'duplicate') context.count('duplicates')
    else if (kind === 'late') context.count('late-frames')
    else give(frame, heard.config)
  }

  function give({ samples, batteryMv, alarm }: NodeFrame, config: NodeConfig): void {
    if (alarm) context.count('alarm-frames')
    if (batteryMv !== undefined && config.battery) {
      context.count('readings')
      onValue({ ...config.battery, value: batteryMv, ageMs: 0 })
    }
    for (const { code, raw, ageMs } of samples.toSorted((a, b) => b.ageMs - a.ageMs)) {
      const meaning = config.samples.find((sample) => sample.code === code)
      if (meaning) {
        const { component, metric, scale, offset } = meaning
        context.count('readings')
        onValue({ component, metric, value: raw * scale + offset, ageMs })
      } else context.count('unknown-metrics')
    }
  }

  const onData = (chunk: Uint8Array): void => splitter.push(chunk)
  context.port.on('data', onData)
  return {
    stop() {
      context.port.off('data', onData)
    },
  }
}
