import type { Pty } from './pty.ts'

/**
 * Modbus RTU slaves on one line, by the book (Modbus Application Protocol 1.1b3; Modbus over Serial Line 1.02).
 * In: requests off the pty, cut anywhere. Out: answers, or what a broken slave makes of them. Requests that no
 * slave here is meant by, or whose checksum is wrong, get no answer, as on a real line.
 */

/** What stands at an address just now; undefined: the slave has no such address. */
type Table = (address: number) => number | undefined

export interface SlaveTables {
  coil?: Table
  discrete?: Table
  holding?: Table
  input?: Table
}

export type SlaveFault =
  | { kind: 'silent' }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'exception'; code: number }
  /** The last byte of the answer is wrong. */
  | { kind: 'crc' }
  /** Random-looking bytes before and after the answer. */
  | { kind: 'noise' }
  /** The answer comes in two pieces with a pause between them. */
  | { kind: 'halting'; pauseMs: number }
  /** The answer ends after so many bytes. */
  | { kind: 'cut'; bytes: number }
  /** The request comes back before the answer, as with adapters that hear themselves. */
  | { kind: 'echo' }

const TABLES = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' } as const
const REQUEST_BYTES = 8
/** So many are remembered at most. */
const MAX_REQUESTS = 10_000
const NOISE = [0x00, 0xff, 0x03, 0x7e, 0x11, 0x01, 0x83]

export class ModbusSlaves {
  readonly #pty: Pty
  readonly #slaves: Record<number, SlaveTables>
  readonly #faults = new Map<number, SlaveFault>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #held: number[] = []
  /** The latest requests with a right checksum; also those left unanswered. */
  readonly requests: { unit: number; functionCode: number; address: number; count: number }[] = []

  constructor(pty: Pty, slaves: Record<number, SlaveTables>) {
    this.#pty = pty
    this.#slaves = slaves
    pty.onData((bytes) => this.#receive(bytes))
    pty.onOpen(() => {
      this.#held = []
    })
  }

  /** From now on the slave misbehaves so; undefined heals it. */
  setFault(unit: number, fault: SlaveFault | undefined): void {
    if (fault) this.#faults.set(unit, fault)
    else this.#faults.delete(unit)
  }

  /** No answer that is under way comes any more. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  #receive(bytes: Uint8Array): void {
    this.#held.push(...bytes)
    while (this.#held.length >= REQUEST_BYTES) {
      const frame = this.#held.slice(0, REQUEST_BYTES)
      if (checksum(frame) === 0) {
        this.#held.splice(0, REQUEST_BYTES)
        this.#answer(frame)
      } else this.#held.shift()
    }
  }

  #answer(request: number[]): void {
    const unit = request[0]!
    const functionCode = request[1]!
    const address = request[2]! * 256 + request[3]!
    const count = request[4]! * 256 + request[5]!
    this.requests.push({ unit, functionCode, address, count })
    if (this.requests.length > MAX_REQUESTS) this.requests.splice(0, MAX_REQUESTS / 2)
    const slave = this.#slaves[unit]
    const fault = this.#faults.get(unit)
    if (!slave || fault?.kind === 'silent') return
    const pdu =
      fault?.kind === 'exception'
        ? [functionCode | 0x80, fault.code]
        : read(slave, functionCode, address, count)
    this.#send(withChecksum([unit, ...pdu]), request, fault)
  }

  #send(frame: number[], request: number[], fault: SlaveFault | undefined): void {
    switch (fault?.kind) {
      case 'slow':
        this.#later(fault.delayMs, () => this.#write(frame))
        break
      case 'crc':
        this.#write([...frame.slice(0, -1), frame.at(-1)! ^ 0x55])
        break
      case 'noise':
        this.#write([...NOISE, ...frame, ...NOISE])
        break
      case 'halting':
        this.#write(frame.slice(0, 3))
        this.#later(fault.pauseMs, () => this.#write(frame.slice(3)))
        break
      case 'cut':
        this.#write(frame.slice(0, fault.bytes))
        break
      case 'echo':
        this.#write([...request, ...frame])
        break
      default:
        this.#write(frame)
    }
  }

  #write(bytes: number[]): void {
    this.#pty.write(Uint8Array.from(bytes))
  }

  #later(delayMs: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      what()
    }, delayMs)
    this.#timers.add(timer)
  }
}

/** Function, byte count and data; or function with its high bit and the exception code. */
function read(slave: SlaveTables, functionCode: number, address: number, count: number): number[] {
  const refuse = (code: number) => [functionCode | 0x80, code]
  const table = slave[TABLES[functionCode as keyof typeof TABLES]]
  if (!table) return refuse(1)
  const isBits = functionCode <= 2
  if (count < 1 || count > (isBits ? 2000 : 125)) return refuse(3)
  const values: number[] = []
  for (let offset = 0; offset < count; offset++) {
    const value = table(address + offset)
    if (value === undefined) return refuse(2)
    values.push(value)
  }
  if (!isBits)
    return [functionCode, count * 2, ...values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff])]
  const bytes = new Array<number>(Math.ceil(count / 8)).fill(0)
  values.forEach((value, bit) => {
    if (value) bytes[bit >> 3] = bytes[bit >> 3]! | (1 << (bit & 7))
  })
  return [functionCode, bytes.length, ...bytes]
}

function withChecksum(frame: number[]): number[] {
  const sum = checksum(frame)
  return [...frame, sum & 0xff, sum >> 8]
}

/** Polynomial x¹⁶ + x¹⁵ + x² + 1 with the lowest bit first, beginning with all ones. */
function checksum(frame: number[]): number {
  let sum = 0xffff
  for (const byte of frame)
    for (let bit = 0; bit < 8; bit++) {
      const carry = (sum ^ (byte >> bit)) & 1
      sum >>= 1
      if (carry) sum ^= 0xa001
    }
  return sum
}
