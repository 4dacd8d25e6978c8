import { Random } from '../random.ts'
import type { Pty } from './pty.ts'

/**
 * Battery-powered sensor nodes behind a radio bridge, written from docs/node-frames.md alone. In: what the nodes
 * measure. Out: frames on the pty, with what a bad radio does to them: frames lost, repeated, or with a bit that
 * flipped.
 */

export interface NodeMessage {
  version?: number
  node: number
  boot: number
  sequence: number
  uptimeS: number
  batteryMv?: number
  samples?: { metric: number; value: number; ageMs?: number }[]
  alarm?: boolean
}

export interface RadioMishaps {
  /** Shares of all frames. */
  lost?: number
  repeated?: number
  bitFlipped?: number
}

/** One node: counts its starts, its frames since then, and its uptime. */
export class SensorNode {
  readonly #node: number
  readonly #nowMs: () => number
  #boot = 1
  #sequence = 0
  #startMs: number

  constructor(node: number, nowMs: () => number) {
    this.#node = node
    this.#nowMs = nowMs
    this.#startMs = nowMs()
  }

  /** The next frame. */
  say(what: Pick<NodeMessage, 'batteryMv' | 'samples' | 'alarm'> = {}): NodeMessage {
    const uptimeS = Math.floor((this.#nowMs() - this.#startMs) / 1000)
    return { ...what, node: this.#node, boot: this.#boot, sequence: ++this.#sequence, uptimeS }
  }

  /** A new battery: it counts from 1 again. */
  restart(): void {
    this.#boot++
    this.#sequence = 0
    this.#startMs = this.#nowMs()
  }
}

export class RadioBridge {
  readonly #pty: Pty
  #mishaps: Required<RadioMishaps>
  readonly #random: Random
  readonly #counts = { sent: 0, lost: 0, repeated: 0, bitFlipped: 0 }

  constructor(pty: Pty, seed: number, mishaps: RadioMishaps = {}) {
    this.#pty = pty
    this.#random = new Random(seed, 'radio bridge')
    this.#mishaps = { lost: 0, repeated: 0, bitFlipped: 0, ...mishaps }
  }

  /** What happened to the frames so far; each has at most one mishap. */
  get counts(): Readonly<Record<'sent' | 'lost' | 'repeated' | 'bitFlipped', number>> {
    return { ...this.#counts }
  }

  /** How the radio is from now on. */
  setMishaps(mishaps: RadioMishaps): void {
    this.#mishaps = { lost: 0, repeated: 0, bitFlipped: 0, ...mishaps }
  }

  /** Hands a message on, unless the radio loses it. */
  relay(message: NodeMessage): void {
    this.#counts.sent++
    const frame = encodeNodeFrame(message)
    const draw = this.#random.next()
    const { lost, repeated, bitFlipped } = this.#mishaps
    if (draw < lost) this.#counts.lost++
    else if (draw < lost + repeated) {
      this.#counts.repeated++
      this.#pty.write(Uint8Array.from([...frame, ...frame]))
    } else if (draw < lost + repeated + bitFlipped) {
      this.#counts.bitFlipped++
      const bit = this.#random.integer(0, (frame.length - 1) * 8 - 1)
      this.#pty.write(frame.with(bit >> 3, frame[bit >> 3]! ^ (1 << (bit & 7))))
    } else this.#pty.write(frame)
  }
}

/** A message as it goes over the line: COBS of message and checksum, then 00. */
export function encodeNodeFrame(message: NodeMessage): Uint8Array {
  const payload = encodeMessage(message)
  const sum = checksum(payload)
  return Uint8Array.from([...stuff([...payload, sum >> 8, sum & 0xff]), 0])
}

/** Fields that are 0 are left out, as protocol buffers want it; battery_mv, being optional, is not. */
function encodeMessage({
  version = 1,
  node,
  boot,
  sequence,
  uptimeS,
  batteryMv,
  samples,
  alarm,
}: NodeMessage): number[] {
  const bytes = [
    ...numberField(1, version),
    ...numberField(2, node),
    ...numberField(3, boot),
    ...numberField(4, sequence),
    ...numberField(5, uptimeS),
  ]
  if (batteryMv !== undefined) bytes.push(6 * 8, ...varint(batteryMv))
  for (const { metric, value, ageMs = 0 } of samples ?? []) {
    const zigzag = value < 0 ? -value * 2 - 1 : value * 2
    const sample = [...numberField(1, metric), ...numberField(2, zigzag), ...numberField(3, ageMs)]
    bytes.push(7 * 8 + 2, sample.length, ...sample)
  }
  return [...bytes, ...numberField(8, alarm ? 1 : 0)]
}

const numberField = (field: number, value: number): number[] =>
  value === 0 ? [] : [field * 8, ...varint(value)]

function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128)
  return [...bytes, value]
}

function stuff(bytes: number[]): number[] {
  const blocks: number[] = []
  let block: number[] = []
  for (const byte of bytes) {
    if (byte === 0) {
      blocks.push(block.length + 1, ...block)
      block = []
    } else if (block.push(byte) === 254) {
      blocks.push(255, ...block)
      block = []
    }
  }
  return [...blocks, block.length + 1, ...block]
}

function checksum(bytes: number[]): number {
  let sum = 0xffff
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const carry = ((sum >> 15) ^ (byte >> bit)) & 1
      sum = (sum << 1) & 0xffff
      if (carry) sum ^= 0x1021
    }
  return sum
}
