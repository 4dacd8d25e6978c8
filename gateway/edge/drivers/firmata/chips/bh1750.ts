import type { I2cChip } from './i2c-chip.ts'

const COUNTS_PER_LUX = 1.2

/**
 * ROHM BH1750FVI, an ambient light sensor (data sheet rev. D). Each value is measured for itself: in continuous
 * mode a chip that has lost its power and got it back goes on answering, with a measurement that it never made.
 */
export const BH1750: I2cChip = {
  name: 'BH1750',
  addresses: [0x23, 0x5c],
  unit: 'lux',
  setUp: [],
  // One time H-resolution mode: 180 ms at most, then it powers down by itself.
  measure: { write: [0x20], waitMs: 180 },
  bytes: 2,
  value: (data) => data.getUint16(0) / COUNTS_PER_LUX,
}
