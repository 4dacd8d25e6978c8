/** Bit streams, most significant bit first; the last byte is filled up with ones. */

export class BitWriter {
  readonly #bytes: number[] = []
  #byte = 0
  #free = 8

  /** The low `count` bits of `value`, at most 32. */
  write(value: number, count: number): void {
    let left = count
    while (left > 0) {
      const taken = Math.min(left, this.#free)
      // Shifts of 32 are shifts of 0 in JavaScript, but `left - taken` never exceeds 31.
      const part = (value >>> (left - taken)) & ((1 << taken) - 1)
      this.#byte = (this.#byte << taken) | part
      this.#free -= taken
      left -= taken
      if (this.#free === 0) this.#next()
    }
  }

  finish(): Uint8Array {
    if (this.#free < 8) this.write(0xff, this.#free)
    return Uint8Array.from(this.#bytes)
  }

  #next(): void {
    this.#bytes.push(this.#byte)
    this.#byte = 0
    this.#free = 8
  }
}

export class BitReader {
  readonly #bytes: Uint8Array
  readonly #bits: number
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#bits = bytes.length * 8
  }

  /** Bits not read yet. */
  get left(): number {
    return this.#bits - this.#at
  }

  /** How many ones come before the next zero, which is read too; `most` ones end it without a zero. -1: the stream ends first. */
  ones(most: number): number {
    let count = 0
    while (count < most) {
      if (this.#at >= this.#bits) return -1
      const bit = (this.#bytes[this.#at >> 3]! >> (7 - (this.#at & 7))) & 1
      this.#at++
      if (bit === 0) return count
      count++
    }
    return count
  }

  /** The next `count` bits as an unsigned number, at most 32; -1: the stream ends first. */
  read(count: number): number {
    if (this.left < count) return -1
    let value = 0
    let left = count
    while (left > 0) {
      const inByte = 8 - (this.#at & 7)
      const taken = Math.min(left, inByte)
      const part = (this.#bytes[this.#at >> 3]! >> (inByte - taken)) & ((1 << taken) - 1)
      // A product, not a shift: 32 bits have to stay unsigned.
      value = value * 2 ** taken + part
      this.#at += taken
      left -= taken
    }
    return value
  }
}
