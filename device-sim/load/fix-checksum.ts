/**
 * A sum over fixes that comes out the same in any order, and differs where one fix is missing, is there twice, or has
 * another time or place. Times are whole ms, places 1e-7 degrees.
 */
export class FixChecksum {
  #count = 0
  #sum = 0

  add(timeMs: number, latE7: number, lonE7: number): void {
    let bits = mix((timeMs % 2 ** 32) | 0)
    bits = mix(bits ^ Math.floor(timeMs / 2 ** 32))
    bits = mix(bits ^ latE7)
    bits = mix(bits ^ lonE7)
    this.#sum = (this.#sum + (bits >>> 0)) % 2 ** 32
    this.#count++
  }

  /** `sum`: 32 bits. */
  get value(): { count: number; sum: number } {
    return { count: this.#count, sum: this.#sum }
  }
}

/** Spreads 32 bits over 32 bits: xor and shift by primes, with the golden ratio in between. */
function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 15), 0x9e3779b1)
  bits ^= bits >>> 13
  bits = Math.imul(bits, 0x9e3779b1)
  return bits ^ (bits >>> 17)
}
