import { crc32 } from 'node:zlib'
import type protobuf from 'protobufjs'
import { type Body, LANES, type Lane, type Presence, type Receipt, type RecordName } from '../domain.ts'
import { type CaseReportMessage, decodeCaseReport, encodeCaseReport } from './cases.ts'
import { bootToBytes, checkedBoot, checkedId, checkedOptionalText, checkedTimeMs } from './checks.ts'
import { DecodeError, refuse } from './decode-error.ts'
import { decodeFixBatch, encodeFixBatch, type FixBatchMessage } from './fixes.ts'
import { decodeHealth, encodeHealth, type HealthMessage } from './health.ts'
import { decodePhotoPart, encodePhotoPart, type PhotoPartMessage } from './photos.ts'
import { decodeReadingBatch, encodeReadingBatch, type ReadingBatchMessage } from './readings.ts'
import {
  CaseReportType,
  DownType,
  EnvelopeType,
  FixBatchType,
  HealthType,
  PhotoPartType,
  PresenceType,
  ReadingBatchType,
} from './schema.ts'

/**
 * Domain <-> bytes of the wire. In: objects of domain.ts; out: bytes of gridpatrol.proto; and back.
 * Decoding refuses with a DecodeError whatever is not wholly in order; nothing is decoded from more than
 * MAX_PAYLOAD_BYTES, because a small message can unfold into millions of objects.
 */

export const MAX_PAYLOAD_BYTES = 64 * 1024
const MAX_RECEIPTED = 4096

const LANE_BY_NUMBER: (Lane | undefined)[] = [undefined, ...LANES]

export interface Envelope extends RecordName {
  lane: Lane
  /** Encoded body; see {@link decodeBody}. */
  body: Uint8Array
}

/** @throws RangeError where a value has no place on the wire (see encodeFixBatch and its siblings). */
export function encodeBody(body: Body): Uint8Array {
  switch (body.lane) {
    case 'case':
      return encodeCaseReport(body.report)
    case 'health':
      return encodeHealth(body.health)
    case 'fix':
      return encodeFixBatch(body.batch)
    case 'reading':
      return encodeReadingBatch(body.batch)
    case 'photo':
      return encodePhotoPart(body.part)
  }
}

/** @throws DecodeError */
export function decodeBody(lane: Lane, bytes: Uint8Array): Body {
  switch (lane) {
    case 'case':
      return { lane, report: decodeCaseReport(parse<CaseReportMessage>(CaseReportType, bytes)) }
    case 'health':
      return { lane, health: decodeHealth(parse<HealthMessage>(HealthType, bytes)) }
    case 'fix':
      return { lane, batch: decodeFixBatch(parse<FixBatchMessage>(FixBatchType, bytes)) }
    case 'reading':
      return { lane, batch: decodeReadingBatch(parse<ReadingBatchMessage>(ReadingBatchType, bytes)) }
    case 'photo':
      return { lane, part: decodePhotoPart(parse<PhotoPartMessage>(PhotoPartType, bytes)) }
  }
}

/** @throws RangeError where gateway, boot or size are not of the wire's form. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const bytes = EnvelopeType.encode({
    gateway: envelope.gateway,
    boot: bootToBytes(envelope.boot),
    sequence: envelope.sequence,
    lane: LANE_BY_NUMBER.indexOf(envelope.lane),
    checksum: crc32(envelope.body),
    body: envelope.body,
  }).finish()
  if (bytes.length > MAX_PAYLOAD_BYTES)
    throw new RangeError(`record of ${bytes.length} bytes, at most ${MAX_PAYLOAD_BYTES}`)
  return bytes
}

/** Names, lane and checksum are checked; the body is left for {@link decodeBody}. @throws DecodeError */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const message = parse<{
    gateway: string
    boot: Uint8Array
    sequence: number
    lane: number
    checksum: number
    body: Uint8Array
  }>(EnvelopeType, bytes)
  const envelope: Envelope = {
    gateway: checkedId(message.gateway, 'envelope gateway'),
    boot: checkedBoot(message.boot, 'envelope boot'),
    sequence: message.sequence,
    lane: LANE_BY_NUMBER[message.lane] ?? refuse('bad-value', `envelope lane ${message.lane}`),
    body: message.body,
  }
  if (envelope.sequence < 1) refuse('missing-field', 'envelope sequence, counted from 1')
  // An absent field of bytes decodes to an empty array that is no Uint8Array.
  if (message.body.length === 0) refuse('missing-field', 'envelope body')
  if (crc32(message.body) !== message.checksum)
    refuse('bad-checksum', `body checksum of ${envelope.gateway} ${envelope.boot}/${envelope.sequence}`)
  return envelope
}

export function encodeReceipt(receipt: Receipt): Uint8Array {
  return DownType.encode(
    DownType.fromObject({ receipt: { boot: bootToBytes(receipt.boot), sequences: receipt.sequences } }),
  ).finish()
}

/** @throws DecodeError */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  const message = parse<{ receipt: { boot: Uint8Array; sequences: number[] } | null }>(DownType, bytes)
  const receipt = message.receipt ?? refuse('missing-field', 'receipt')
  if (receipt.sequences.length > MAX_RECEIPTED)
    refuse('too-many', `receipt of ${receipt.sequences.length} records, at most ${MAX_RECEIPTED}`)
  return { boot: checkedBoot(receipt.boot, 'receipt boot'), sequences: receipt.sequences }
}

export function encodePresence(presence: Presence): Uint8Array {
  return PresenceType.encode(
    PresenceType.fromObject({
      ...presence,
      boot: bootToBytes(presence.boot),
      timeMs: Math.round(presence.timeMs),
    }),
  ).finish()
}

/** @throws DecodeError */
export function decodePresence(bytes: Uint8Array): Presence {
  const message = parse<{ online: boolean; boot: Uint8Array; timeMs: unknown; version: string }>(
    PresenceType,
    bytes,
  )
  return {
    online: message.online,
    boot: checkedBoot(message.boot, 'presence boot'),
    timeMs: checkedTimeMs(message.timeMs, 'presence time'),
    version: checkedOptionalText(message.version, 'presence version', 64),
  }
}

function parse<Message>(type: protobuf.Type, bytes: Uint8Array): Message {
  if (bytes.length > MAX_PAYLOAD_BYTES)
    refuse('too-large', `${type.name} of ${bytes.length} bytes, at most ${MAX_PAYLOAD_BYTES}`)
  try {
    return type.decode(bytes) as unknown as Message
  } catch (error) {
    if (error instanceof DecodeError) throw error
    return refuse('not-protobuf', `${type.name}: ${(error as Error).message}`)
  }
}
