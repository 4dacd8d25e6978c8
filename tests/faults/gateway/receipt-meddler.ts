import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'

/**
 * A proxy between gateway and broker that lets everything pass but receipts: of those it decides how often each comes.
 */
export interface ReceiptMeddler {
  url: string
  /** Receipts that the hub sent, and what was let through. */
  counts: { sent: number; passed: number }
  close(): Promise<void>
}

/** @param copies how often the receipt with this number, from 0, comes: 0 is lost, 2 is doubled. */
export async function startReceiptMeddler(
  target: { host: string; port: number },
  copies: (number: number) => number,
): Promise<ReceiptMeddler> {
  const counts = { sent: 0, passed: 0 }
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(target)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (bytes) => far.write(bytes))
    const packets = parser({ protocolVersion: 4 })
    packets.on('packet', (packet: Packet) => {
      const isReceipt = packet.cmd === 'publish' && packet.topic.endsWith('/down')
      const times = isReceipt ? copies(counts.sent++) : 1
      if (isReceipt) counts.passed += times
      for (let i = 0; i < times; i++) near.write(generate(packet))
    })
    far.on('data', (bytes) => packets.parse(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
