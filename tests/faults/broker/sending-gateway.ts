import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type MqttClient } from 'mqtt'
import { onTestFinished } from 'vitest'
import { decodeReceipt, encodeBody, encodeEnvelope } from '../../../proto/codec/codec.ts'
import type { Body } from '../../../proto/domain.ts'
import { gatewayTopic } from '../../../proto/topics.ts'

/**
 * A gateway by the contract of the wire alone, at any node of a broker: records in order, a bounded window
 * without receipts, what has none sent again after a while and on each new connection.
 */
export interface SendingGateway {
  name: string
  /** Sequences that have their receipt. */
  receipted: ReadonlySet<number>
  /** Resolves when so many have; without a number, all. */
  untilReceipted(count?: number): Promise<void>
}

const WINDOW = 20
const AGAIN_MS = 2000
const COME_BACK_MS = 200
const BOOT = '0000000000aa'

/** @param everyMs how far apart new records are made. */
export function sendingGateway(urls: string[], name: string, bodies: Body[], everyMs = 0): SendingGateway {
  const receipted = new Set<number>()
  const sentMs = new Map<number, number>()
  let made = everyMs === 0 ? bodies.length : 0
  let client: MqttClient | undefined
  let stopped = false
  const send = (): void => {
    if (!client?.connected) return
    const now = performance.now()
    let waiting = 0
    for (let sequence = 1; sequence <= made && waiting < WINDOW; sequence++) {
      if (receipted.has(sequence)) continue
      waiting++
      if (now - (sentMs.get(sequence) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) continue
      sentMs.set(sequence, now)
      const body = bodies[sequence - 1]!
      const record = { gateway: name, boot: BOOT, sequence, lane: body.lane, body: encodeBody(body) }
      client.publish(gatewayTopic(name, 'up'), Buffer.from(encodeEnvelope(record)), { qos: 1 }, () => {})
    }
  }
  const live = async (): Promise<void> => {
    for (let turn = 0; !stopped; turn++) {
      const current = connect(urls[turn % urls.length]!, {
        clientId: name,
        protocolVersion: 4,
        clean: true,
        reconnectPeriod: 0,
        connectTimeout: 3000,
        keepalive: 5,
      })
      const closed = new Promise<void>((resolve) => current.once('close', resolve))
      current.on('error', () => {})
      current.on('message', (_topic, payload) => {
        for (const sequence of decodeReceipt(payload).sequences) receipted.add(sequence)
        send()
      })
      current.on('connect', () => {
        current.subscribe(gatewayTopic(name, 'down'), { qos: 0 }, (error) => {
          if (error) {
            current.end(true)
            return
          }
          sentMs.clear()
          client = current
          send()
        })
      })
      await closed
      current.end(true)
      await sleep(COME_BACK_MS)
    }
  }
  const ticking = setInterval(
    () => {
      if (everyMs > 0) made = Math.min(made + 1, bodies.length)
      send()
    },
    everyMs === 0 ? 100 : everyMs,
  )
  void live()
  onTestFinished(async () => {
    stopped = true
    clearInterval(ticking)
    client?.end(true)
  })
  return {
    name,
    receipted,
    async untilReceipted(count = bodies.length) {
      while (receipted.size < count) await sleep(20)
    },
  }
}
