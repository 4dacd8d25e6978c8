/** What it takes to get a quantity out of a chip that a single register does not give. */
export interface I2cChip {
  /** As the configuration names it. */
  name: string
  /** Where it can answer, by how its address pin is wired; the first where the configuration names none. */
  addresses: readonly [number, ...number[]]
  /** Unit of its value, as it ends a metric's name. */
  unit: string
  /** Writes after power-up, each a register with its bytes, or an opcode. */
  setUp: readonly (readonly number[])[]
  /** What begins a measurement, and how long that takes; absent where the chip measures all the time. */
  measure?: { write: readonly number[]; waitMs: number }
  /** Absent where the chip has none. */
  register?: number
  /** How many are read. */
  bytes: number
  /** The quantity; undefined where these bytes do not tell it. */
  value(data: DataView): number | undefined
}
