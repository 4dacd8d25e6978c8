import { encodeBody, encodeEnvelope } from '../../../proto/codec/codec.ts'
import type { Body, Lane } from '../../../proto/domain.ts'
import { BOOT } from '../../hub/gateway-messages.ts'
import { MESSAGES } from '../../proto/messages.ts'

/** Payloads that a hostile or broken gateway may send. */

/** Of 64 KiB, with room for the envelope. */
const ROOM = 65_000

/** Tag of a field: number and wire type (0 varint, 2 bytes, 3 group begins). */
const tag = (field: number, wireType: number): number => (field << 3) | wireType
const times = (count: number, ...bytes: number[]): Buffer =>
  Buffer.alloc(count * bytes.length, Buffer.from(bytes))
const bytesOf = (field: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag(field, 2), ...varint(content.length)]), content])

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

/** A body in an envelope with the right checksum: the intake takes it, a consumer has to refuse it. */
export function enveloped(gateway: string, sequence: number, lane: Lane, body: Uint8Array): Buffer {
  return Buffer.from(encodeEnvelope({ gateway, boot: BOOT, sequence, lane, body }))
}

const START_MS = [tag(3, 0), ...varint(Date.UTC(2026, 4, 1))]
/** Component and metric of a series. */
const SERIES_NAME = Buffer.concat([
  bytesOf(1, Buffer.from('3101010101000001')),
  bytesOf(2, Buffer.from('tilt_deg')),
  Buffer.from(START_MS),
])

/** Each within 64 KiB, of a form that unfolds in memory; and why it is refused. */
export const BOMBS: { name: string; lane: Lane; body: Buffer; reason: RegExp }[] = [
  {
    name: 'a fix batch that claims four thousand million fixes',
    lane: 'fix',
    body: Buffer.from([tag(2, 0), ...varint(0xffff_ffff), ...START_MS]),
    reason: /too-many|4294967295 fixes/,
  },
  {
    name: 'a column of a million one-bit values',
    lane: 'fix',
    body: Buffer.concat([
      Buffer.from([tag(2, 0), ...varint(3600), ...START_MS]),
      bytesOf(5, Buffer.alloc(ROOM - 100)),
    ]),
    reason: /more values than its 3600 fixes/,
  },
  {
    name: '21,000 empty bitmaps',
    lane: 'fix',
    body: Buffer.concat([Buffer.from([tag(2, 0), 1, ...START_MS]), times(21_000, tag(14, 2), 0)]),
    reason: /bitmaps of absent values: 21000/,
  },
  {
    name: '32,000 empty series',
    lane: 'reading',
    body: times(32_000, tag(1, 2), 0),
    reason: /series: 32000/,
  },
  {
    name: '64,000 packed time steps',
    lane: 'reading',
    body: bytesOf(1, Buffer.concat([SERIES_NAME, bytesOf(4, times(64_000, 1))])),
    reason: /64000 times for 0 values/,
  },
  {
    name: '8,000 packed values',
    lane: 'reading',
    body: bytesOf(1, Buffer.concat([SERIES_NAME, bytesOf(5, Buffer.alloc(64_000))])),
    reason: /8000, at most 4096/,
  },
  {
    name: '32,000 empty pieces of evidence',
    lane: 'case',
    body: times(32_000, tag(11, 2), 0),
    reason: /DecodeError/,
  },
  {
    name: 'groups in groups, 60,000 deep',
    lane: 'case',
    body: times(60_000, tag(15, 3)),
    reason: /DecodeError/,
  },
  {
    name: 'a text of 64,000 broken characters',
    lane: 'case',
    body: bytesOf(5, times(64_000, 0xff)),
    reason: /DecodeError/,
  },
  {
    name: 'a photo part beyond its bound',
    lane: 'photo',
    body: bytesOf(6, Buffer.alloc(60_000)),
    reason: /DecodeError/,
  },
]

/** Payloads that are no envelope, of up to 250 KiB. */
export const NO_ENVELOPES: { name: string; payload: Buffer; reason: string }[] = [
  { name: 'nothing', payload: Buffer.alloc(0), reason: 'missing-field' },
  { name: '200 KiB of zeros', payload: Buffer.alloc(200 * 1024), reason: 'too-large' },
  { name: '65,537 bytes of repeated names', payload: times(65_537, 0x0a), reason: 'too-large' },
  { name: '30,000 empty names', payload: times(30_000, tag(1, 2), 0), reason: 'missing-field' },
  { name: 'groups in groups', payload: times(60_000, tag(9, 3)), reason: 'not-protobuf' },
  {
    name: 'a length of 4 GiB',
    payload: Buffer.from([tag(6, 2), 0xff, 0xff, 0xff, 0xff, 0x0f]),
    reason: 'not-protobuf',
  },
]

/** Every beginning of a real message, as the payload and as the body of a sound envelope. */
export function* truncations(gateway: string, everyBytes: number): Generator<Buffer> {
  let sequence = 100_000
  for (const { body } of MESSAGES) {
    const bytes = encodeBody(body)
    const whole = enveloped(gateway, 1, body.lane, bytes)
    for (let end = 0; end < whole.length; end += everyBytes) yield whole.subarray(0, end)
    for (let end = 1; end < bytes.length; end += everyBytes)
      yield enveloped(gateway, ++sequence, body.lane, bytes.subarray(0, end))
  }
}

/** Real messages with some bytes changed, by a seed; half of them under a right checksum. */
export function* mutations(gateway: string, count: number, seed: number): Generator<Buffer> {
  let state = seed
  const random = (below: number): number => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let i = 0; i < count; i++) {
    const { body }: { body: Body } = MESSAGES[random(MESSAGES.length)]!
    const bytes = Buffer.from(encodeBody(body))
    const whole = enveloped(gateway, 200_000 + i, body.lane, bytes)
    const target = i % 2 ? bytes : whole
    for (let changes = 1 + random(8); changes > 0; changes--) target[random(target.length)] = random(256)
    yield i % 2 ? enveloped(gateway, 200_000 + i, body.lane, bytes) : whole
  }
}
