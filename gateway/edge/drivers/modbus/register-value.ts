import type { RegisterConfig } from './modbus-config.ts'

/** Where the bytes of a value of 32 bits stand, highest first, in what the slave sends. */
const BYTE_ORDERS = {
  ABCD: [0, 1, 2, 3],
  CDAB: [2, 3, 0, 1],
  BADC: [1, 0, 3, 2],
  DCBA: [3, 2, 1, 0],
} as const

/** How many registers, or bits, a value takes. */
export function wordsOf({ table, type = 'u16' }: RegisterConfig): number {
  return table === 'coil' || table === 'discrete' || type === 'u16' || type === 'i16' ? 1 : 2
}

/**
 * The value of a register in its metric's unit, out of the data of an answer whose first register (or bit) has
 * `firstAddress`. Undefined where the slave says that it has none: a `noValue`, or a float that is no number.
 * @throws RangeError where the data end before the register.
 */
export function registerValue(
  register: RegisterConfig,
  data: Uint8Array,
  firstAddress: number,
): number | undefined {
  const raw = rawValue(register, data, register.address - firstAddress)
  if (!Number.isFinite(raw) || register.noValue.includes(raw)) return undefined
  return raw * register.scale + register.offset
}

function rawValue(register: RegisterConfig, data: Uint8Array, index: number): number {
  const { table, type = 'u16', order = 'ABCD' } = register
  if (table === 'coil' || table === 'discrete') {
    // The first bit is the lowest of the first byte.
    const byte = data[index >> 3]
    if (byte === undefined) throw new RangeError(`${table} ${register.address} is not in the answer`)
    return (byte >> (index & 7)) & 1
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (type === 'u16') return view.getUint16(index * 2)
  if (type === 'i16') return view.getInt16(index * 2)
  const bytes = new DataView(new ArrayBuffer(4))
  BYTE_ORDERS[order].forEach((from, to) => {
    bytes.setUint8(to, view.getUint8(index * 2 + from))
  })
  if (type === 'u32') return bytes.getUint32(0)
  return type === 'i32' ? bytes.getInt32(0) : bytes.getFloat32(0)
}
