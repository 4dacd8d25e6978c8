/**
 * Chips on the I²C bus of a simulated board, as their data sheets describe them: what has not been set up
 * measures nothing, and what has lost power has forgotten its set-up.
 */

export interface I2cChip {
  /** 7 bits. */
  readonly address: number
  /** Bytes that a master writes; false: not acknowledged. */
  write(bytes: readonly number[]): boolean
  /** Undefined: not acknowledged. */
  read(count: number): number[] | undefined
}

/** A chip with power that can be cut; without it, nothing is acknowledged. */
abstract class PoweredChip implements I2cChip {
  readonly address: number
  #powered = true

  constructor(address: number) {
    this.address = address
  }

  set powered(on: boolean) {
    this.#powered = on
    this.forget()
  }

  write(bytes: readonly number[]): boolean {
    if (this.#powered) this.take(bytes)
    return this.#powered
  }

  read(count: number): number[] | undefined {
    return this.#powered ? this.give(count) : undefined
  }

  protected abstract forget(): void
  protected abstract take(bytes: readonly number[]): void
  protected abstract give(count: number): number[]
}

/** 256 registers of a byte: the first byte written is the register to begin with, then each byte moves on by one. */
abstract class RegisterChip extends PoweredChip {
  protected readonly registers = new Uint8Array(256)
  #pointer = 0

  protected override forget(): void {
    this.registers.fill(0)
    this.#pointer = 0
  }

  protected override take([register, ...values]: readonly number[]): void {
    if (register === undefined) return
    this.#pointer = register
    for (const value of values) this.registers[this.#pointer++ & 0xff] = value
  }

  protected override give(count: number): number[] {
    this.measure()
    return Array.from({ length: count }, () => this.registers[this.#pointer++ & 0xff]!)
  }

  /** Brings the data registers up to date. */
  protected abstract measure(): void
}

/** Acceleration along x, y and z in g. */
export type Axes = () => readonly [number, number, number]

/** Analog Devices ADXL345: three axes, 256 counts a g in full resolution, low byte first. */
export class Adxl345 extends RegisterChip {
  readonly #axes: Axes

  constructor(axes: Axes, address = 0x53) {
    super(address)
    this.#axes = axes
  }

  protected override measure(): void {
    const [powerControl, dataFormat, data] = [0x2d, 0x31, 0x32]
    const measuring = (this.registers[powerControl]! & 0x08) !== 0
    if (!measuring) return
    const fullResolution = (this.registers[dataFormat]! & 0x08) !== 0
    const perG = fullResolution ? 256 : 256 >> (this.registers[dataFormat]! & 0x03)
    const view = new DataView(this.registers.buffer)
    for (const [i, g] of this.#axes().entries()) view.setInt16(data + 2 * i, Math.round(g * perG), true)
  }
}

/** InvenSense MPU-6050: asleep after power-up; 16384 counts a g in its smallest range, high byte first. */
export class Mpu6050 extends RegisterChip {
  readonly #axes: Axes

  constructor(axes: Axes, address = 0x68) {
    super(address)
    this.#axes = axes
    this.forget()
  }

  protected override forget(): void {
    super.forget()
    this.registers[0x6b] = 0x40
  }

  protected override measure(): void {
    const [accelConfig, accelData, powerManagement] = [0x1c, 0x3b, 0x6b]
    const asleep = (this.registers[powerManagement]! & 0x40) !== 0
    if (asleep) return
    const perG = 16_384 >> ((this.registers[accelConfig]! >> 3) & 0x03)
    const view = new DataView(this.registers.buffer)
    for (const [i, g] of this.#axes().entries())
      view.setInt16(accelData + 2 * i, Math.max(-32_768, Math.min(32_767, Math.round(g * perG))))
  }
}

/** Texas Instruments TMP102: 12 bits at the left of two bytes, 1/16 °C a count; 0 °C until the first conversion. */
export class Tmp102 extends RegisterChip {
  readonly #celsius: () => number

  constructor(celsius: () => number, address = 0x48) {
    super(address)
    this.#celsius = celsius
  }

  protected override measure(): void {
    new DataView(this.registers.buffer).setInt16(0, Math.round(this.#celsius() * 16) * 16)
  }
}

/** ROHM BH1750: opcodes instead of registers; a measurement in high resolution takes 120 ms; 1.2 counts a lux. */
export class Bh1750 extends PoweredChip {
  readonly #lux: () => number
  #data = 0
  #readyAtMs: number | undefined
  #mode: 'down' | 'continuous' | 'once' = 'down'

  constructor(lux: () => number, address = 0x23) {
    super(address)
    this.#lux = lux
  }

  protected override forget(): void {
    this.#data = 0
    this.#readyAtMs = undefined
    this.#mode = 'down'
  }

  protected override take([opcode]: readonly number[]): void {
    if (opcode === 0x00) this.#mode = 'down'
    if (opcode !== 0x10 && opcode !== 0x20) return
    this.#mode = opcode === 0x10 ? 'continuous' : 'once'
    this.#readyAtMs = performance.now() + 120
  }

  protected override give(count: number): number[] {
    if (this.#readyAtMs !== undefined && performance.now() >= this.#readyAtMs) {
      this.#data = Math.min(0xffff, Math.round(this.#lux() * 1.2))
      if (this.#mode !== 'continuous') this.#readyAtMs = undefined
    }
    return Array.from({ length: count }, (_, i) =>
      i === 0 ? this.#data >> 8 : i === 1 ? this.#data & 0xff : 0xff,
    )
  }
}
