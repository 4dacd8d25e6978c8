import type { Random } from '../random.ts'
import { MISHAP_RULES, type Mishap, type Mishaps, NO_MISHAPS } from './mishaps.ts'
import { withNonsense } from './nonsense-fields.ts'
import { withDefaults } from './option-rules.ts'
import { protocolFrame } from './protocol-frames.ts'
import { within } from './span.ts'
import { asReadAtBaud } from './uart.ts'

/**
 * The line from a receiver to a port. In: the sentences of an epoch. Out: the bytes that the port reads. Each kind
 * of mishap has random numbers of its own, so that one more leaves the others where they are.
 */
export class Cable {
  readonly happened: Record<Mishap, number> = {
    lostBytes: 0,
    flippedBits: 0,
    binaryBursts: 0,
    protocolFrames: 0,
    cutLines: 0,
    doubledLines: 0,
    nonsenseFields: 0,
  }
  readonly #mishaps: Mishaps
  readonly #epochsAnHour: number
  readonly #random: Random
  readonly #nonsense: Random
  readonly #lines: Random
  readonly #frames: Random
  readonly #bits: Random

  /** @throws RangeError for a mishap that cannot be. */
  constructor(mishaps: Partial<Mishaps>, rateHz: number, stream: (part: string) => Random) {
    this.#mishaps = withDefaults('mishaps', NO_MISHAPS, MISHAP_RULES, mishaps)
    this.#epochsAnHour = 3600 * rateHz
    this.#random = stream('cable')
    this.#nonsense = stream('nonsense')
    this.#lines = stream('lines')
    this.#frames = stream('frames')
    this.#bits = stream('bits')
  }

  carry(sentences: string, rideS: number): Uint8Array {
    const { during } = this.#mishaps
    if (during && !during.some((span) => within(span, rideS))) return Buffer.from(sentences, 'latin1')
    let bytes: Uint8Array = Buffer.from(this.#spoilt(sentences), 'latin1')
    bytes = this.#withFlippedBits(this.#withFrame(bytes))
    bytes = this.#withBurst(this.#withLosses(bytes))
    const { atBaud } = this.#mishaps
    return atBaud ? asReadAtBaud(bytes, atBaud.receiver, atBaud.port) : bytes
  }

  #spoilt(sentences: string): string {
    const { nonsenseFieldsPerHour, cutLinesPerHour, doubledLinesPerHour } = this.#mishaps
    let out = sentences
    if (this.#now(nonsenseFieldsPerHour, this.#nonsense)) {
      out = withNonsense(out, this.#nonsense)
      this.happened.nonsenseFields++
    }
    if (this.#now(doubledLinesPerHour, this.#lines)) {
      const { from, to } = this.#line(out)
      out = out.slice(0, to) + out.slice(from)
      this.happened.doubledLines++
    }
    if (this.#now(cutLinesPerHour, this.#lines)) {
      const { from, to } = this.#line(out)
      const at = this.#lines.integer(from + 1, to - 1)
      out = this.#lines.chance(0.5) ? out.slice(0, from) + out.slice(at) : out.slice(0, at) + out.slice(to)
      this.happened.cutLines++
    }
    return out
  }

  /** One of the lines, by its place: from its `$` to after its line end. */
  #line(sentences: string): { from: number; to: number } {
    const starts = [...sentences.matchAll(/\$/g)].map((match) => match.index)
    const index = this.#lines.integer(0, starts.length - 1)
    return { from: starts[index]!, to: starts[index + 1] ?? sentences.length }
  }

  #withFrame(bytes: Uint8Array): Uint8Array {
    if (!this.#now(this.#mishaps.protocolFramesPerHour, this.#frames)) return bytes
    const lineEnds = [0]
    for (const [at, byte] of bytes.entries()) if (byte === 0x0a) lineEnds.push(at + 1)
    const at = this.#frames.pick(lineEnds)
    this.happened.protocolFrames++
    return Buffer.concat([bytes.subarray(0, at), protocolFrame(this.#frames), bytes.subarray(at)])
  }

  #withFlippedBits(bytes: Uint8Array): Uint8Array {
    const { flippedBits } = this.#mishaps
    if (flippedBits === 0) return bytes
    return bytes.map((byte) => {
      if (!this.#bits.chance(flippedBits)) return byte
      this.happened.flippedBits++
      return byte ^ (1 << this.#bits.integer(0, 7))
    })
  }

  #withLosses(bytes: Uint8Array): Uint8Array {
    const { lostBytes } = this.#mishaps
    if (lostBytes === 0) return bytes
    const left = bytes.filter(() => !this.#random.chance(lostBytes))
    this.happened.lostBytes += bytes.length - left.length
    return left
  }

  #withBurst(bytes: Uint8Array): Uint8Array {
    const random = this.#random
    if (!random.chance(this.#mishaps.binaryBurstsPerHour / this.#epochsAnHour)) return bytes
    const at = random.integer(0, bytes.length)
    const burst = Uint8Array.from({ length: random.integer(8, 64) }, () => random.integer(0, 255))
    this.happened.binaryBursts++
    return Buffer.concat([bytes.subarray(0, at), burst, bytes.subarray(at)])
  }

  #now(perHour: number, random: Random): boolean {
    return perHour > 0 && random.chance(perHour / this.#epochsAnHour)
  }
}
