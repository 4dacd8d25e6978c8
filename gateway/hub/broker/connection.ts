import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Client } from 'aedes'
import type { Allowance } from './allowance.ts'
import { FrameGuard, type FrameLimits, FrameRefused, type Packet } from './frame-guard.ts'

/**
 * One connection of the embedded broker. In: the socket's bytes, cut into packets; out: every PUBLISH of a client that
 * was let in to `onPublish`, every other packet to whoever reads this stream, which is aedes. What the client sends
 * beyond its allowance, or faster than it is committed, is left unread in its socket: nothing is dropped, and TCP makes
 * it wait. The keep-alive is watched here, because a client that is not read cannot be blamed for silence.
 */

export interface ConnectionLimits extends FrameLimits {
  /** A client that does not read for so long is disconnected, */
  drainTimeoutMs: number
  /** and so is one for which more than this waits to be read. */
  maxUnreadBytes: number
}

/** PUBLISH, MQTT 3.1.1 §3.3. */
export interface Publish {
  topic: string
  qos: number
  /** 0 at QoS 0. */
  packetId: number
  payload: Buffer
}

export type OnPublish = (connection: Connection, publish: Publish) => void

const PUBLISH = 0x30
const PUBACK = 0x40
const TYPE = 0xf0
/** Publishes of one connection that may wait to be committed. */
const MAX_UNCOMMITTED = 64
/** Packets of one connection before others have their turn. */
const PACKETS_A_TURN = 256

export class Connection extends Duplex {
  /** aedes writes it here when it is handed the connection. */
  client: Client | undefined
  readonly #socket: Socket
  readonly #limits: ConnectionLimits
  readonly #onPublish: OnPublish
  readonly #frames: FrameGuard
  /** CONNECT has passed and was not answered yet: what follows waits. */
  #connecting = false
  #allowance: Allowance | undefined
  #uncommitted = 0
  /** Who reads this stream has room. */
  #wanted = true
  #socketEnded = false
  #paused = false
  #turn: NodeJS.Immediate | undefined
  #held: NodeJS.Timeout | undefined
  #keepAlive: NodeJS.Timeout | undefined
  #draining: NodeJS.Timeout | undefined
  #outgoing: Buffer[] = []

  constructor(socket: Socket, limits: ConnectionLimits, onPublish: OnPublish) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    this.#limits = limits
    this.#onPublish = onPublish
    this.#frames = new FrameGuard(limits)
    socket.on('data', (chunk: Buffer) => {
      this.#keepAlive?.refresh()
      this.#frames.push(chunk)
      this.#goOn()
    })
    socket.on('end', () => {
      this.#socketEnded = true
      this.#goOn()
    })
    socket.on('drain', () => {
      clearTimeout(this.#draining)
      this.#draining = undefined
      this.#goOn()
    })
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** The client was let in: its publishes are taken from here on. */
  letIn(allowance: Allowance): void {
    this.#connecting = false
    this.#allowance = allowance
    this.#goOn()
  }

  /** [MQTT-3.1.2-24] something must come within one and a half of this. @param keepAliveS 0: never */
  expectWithin(keepAliveS: number): void {
    if (keepAliveS === 0) return
    this.#keepAlive = setTimeout(() => {
      if (this.#paused) this.#keepAlive?.refresh()
      else this.destroy(new Error('keep alive timeout'))
    }, keepAliveS * 1500)
  }

  /** A publish that only makes work counts as so many more. */
  charge(messages: number): void {
    this.#allowance?.use(messages, 0, performance.now())
  }

  /** @param error why the publish could not be kept: then the client is disconnected, and sends it again. */
  committed({ qos, packetId }: Publish, error?: Error): void {
    this.#uncommitted--
    if (this.destroyed) return
    if (error) {
      this.destroy(error)
      return
    }
    if (qos === 1) this.send(Buffer.from([PUBACK, 2, packetId >> 8, packetId & 0xff]))
    if (this.#paused && this.#uncommitted === 0) this.#goOn()
  }

  /** A whole packet; all that are sent in one turn leave together. */
  send(packet: Buffer): void {
    if (this.#outgoing.push(packet) === 1) queueMicrotask(() => this.#sendOut())
  }

  /** Bytes that the client has yet to read. */
  get unread(): number {
    return Math.max(this.writableLength, this.#socket.writableLength)
  }

  #sendOut(): void {
    const packets = this.#outgoing
    this.#outgoing = []
    if (this.destroyed) return
    const kept = !this.#socket.write(packets.length === 1 ? packets[0]! : Buffer.concat(packets))
    if (!kept) return
    this.#draining ??= setTimeout(
      () => this.destroy(new Error(`does not read: nothing in ${this.#limits.drainTimeoutMs} ms`)),
      this.#limits.drainTimeoutMs,
    )
    this.checkUnread()
  }

  /** Ends a connection whose client lets too much wait. @returns whether it goes on. */
  checkUnread(): boolean {
    if (this.unread <= this.#limits.maxUnreadBytes) return true
    this.destroy(new Error(`does not read: ${this.unread} bytes wait for it`))
    return false
  }

  /** Takes what has come, as far as it may be taken now. */
  #goOn(): void {
    if (this.#turn || this.#held) return
    try {
      this.#takePackets()
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  /** @throws FrameRefused */
  #takePackets(): void {
    const nowMs = performance.now()
    for (let taken = 0; !this.destroyed && this.#hasRoom(); taken++) {
      const waitMs = this.#allowance?.waitMs(nowMs) ?? 0
      if (waitMs > 0) {
        this.#held = setTimeout(() => {
          this.#held = undefined
          this.#goOn()
        }, Math.ceil(waitMs))
        break
      }
      if (taken === PACKETS_A_TURN) {
        this.#turn = setImmediate(() => {
          this.#turn = undefined
          this.#goOn()
        })
        break
      }
      const packet = this.#frames.next()
      if (!packet) {
        this.#readOn()
        return
      }
      this.#allowance?.use(1, packet.bytes.length, nowMs)
      this.#take(packet)
    }
    this.#leaveUnread()
  }

  #hasRoom(): boolean {
    return !this.#connecting && this.#wanted && !this.#draining && this.#uncommitted < MAX_UNCOMMITTED
  }

  #readOn(): void {
    if (this.#socketEnded) this.push(null)
    else if (this.#paused) this.#socket.resume()
    this.#paused = false
  }

  #leaveUnread(): void {
    if (!this.#paused) this.#socket.pause()
    this.#paused = true
  }

  /** @throws FrameRefused */
  #take(packet: Packet): void {
    if (this.#allowance && (packet.bytes[0]! & TYPE) === PUBLISH) {
      const publish = publishOf(packet)
      this.#uncommitted++
      this.#onPublish(this, publish)
      return
    }
    if (!this.#allowance) this.#connecting = true
    this.#wanted = this.push(packet.bytes)
  }

  override _read(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#goOn()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  /** The pieces of a packet, gathered while corked, leave in one system call. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearImmediate(this.#turn)
    clearTimeout(this.#held)
    clearTimeout(this.#keepAlive)
    clearTimeout(this.#draining)
    this.#socket.destroy()
    done(error)
  }
}

/** @throws FrameRefused */
function publishOf({ bytes, bodyAt }: Packet): Publish {
  const qos = (bytes[0]! >> 1) & 3
  const topicAt = bodyAt + 2
  const topicEnd = topicAt <= bytes.length ? topicAt + bytes.readUInt16BE(bodyAt) : topicAt
  const payloadAt = qos > 0 ? topicEnd + 2 : topicEnd
  // [MQTT-3.3.1-4]
  if (qos === 3 || payloadAt > bytes.length) throw new FrameRefused('malformed PUBLISH')
  const packetId = qos > 0 ? bytes.readUInt16BE(topicEnd) : 0
  // [MQTT-2.3.1-1]
  if (qos > 0 && packetId === 0) throw new FrameRefused('PUBLISH with packet id 0')
  return {
    topic: bytes.toString('utf8', topicAt, topicEnd),
    qos,
    packetId,
    payload: bytes.subarray(payloadAt),
  }
}
