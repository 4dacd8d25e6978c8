import type { I2cChip } from './i2c-chip.ts'
import { tiltDeg } from './tilt.ts'

const G_PER_COUNT = 1 / 256

/** Analog Devices ADXL345, a three-axis accelerometer (data sheet rev. G, register map on page 23). */
export const ADXL345: I2cChip = {
  name: 'ADXL345',
  addresses: [0x53, 0x1d],
  unit: 'deg',
  setUp: [
    // DATA_FORMAT: full resolution, ±16 g: a truck's shock does not run into the end of the range.
    [0x31, 0x0b],
    // BW_RATE: 25 a second, a bandwidth of 12.5 Hz, against the vibration of traffic.
    [0x2c, 0x08],
    // POWER_CTL: measure.
    [0x2d, 0x08],
  ],
  register: 0x32,
  bytes: 6,
  value: (data) =>
    tiltDeg(
      data.getInt16(0, true) * G_PER_COUNT,
      data.getInt16(2, true) * G_PER_COUNT,
      data.getInt16(4, true) * G_PER_COUNT,
    ),
}
