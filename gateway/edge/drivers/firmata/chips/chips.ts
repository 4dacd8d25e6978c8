import { ADXL345 } from './adxl345.ts'
import { BH1750 } from './bh1750.ts'
import type { I2cChip } from './i2c-chip.ts'
import { MPU6050 } from './mpu6050.ts'

/** Chips that the configuration can name; a new one is a file of its own and a line here. */
export const CHIPS: readonly I2cChip[] = [ADXL345, BH1750, MPU6050]
