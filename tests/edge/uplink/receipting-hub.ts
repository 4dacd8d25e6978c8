import { onTestFinished } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { EmbeddedBroker } from '../../../gateway/hub/broker/embedded.ts'
import { decodeEnvelope, type Envelope, encodeReceipt } from '../../../proto/codec/codec.ts'

export interface Received extends Envelope {
  /** Monotonic. */
  atMs: number
}

/** The hub's own broker with a hub in the test behind it that gives receipts when it is told to. */
export interface ReceiptingHub {
  url: string
  port: number
  /** In the order of coming, repeats included. */
  received: Received[]
  /** `lane:sequence` of what was received. */
  names(): string[]
  /** Whether a record gets its receipt at once. */
  receipts: (record: Envelope) => boolean
  receipt(records: Pick<Envelope, 'gateway' | 'boot' | 'sequence'>[]): void
}

export async function receiptingHub(): Promise<ReceiptingHub> {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0 }, silentLog())
  onTestFinished(() => broker.close())
  const hub: ReceiptingHub = {
    url: '',
    port: 0,
    received: [],
    names: () => hub.received.map(({ lane, sequence }) => `${lane}:${sequence}`),
    receipts: () => true,
    receipt(records) {
      for (const { gateway, boot, sequence } of records)
        broker.publishDown(gateway, encodeReceipt({ boot, sequences: [sequence] }))
    },
  }
  await broker.start({
    onUp(_gateway, payload, done) {
      const record = { ...decodeEnvelope(payload), atMs: performance.now() }
      hub.received.push(record)
      done()
      if (hub.receipts(record)) hub.receipt([record])
    },
    onPresence() {},
    onRefused() {},
    onReady() {},
  })
  hub.url = broker.url
  hub.port = Number(new URL(broker.url).port)
  return hub
}
