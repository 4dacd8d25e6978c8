import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NodeFramesPort } from '../../../../gateway/edge/drivers/node-frames/node-frames-config.ts'
import { NodeRoster } from '../../../../gateway/edge/drivers/node-frames/node-roster.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const { nodes } = NodeFramesPort.parse({
  driver: 'node-frames',
  nodes: [
    { node: 17, heartbeatS: 60 },
    { node: 18, heartbeatS: 3600 },
  ],
})

function roster() {
  const states: string[] = []
  const nodeRoster = new NodeRoster(nodes, (node, state, detail) => states.push(`${node} ${state} ${detail}`))
  const hear = (node: number, sequence: number) =>
    nodeRoster.hear({
      node,
      boot: 7,
      sequence,
      uptimeS: sequence,
      batteryMv: 3600,
      samples: [],
      alarm: false,
    })
  return { states, hear, nodeRoster }
}

const SILENT_17 = '17 silent no frame for 150 s, expected one every 60 s: battery, radio, or the bridge?'

test('a node is heard, is silent after two missing signs of life, and is heard again; each is told once', () => {
  const { states, hear } = roster()
  hear(17, 1)
  hear(17, 2)
  expect(states).toEqual(['17 heard running for 1 s, battery 3600 mV'])
  vi.advanceTimersByTime(149_000)
  hear(17, 3)
  vi.advanceTimersByTime(149_000)
  expect(states).toHaveLength(1)
  vi.advanceTimersByTime(1000)
  expect(states.slice(1)).toEqual([SILENT_17])
  vi.advanceTimersByTime(600_000)
  hear(17, 4)
  vi.advanceTimersByTime(150_000)
  expect(states.slice(2)).toEqual(['17 heard running for 4 s, battery 3600 mV', SILENT_17])
})

test('a node that was never heard is told as well, each by its own interval', () => {
  const { states } = roster()
  vi.advanceTimersByTime(151_000)
  expect(states).toEqual([SILENT_17])
  vi.advanceTimersByTime(9_000_000)
  expect(states).toHaveLength(2)
})

test('a bridge that repeats one frame for ever is no sign of life', () => {
  const { states, hear } = roster()
  hear(17, 1)
  for (let second = 0; second < 200; second++) {
    vi.advanceTimersByTime(1000)
    hear(17, 1)
  }
  expect(states).toEqual(['17 heard running for 1 s, battery 3600 mV', SILENT_17])
})

test('nodes that nobody named, and a roster that was stopped, say nothing', () => {
  const { states, hear, nodeRoster } = roster()
  expect(hear(99, 1)).toBeUndefined()
  nodeRoster.stop()
  vi.advanceTimersByTime(90_000_000)
  expect(states).toEqual([])
})
