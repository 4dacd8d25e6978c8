import { generate } from 'mqtt-packet'
import { framed } from '../../../gateway/edge/budget/wire-bytes.ts'
import { encodeEnvelope, encodeReceipt } from '../../../proto/codec/codec.ts'
import type { Lane } from '../../../proto/domain.ts'
import { gatewayTopic } from '../../../proto/topics.ts'

/** What records cost on the wire, counted from the real codec and the real MQTT packets. */

const GATEWAY = 'ebike-01'
const BOOT = '0123456789ab'
const SEQUENCE = 10_000
/** A record of TLS 1.3 and the most that it holds. */
const TLS_RECORD = { headBytes: 22, maxBytes: 16_384 }

/** A publish on its way up. */
export function publishBytes(lane: Lane, body: Uint8Array): number {
  const payload = encodeEnvelope({ gateway: GATEWAY, boot: BOOT, sequence: SEQUENCE, lane, body })
  return mqttBytes('up', 1, payload)
}

/** The broker's acknowledgements of so many records, and the hub's receipt. */
export function answerBytes(records: number, tls = false): number {
  const sequences = Array.from({ length: records }, (_, i) => SEQUENCE + i)
  const receipt = mqttBytes('down', 0, encodeReceipt({ boot: BOOT, sequences }))
  return flightBytes(records * 4, tls) + flightBytes(receipt, tls)
}

/** MQTT bytes that leave at once, as they are billed. */
export function flightBytes(bytes: number, tls = false): number {
  const records = tls ? Math.ceil(bytes / TLS_RECORD.maxBytes) : 0
  return framed(bytes + records * TLS_RECORD.headBytes)
}

/** An idle connection shows that it lives: PINGREQ, PINGRESP. */
export const pingBytes = (tls = false): number => 2 * flightBytes(2, tls)

function mqttBytes(channel: 'up' | 'down', qos: 0 | 1, payload: Uint8Array): number {
  return generate({
    cmd: 'publish',
    topic: gatewayTopic(GATEWAY, channel),
    payload: Buffer.from(payload),
    qos,
    messageId: 1,
    dup: false,
    retain: false,
  }).length
}
