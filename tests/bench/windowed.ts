import { connect } from 'node:net'
import { generate } from 'mqtt-packet'
import { decodeReceipt } from '../../proto/codec/codec.ts'
import { gatewayTopic } from '../../proto/topics.ts'
import { Frames } from './frames.ts'

const PUBLISH = 0x30
const SUBACK = 0x90

/**
 * A gateway with records to get rid of, as a bare socket with frames made beforehand: what it costs is not what is
 * measured. Keeps `window` records without a receipt under way; resolves when every one has its receipt.
 * @param records envelopes, with sequences 1, 2 …
 */
export async function publishWindowed(
  port: number,
  gateway: string,
  records: Buffer[],
  window: number,
): Promise<void> {
  const topic = gatewayTopic(gateway, 'up')
  const frames = records.map((payload, i) =>
    generate({ cmd: 'publish', topic, payload, qos: 1, messageId: i + 1, dup: false, retain: false }),
  )
  const down = { topic: gatewayTopic(gateway, 'down'), qos: 0 as const }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(
    generate({ cmd: 'connect', clientId: gateway, protocolVersion: 4, clean: true, keepalive: 60 }),
  )
  socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [down] }))
  let sent = 0
  let receipted = 0
  const send = (): void => {
    const next = frames.slice(sent, receipted + window)
    sent += next.length
    if (next.length > 0) socket.write(Buffer.concat(next))
  }
  const incoming = new Frames((type, body) => {
    if (type === SUBACK) send()
    if (type !== PUBLISH) return
    receipted += decodeReceipt(body.subarray(2 + body.readUInt16BE(0))).sequences.length
    if (receipted >= frames.length) resolve()
    else send()
  })
  socket.on('data', (chunk) => incoming.take(chunk))
  socket.on('error', reject)
  socket.on('close', () => reject(new Error(`${gateway}: the hub closed the connection`)))
  try {
    await promise
  } finally {
    socket.removeAllListeners('close')
    socket.destroy()
  }
}
