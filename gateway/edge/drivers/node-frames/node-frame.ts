import { NodeFrameError } from './node-frame-error.ts'
import { readFields } from './wire-reader.ts'

/** node-frame.proto, checked: every value is inside its range. */
export interface NodeFrame {
  node: number
  boot: number
  sequence: number
  uptimeS: number
  batteryMv?: number
  samples: NodeSample[]
  alarm: boolean
}

export interface NodeSample {
  /** The node's own number of the quantity. */
  code: number
  raw: number
  ageMs: number
}

const VERSION = 1
const MAX_SAMPLES = 32
const MAX_CODE = 65_535
const MAX_BATTERY_MV = 100_000
const MAX_AGE_MS = 7 * 86_400_000

/**
 * Reads the payload of a frame. Fields that this edition does not know are passed over.
 * @throws NodeFrameError where it is no message, lacks a field or has a value out of range.
 */
export function readNodeFrame(payload: Uint8Array): NodeFrame {
  const frame: NodeFrame = { node: 0, boot: 0, sequence: 0, uptimeS: 0, samples: [], alarm: false }
  let version = 0
  readFields(payload, (field) => {
    switch (field.number) {
      case 1:
        version = field.uint32()
        break
      case 2:
        frame.node = field.uint32()
        break
      case 3:
        frame.boot = field.uint32()
        break
      case 4:
        frame.sequence = field.uint32()
        break
      case 5:
        frame.uptimeS = field.uint32()
        break
      case 6:
        frame.batteryMv = atMost(field.uint32(), MAX_BATTERY_MV, 'battery_mv')
        break
      case 7:
        if (frame.samples.length === MAX_SAMPLES)
          throw new NodeFrameError('range', `more than ${MAX_SAMPLES} samples`)
        frame.samples.push(readSample(field.bytes()))
        break
      case 8:
        frame.alarm = atMost(field.uint32(), 1, 'alarm') === 1
    }
  })
  if (version !== VERSION) throw new NodeFrameError('version', `version ${version}, expected ${VERSION}`)
  present(frame.node, 'node')
  present(frame.boot, 'boot')
  present(frame.sequence, 'sequence')
  return frame
}

function readSample(bytes: Uint8Array): NodeSample {
  const sample: NodeSample = { code: 0, raw: 0, ageMs: 0 }
  readFields(bytes, (field) => {
    if (field.number === 1) sample.code = atMost(field.uint32(), MAX_CODE, 'metric')
    else if (field.number === 2) sample.raw = field.sint32()
    else if (field.number === 3) sample.ageMs = atMost(field.uint32(), MAX_AGE_MS, 'age_ms')
  })
  present(sample.code, 'metric')
  return sample
}

function present(value: number, name: string): void {
  if (value === 0) throw new NodeFrameError('missing', `${name} is missing or 0`)
}

function atMost(value: number, max: number, name: string): number {
  if (value > max) throw new NodeFrameError('range', `${name} ${value}, expected at most ${max}`)
  return value
}
