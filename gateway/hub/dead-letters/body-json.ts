import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import type { Body, Lane } from '../../../proto/domain.ts'
import { differences, leaves } from './json-difference.ts'

/**
 * Bodies of records as JSON that a person can read and mend, and back. In and out: the objects of domain.ts, the bytes
 * of a photo in base64. The way back goes through the codec, so that what comes out is a body that decodes; a field
 * that would get lost on that way is an error.
 */

/** A mended body that is none: what, where, what was expected. */
export class NoBody extends Error {
  override readonly name = 'NoBody'
}

/** Numbers lose no more on the wire: two decimals, rounded. */
const WIRE_ROUNDING = 0.005 + 1e-9

/** @throws DecodeError */
export function bodyToJson(lane: Lane, bytes: Uint8Array): unknown {
  return asJson(decodeBody(lane, bytes))
}

/**
 * @param json what {@link bodyToJson} gave, with changes.
 * @throws NoBody where it is no body of this lane, or has something that the wire does not carry.
 */
export function bodyFromJson(lane: Lane, json: unknown): Uint8Array {
  if (typeof json !== 'object' || json === null || (json as { lane?: unknown }).lane !== lane)
    throw new NoBody(`expected an object with "lane": "${lane}"`)
  let bytes: Uint8Array
  let decoded: unknown
  try {
    bytes = encodeBody(fromJson(json))
    decoded = asJson(decodeBody(lane, bytes))
  } catch (error) {
    // Whatever the encoder stumbled over: the JSON comes from a person.
    throw new NoBody((error as Error).message, { cause: error })
  }
  refuseLosses(inWireOrder(json), decoded)
  return bytes
}

function asJson(body: Body): unknown {
  if (body.lane !== 'photo') return body
  return { ...body, part: { ...body.part, bytes: Buffer.from(body.part.bytes).toString('base64') } }
}

function fromJson(json: object): Body {
  const body = json as Body
  if (body.lane !== 'photo') return body
  return { ...body, part: { ...body.part, bytes: Buffer.from(String(body.part?.bytes), 'base64') } }
}

/** The wire groups readings into series. */
function inWireOrder(json: object): unknown {
  const body = json as Body
  if (body.lane !== 'reading') return body
  const groups = Map.groupBy(body.batch.readings, ({ component, metric }) => `${component} ${metric}`)
  const readings = [...groups.values()].flatMap((group) => group.toSorted((a, b) => a.timeMs - b.timeMs))
  return { ...body, batch: { ...body.batch, readings } }
}

function refuseLosses(given: unknown, decoded: unknown): void {
  const kept = new Map(leaves(decoded))
  for (const [path, value] of leaves(given)) {
    const there = kept.get(path)
    if (there === value) continue
    if (typeof there === 'number' && typeof value === 'number' && Math.abs(there - value) <= WIRE_ROUNDING)
      continue
    const found = there === undefined ? 'nothing' : JSON.stringify(there)
    throw new NoBody(
      `${path}: ${JSON.stringify(value)} would arrive as ${found}; correct it, or leave it out`,
    )
  }
}

/** One line for each value that differs, in the order of the body. @throws DecodeError of the mended body alone */
export function bodyDifferences(lane: Lane, before: Uint8Array, after: Uint8Array): string[] {
  const now = bodyToJson(lane, after)
  try {
    return differences(bodyToJson(lane, before), now)
  } catch (error) {
    return [`the body as it came cannot be decoded (${(error as Error).message}); all of it is replaced`]
  }
}
