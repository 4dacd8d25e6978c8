import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { onTestFinished } from 'vitest'
import { decodeReceipt } from '../../proto/codec/codec.ts'
import type { Receipt } from '../../proto/domain.ts'

/** Real MQTT clients of a test; they never come back by themselves and end with the test. */

export async function mqttClient(
  url: string,
  clientId: string,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = await connectAsync(url, { clientId, protocolVersion: 4, reconnectPeriod: 0, ...options })
  // A refused client is told by the closed connection; what exactly broke differs by timing.
  client.on('error', () => {})
  onTestFinished(async () => client.endAsync(true))
  return client
}

/** A gateway that hears its receipts. */
export interface MqttGateway {
  client: MqttClient
  topic: string
  receipts: Receipt[]
  sequences(): number[]
}

export async function mqttGateway(url: string, gateway: string): Promise<MqttGateway> {
  const client = await mqttClient(url, gateway)
  const receipts: Receipt[] = []
  client.on('message', (_topic, payload) => receipts.push(decodeReceipt(payload)))
  await client.subscribeAsync(`gridpatrol/v1/${gateway}/down`, { qos: 1 })
  return {
    client,
    topic: `gridpatrol/v1/${gateway}/up`,
    receipts,
    sequences: () => receipts.flatMap(({ sequences }) => sequences),
  }
}

export const closed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => {
    if (!client.connected) resolve()
    else client.once('close', () => resolve())
  })
