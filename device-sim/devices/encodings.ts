import type { Metric } from '../scenario/device-options.ts'
import type { ModbusRegister } from './simulated-device.ts'

/**
 * How each metric stands on a wire: as a Modbus register, a number of a node frame, a word of a line of text, or a
 * voltage. What the sensor says may be `Infinity` (the end of its range), `NaN`, or undefined (nothing).
 */

interface Encoding {
  register: Omit<ModbusRegister, 'unit' | 'address'>
  /** Node frames: one step of the whole number, and the node's number of the quantity. */
  node: { code: number; scale: number }
  line: { word: string; digits: number }
  /** At 0 V and at full scale; switches hang on digital pins. */
  volts: readonly [number, number]
}

const U16_NONE = 65_535
const I16_NONE = -32_768
const U32_NONE = 0xffff_ffff
const LARGEST_F32 = 3.4028234663852886e38
const CONTACT = { table: 'discrete' } as const
const u16 = (scale: number) => ({ table: 'input', type: 'u16', scale, noValue: [U16_NONE] }) as const
const i16 = (scale: number) => ({ table: 'input', type: 'i16', scale, noValue: [I16_NONE] }) as const
const F32 = { table: 'input', type: 'f32', order: 'CDAB' } as const

export const ENCODINGS: Record<Metric, Encoding> = {
  tilt_deg: {
    register: i16(0.01),
    node: { code: 1, scale: 0.01 },
    line: { word: 'tilt', digits: 2 },
    volts: [-180, 180],
  },
  cover_open: {
    register: CONTACT,
    node: { code: 2, scale: 1 },
    line: { word: 'open', digits: 0 },
    volts: [0, 1],
  },
  water_depth_m: {
    register: u16(0.001),
    node: { code: 3, scale: 0.001 },
    line: { word: 'water', digits: 3 },
    volts: [0, 5],
  },
  gas_lel_pct: {
    register: F32,
    node: { code: 4, scale: 0.1 },
    line: { word: 'gas', digits: 1 },
    volts: [0, 100],
  },
  battery_pct: {
    register: u16(0.1),
    node: { code: 5, scale: 0.1 },
    line: { word: 'battery', digits: 1 },
    volts: [0, 100],
  },
  temperature_c: {
    register: i16(0.1),
    node: { code: 6, scale: 0.1 },
    line: { word: 'temp', digits: 1 },
    volts: [-50, 200],
  },
  current_a: {
    register: F32,
    node: { code: 7, scale: 0.001 },
    line: { word: 'current', digits: 3 },
    volts: [0, 5],
  },
  light_lux: {
    register: { table: 'input', type: 'u32', scale: 0.1, noValue: [U32_NONE] },
    node: { code: 8, scale: 0.1 },
    line: { word: 'light', digits: 1 },
    volts: [0, 1000],
  },
  mains_v: {
    register: u16(0.1),
    node: { code: 9, scale: 0.1 },
    line: { word: 'mains', digits: 1 },
    volts: [0, 300],
  },
  leakage_ma: {
    register: F32,
    node: { code: 10, scale: 0.1 },
    line: { word: 'leakage', digits: 2 },
    volts: [0, 300],
  },
  phase_deg: {
    register: i16(0.1),
    node: { code: 11, scale: 0.1 },
    line: { word: 'phase', digits: 1 },
    volts: [-180, 180],
  },
  door_open: {
    register: CONTACT,
    node: { code: 12, scale: 1 },
    line: { word: 'door', digits: 0 },
    volts: [0, 1],
  },
}

/** Registers that a value takes. */
export function widthOf({ table, type }: Encoding['register']): number {
  return table === 'input' && (type === 'u32' || type === 'f32') ? 2 : 1
}

/** The words of a register, the first at its address. A sensor without a value writes what stands for none. */
export function registerWords(
  { type, order, scale = 1, noValue }: Encoding['register'],
  value: number | undefined,
): number[] {
  const absent = value === undefined || Number.isNaN(value)
  if (type === undefined) return [!absent && value >= 0.5 ? 1 : 0]
  if (type === 'f32') {
    const view = new DataView(new ArrayBuffer(4))
    view.setFloat32(0, absent ? Number.NaN : Math.max(-LARGEST_F32, Math.min(LARGEST_F32, value)))
    const words = [view.getUint16(0), view.getUint16(2)]
    return order === 'CDAB' ? words.reverse() : words
  }
  const [none = 0] = noValue ?? []
  const [lowest, highest] = { u16: [0, 65_534], i16: [-32_767, 32_767], u32: [0, U32_NONE - 1] }[type] as [
    number,
    number,
  ]
  const raw = absent ? none : Math.max(lowest, Math.min(highest, Math.round(value / scale)))
  return type === 'u32' ? [Math.floor(raw / 65_536), raw % 65_536] : [raw & 0xffff]
}

const I32_MAX = 2 ** 31 - 1

/** The whole number of a node frame. */
export function nodeNumber({ scale }: Encoding['node'], value: number): number {
  return Math.max(-I32_MAX, Math.min(I32_MAX, Math.round(value / scale)))
}

/** A word of a line; blank where the sensor says nothing, the end of a 16-bit counter where it overflows. */
export function lineText({ digits }: Encoding['line'], value: number | undefined): string {
  if (value === undefined) return ''
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? value.toFixed(digits) : String(U16_NONE)
}

/** The share of full scale that a converter reads. */
export function voltage({ volts: [atZero, atFull] }: Encoding, value: number): number {
  return Math.max(0, Math.min(1, (value - atZero) / (atFull - atZero)))
}
