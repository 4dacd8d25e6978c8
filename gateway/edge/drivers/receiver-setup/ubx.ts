import type { SetupAnswer } from './receiver-profile.ts'

/** The frame of u-blox' own protocol, and the answers in it. Source: UBX-13003221 R25, chapters UBX protocol and UBX-ACK. */

const SYNC_1 = 0xb5
const SYNC_2 = 0x62
const CLASS_ACK = 0x05
const ACK_ACK = 0x01
const ACK_NAK = 0x00
/** Class and number of what is answered. */
const ACK_PAYLOAD = 2
/** Two of synchronisation, class, number, two of length, two of checksum. */
const ACK_LENGTH = 8 + ACK_PAYLOAD

/** Sync, class, number, length (little-endian), payload, two bytes of Fletcher's sum over class to payload. */
export function ubxFrame(messageClass: number, id: number, payload: readonly number[]): Uint8Array {
  const body = [messageClass, id, payload.length & 0xff, payload.length >> 8, ...payload]
  return Uint8Array.of(SYNC_1, SYNC_2, ...body, ...fletcher(body))
}

/** How answers name a message. */
export const ubxName = (messageClass: number, id: number): string => `ubx ${messageClass}-${id}`

/** Finds UBX-ACK-ACK and UBX-ACK-NAK anywhere between sentences, in chunks cut anywhere. */
export class UbxAnswers {
  readonly #onAnswer: (answer: SetupAnswer) => void
  /** The last bytes that came, at most as many as an answer has. */
  #window: number[] = []

  constructor(onAnswer: (answer: SetupAnswer) => void) {
    this.#onAnswer = onAnswer
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      this.#window.push(byte)
      if (this.#window.length > ACK_LENGTH) this.#window.shift()
      if (this.#window[0] === SYNC_1 && this.#window.length === ACK_LENGTH) this.#look()
    }
  }

  #look(): void {
    const [, sync, messageClass, id, length, , answeredClass, answeredId, sumA, sumB] = this.#window
    if (sync !== SYNC_2 || messageClass !== CLASS_ACK || length !== ACK_PAYLOAD) return
    if (id !== ACK_ACK && id !== ACK_NAK) return
    const [a, b] = fletcher(this.#window.slice(2, -2))
    if (a !== sumA || b !== sumB) return
    this.#onAnswer({ to: ubxName(answeredClass!, answeredId!), accepted: id === ACK_ACK })
  }
}

function fletcher(bytes: readonly number[]): [number, number] {
  let a = 0
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) & 0xff
    b = (b + a) & 0xff
  }
  return [a, b]
}
