import type { I2cChip } from './i2c-chip.ts'
import { tiltDeg } from './tilt.ts'

/** In the range of ±4 g. */
const G_PER_COUNT = 1 / 8192

/** InvenSense MPU-6050, of which the accelerometer is read (register map RM-MPU-6000A rev. 4.2). */
export const MPU6050: I2cChip = {
  name: 'MPU6050',
  addresses: [0x68, 0x69],
  unit: 'deg',
  setUp: [
    // PWR_MGMT_1: awake; the chip sleeps after power-up.
    [0x6b, 0x00],
    // CONFIG: low pass of 5 Hz, against the vibration of traffic.
    [0x1a, 0x06],
    // ACCEL_CONFIG: ±4 g.
    [0x1c, 0x08],
  ],
  register: 0x3b,
  bytes: 6,
  value: (data) =>
    tiltDeg(data.getInt16(0) * G_PER_COUNT, data.getInt16(2) * G_PER_COUNT, data.getInt16(4) * G_PER_COUNT),
}
