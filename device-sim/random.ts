/**
 * Seeded random numbers: the same seed and stream name give the same numbers on every machine, so that every
 * simulated thing can be made again. Each model draws from a stream of its own; one more draw in one model
 * then changes nothing in another.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1
  #spareGauss: number | undefined

  /** @param stream name of the stream: what is drawn with it (`'rider ebike-01'`). */
  constructor(seed: number, stream: string) {
    let hash = 0x811c9dc5
    for (const character of `${seed}/${stream}`)
      hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0
    this.#a = mix(hash)
    this.#b = mix(hash ^ 0x9e3779b9)
    this.#c = mix(seed ^ 0x85ebca6b)
    for (let round = 0; round < 12; round++) this.next()
  }

  /** Uniform in [0, 1), 32 bits. The generator is sfc32 of PractRand (Chris Doty-Humphrey, public domain). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 0x1_0000_0000
  }

  between(min: number, max: number): number {
    return min + (max - min) * this.next()
  }

  /** Whole number, both ends included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** @throws RangeError for an empty list. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('pick: expected a list with at least one item')
    return items[Math.floor(this.next() * items.length)]!
  }

  /** A new list in another order (Fisher-Yates). */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items]
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.integer(0, last)
      const held = result[last]!
      result[last] = result[other]!
      result[other] = held
    }
    return result
  }

  /** Standard normal (Box-Muller). */
  gauss(): number {
    if (this.#spareGauss !== undefined) {
      const spare = this.#spareGauss
      this.#spareGauss = undefined
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    const angle = 2 * Math.PI * this.next()
    this.#spareGauss = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** Seconds until the next event of a Poisson process; Infinity where there are none. */
  waitS(perHour: number): number {
    return perHour > 0 ? (-Math.log(1 - this.next()) * 3600) / perHour : Infinity
  }
}

/**
 * Noise as a pure function of time: uniform in [-1, 1) for each pair of seed and tick. A sensor read twice at
 * one instant then says the same twice, whatever the sampling rate.
 */
export function noiseAt(seed: number, tick: number): number {
  return mix(mix(seed) ^ Math.imul(tick | 0, 0x9e3779b9)) / 0x8000_0000 - 1
}

/** Finaliser of MurmurHash3 (Austin Appleby, public domain): spreads 32 bits over 32 bits. */
function mix(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
