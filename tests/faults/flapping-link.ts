import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that is a bad mobile network: it cuts, goes dumb without a word, delays, is not there at all. */

export interface FlappingLink {
  /** Of 127.0.0.1, for the client. */
  port: number
  /** Resets every connection at both ends. */
  cut(): void
  /** While on, no byte passes in either direction and no end is told (no FIN): a tunnel. What waited goes on after it. */
  stall(on: boolean): void
  /** Every piece of data comes so much later, in both directions, in order. */
  delay(ms: number): void
  /** While on, connections that come are reset at once; those that stand go on. */
  refuse(on: boolean): void
  /** What passed: `up` to the target, `down` to the client. */
  bytes: { up: number; down: number }
  close(): Promise<void>
}

interface Conditions {
  stalled: boolean
  delayMs: number
  refusing: boolean
}

/** Bytes that wait in one direction; more stay with the sender. */
const MAX_WAITING_BYTES = 256 * 1024

export async function startFlappingLink(target: { host: string; port: number }): Promise<FlappingLink> {
  const conditions: Conditions = { stalled: false, delayMs: 0, refusing: false }
  const bytes = { up: 0, down: 0 }
  const connections = new Set<Connection>()
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (conditions.refusing) {
      near.on('error', () => {})
      near.resetAndDestroy()
      return
    }
    const connection = new Connection(near, target, conditions, bytes, () => connections.delete(connection))
    connections.add(connection)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const connection of connections) connection.cut()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stall(on) {
      conditions.stalled = on
      if (!on) for (const connection of connections) connection.goOn()
    },
    delay(ms) {
      conditions.delayMs = ms
    },
    refuse(on) {
      conditions.refusing = on
    },
    bytes,
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class Connection {
  readonly #near: Socket
  readonly #far: Socket
  readonly #ways: Way[]
  readonly #conditions: Conditions

  constructor(
    near: Socket,
    target: { host: string; port: number },
    conditions: Conditions,
    bytes: { up: number; down: number },
    gone: () => void,
  ) {
    const far = connect({ ...target, allowHalfOpen: true })
    this.#near = near
    this.#far = far
    this.#conditions = conditions
    const passedUp = (count: number): void => {
      bytes.up += count
    }
    const passedDown = (count: number): void => {
      bytes.down += count
    }
    this.#ways = [new Way(near, far, conditions, passedUp), new Way(far, near, conditions, passedDown)]
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.once('close', () => {
        this.#tellTheOtherEnd()
        if (near.destroyed && far.destroyed) gone()
      })
    }
  }

  cut(): void {
    for (const socket of [this.#near, this.#far]) socket.resetAndDestroy()
  }

  goOn(): void {
    for (const way of this.#ways) way.goOn()
    this.#tellTheOtherEnd()
  }

  /** In a tunnel nobody learns that the other end has gone. */
  #tellTheOtherEnd(): void {
    if (!this.#conditions.stalled && (this.#near.destroyed || this.#far.destroyed)) this.cut()
  }
}

/** One direction of a connection. */
class Way {
  readonly #from: Socket
  readonly #to: Socket
  readonly #conditions: Conditions
  readonly #passed: (bytes: number) => void
  readonly #waiting: { piece: Buffer; dueMs: number }[] = []
  #waitingBytes = 0
  #ended = false
  #timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, conditions: Conditions, passed: (bytes: number) => void) {
    this.#from = from
    this.#to = to
    this.#conditions = conditions
    this.#passed = passed
    from.on('data', (piece) => {
      this.#waiting.push({ piece, dueMs: performance.now() + conditions.delayMs })
      this.#waitingBytes += piece.length
      if (this.#waitingBytes > MAX_WAITING_BYTES) from.pause()
      this.goOn()
    })
    from.once('end', () => {
      this.#ended = true
      this.goOn()
    })
    to.on('drain', () => this.goOn())
    to.once('close', () => clearTimeout(this.#timer))
  }

  goOn(): void {
    clearTimeout(this.#timer)
    if (this.#conditions.stalled || this.#to.destroyed) return
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const earlyMs = first.dueMs - performance.now()
      if (earlyMs > 0) {
        this.#timer = setTimeout(() => this.goOn(), Math.ceil(earlyMs))
        return
      }
      if (this.#to.writableNeedDrain) return
      this.#waiting.shift()
      this.#waitingBytes -= first.piece.length
      this.#passed(first.piece.length)
      this.#to.write(first.piece)
    }
    this.#from.resume()
    if (this.#ended) this.#to.end()
  }
}
