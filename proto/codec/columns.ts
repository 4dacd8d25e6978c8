import { BitReader, BitWriter } from './bits.ts'
import { refuse } from './decode-error.ts'

/**
 * Integer columns as Rice-coded differences: see FixBatch in gridpatrol.proto. R. F. Rice, "Some practical
 * universal noiseless coding techniques", JPL 79-22, 1979.
 */

/** Bits of the parameter at the start of a column. */
const PARAMETER_BITS = 5
const MAX_PARAMETER = 24
/** So many ones say that the whole number follows in 32 bits: one leap must not cost millions of bits. */
const ESCAPE_ONES = 16

/** @param order how often differences are taken; they are modulo 2^32. */
export function encodeColumn(values: readonly number[], order: 1 | 2): Uint8Array {
  const codes = differences(values, order).map(zigzag)
  let end = codes.length
  while (end > 0 && codes[end - 1] === 0) end--
  if (end === 0) return new Uint8Array(0)
  codes.length = end
  const parameter = bestParameter(codes)
  const bits = new BitWriter()
  bits.write(parameter, PARAMETER_BITS)
  for (const code of codes) {
    const quotient = Math.floor(code / 2 ** parameter)
    if (quotient >= ESCAPE_ONES) {
      bits.write(2 ** ESCAPE_ONES - 1, ESCAPE_ONES)
      bits.write(code, 32)
    } else {
      bits.write(2 ** (quotient + 1) - 2, quotient + 1)
      bits.write(code, parameter)
    }
  }
  return bits.finish()
}

/** @throws DecodeError where the bytes are not one column of `count` values. */
export function decodeColumn(bytes: Uint8Array, count: number, order: 1 | 2, where: string): Int32Array {
  const out = new Int32Array(count)
  const bits = new BitReader(bytes)
  const parameter = bytes.length === 0 ? 0 : bits.read(PARAMETER_BITS)
  if (parameter > MAX_PARAMETER)
    refuse('bad-value', `${where}: parameter ${parameter}, at most ${MAX_PARAMETER}`)
  let value = 0
  let step = 0
  for (let i = 0; i < count; i++) {
    const difference = unzigzag(nextCode(bits, parameter, where))
    step = order === 2 && i > 1 ? (step + difference) | 0 : difference
    value = (value + step) | 0
    out[i] = value
  }
  if (bits.left > 7 || bits.ones(8) >= 0) refuse('too-many', `${where}: more values than its ${count} fixes`)
  return out
}

/** Beyond the end of the stream, where only ones are left, every code is 0. */
function nextCode(bits: BitReader, parameter: number, where: string): number {
  const quotient = bits.ones(ESCAPE_ONES)
  if (quotient < 0) return 0
  const low = bits.read(quotient === ESCAPE_ONES ? 32 : parameter)
  if (low < 0) refuse('bad-value', `${where}: cut off`)
  return quotient === ESCAPE_ONES ? low : quotient * 2 ** parameter + low
}

function differences(values: readonly number[], order: 1 | 2): number[] {
  let previous = 0
  let previousStep = 0
  return values.map((value, i) => {
    const step = (value - previous) | 0
    // The first value has no step before it, so the second order starts at the second difference.
    const difference = order === 2 && i > 1 ? (step - previousStep) | 0 : step
    previous = value
    previousStep = step
    return difference
  })
}

/** 0, -1, 1, -2 … to 0, 1, 2, 3 …, as protobuf's sint32. */
const zigzag = (difference: number): number => ((difference << 1) ^ (difference >> 31)) >>> 0
const unzigzag = (code: number): number => (code >>> 1) ^ -(code & 1)

function bestParameter(codes: readonly number[]): number {
  let best = 0
  let bestBits = Number.POSITIVE_INFINITY
  for (let parameter = 0; parameter <= MAX_PARAMETER; parameter++) {
    let bits = 0
    for (const code of codes) {
      const quotient = Math.floor(code / 2 ** parameter)
      bits += quotient >= ESCAPE_ONES ? ESCAPE_ONES + 32 : quotient + 1 + parameter
    }
    if (bits < bestBits) {
      bestBits = bits
      best = parameter
    }
  }
  return best
}
