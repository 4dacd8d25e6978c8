import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { generate, type IConnectPacket } from 'mqtt-packet'
import { onTestFinished } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import type { Refusal } from '../../../gateway/hub/broker/broker.ts'
import { EmbeddedBroker, type EmbeddedLimits } from '../../../gateway/hub/broker/embedded.ts'

/** The hub's own broker on a free port until the test ends, and what it handed on. */
export async function runningBroker(limits: Partial<EmbeddedLimits> = {}) {
  const broker = new EmbeddedBroker({ host: '127.0.0.1', port: 0 }, silentLog(), limits)
  const heard: { gateway: string; payload: Buffer }[] = []
  const presences: { gateway: string; online: boolean }[] = []
  const refused: Refusal[] = []
  const acknowledge: ((error?: Error) => void)[] = []
  let held = false
  let refusing = false
  await broker.start({
    onUp(gateway, payload, done) {
      heard.push({ gateway, payload: Buffer.from(payload) })
      if (held) acknowledge.push(done)
      else done(undefined, refusing)
    },
    onPresence: (gateway, { online }) => presences.push({ gateway, online }),
    onRefused: (refusal) => refused.push(refusal),
    onReady: () => {},
  })
  onTestFinished(() => broker.close())
  const hold = (): void => {
    held = true
  }
  const refuse = (): void => {
    refusing = true
  }
  return { broker, url: broker.url, heard, presences, refused, acknowledge, hold, refuse }
}

/** A bare connection, for bytes that no MQTT library would send; what comes back lies unread. */
export async function tcp(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  return socket
}

export const connectPacket = (clientId: string, over: Partial<IConnectPacket> = {}): Buffer =>
  generate({
    cmd: 'connect',
    clientId,
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 0,
    ...over,
  })

/** A bare connection that is let in. */
export async function connectedTcp(
  url: string,
  clientId: string,
  over: Partial<IConnectPacket> = {},
): Promise<Socket> {
  const socket = await tcp(url)
  socket.write(connectPacket(clientId, over))
  await once(socket, 'data')
  return socket
}

/** Resolves when the other side has closed it. */
export async function closedByBroker(socket: Socket): Promise<void> {
  socket.resume()
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
}
