import { z } from 'zod'
import { COMPONENT_PATTERN } from '../../../../proto/domain.ts'

/** What the configuration says of a port with Modbus slaves: its register map, a line a value. */

/** An RS-485 line drives 32 unit loads; the counters of more would not fit into a health report either. */
const MAX_SLAVES = 32

const Register = z
  .strictObject({
    component: z.string().regex(COMPONENT_PATTERN, 'expected a component code of 16 digits'),
    /** What it measures, with its unit: level_mm, current_a. */
    metric: z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a name with its unit such as level_mm'),
    /** Address of the slave. */
    unit: z.int().min(1, 'expected a slave from 1 to 247').max(247, 'expected a slave from 1 to 247'),
    table: z.enum(['holding', 'input', 'coil', 'discrete']),
    /** As it stands on the wire, from 0: what a manual calls 40001 is holding 0, 30001 is input 0. */
    address: z
      .int()
      .min(0, 'expected 0 to 65535')
      .max(65_535, 'expected 0 to 65535, as on the wire: 40001 in a manual is holding 0'),
    /** Default: u16 of a register; coils and discrete inputs are bits. */
    type: z.enum(['u16', 'i16', 'u32', 'i32', 'f32']).optional(),
    /** Bytes of a value of 32 bits in the order in which they come, A the highest. */
    order: z.enum(['ABCD', 'CDAB', 'BADC', 'DCBA']).optional(),
    /** value = raw * scale + offset */
    scale: z.number().default(1),
    offset: z.number().default(0),
    /** Raw values by which the slave says that it has none: a broken sensor is absent, not 3276.7 °C. */
    noValue: z.array(z.number()).default([]),
    everyMs: z.int().min(100).max(86_400_000).default(5000),
  })
  .check(({ value: register, issues }) => {
    const issue = (key: string, message: string) =>
      issues.push({ code: 'custom', input: register, path: [key], message })
    const { table, type, order, address } = register
    if ((table === 'coil' || table === 'discrete') && type !== undefined)
      issue('type', `a ${table} is one bit: leave out type`)
    const wide = type === 'u32' || type === 'i32' || type === 'f32'
    if (order !== undefined && !wide)
      issue('order', 'order is for u32, i32 and f32: a value of one register has none')
    if (wide && address === 65_535)
      issue('address', `${type} takes two registers: expected an address up to 65534`)
  })

export const ModbusPort = z.strictObject({
  driver: z.literal('modbus'),
  baud: z.int().min(300).max(4_000_000).default(9600),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  /** How long a slave may think; the time that the bytes take on the line is added. */
  timeoutMs: z.int().min(20).max(10_000).default(500),
  /** How often a request is repeated that got no answer. */
  retries: z.int().min(0).max(10).default(2),
  registers: z
    .array(Register)
    .min(1)
    .check(({ value: registers, issues }) => {
      const issue = (path: (string | number)[], message: string) =>
        issues.push({ code: 'custom', input: registers, path, message })
      const seen = new Map<string, number>()
      registers.forEach(({ component, metric }, i) => {
        const earlier = seen.get(`${component} ${metric}`)
        if (earlier !== undefined)
          issue([i, 'metric'], `${metric} of ${component} is read by registers[${earlier}] too`)
        else seen.set(`${component} ${metric}`, i)
      })
      const slaves = new Set(registers.map(({ unit }) => unit)).size
      if (slaves > MAX_SLAVES) issue([], `${slaves} slaves on one line: expected at most ${MAX_SLAVES}`)
    }),
})

export type ModbusPortConfig = z.output<typeof ModbusPort>
export type RegisterConfig = ModbusPortConfig['registers'][number]

/**
 * Slaves speak only when asked: a line that is asked less often than the watchdog looks would be called silent
 * all the time. Says so, for the key silenceS; undefined where all is well.
 */
export function modbusSilenceMistake({
  registers,
  silenceS,
}: ModbusPortConfig & { silenceS: number }): string | undefined {
  const everyS = Math.min(...registers.map(({ everyMs }) => everyMs)) / 1000
  if (silenceS >= 2 * everyS) return undefined
  return `found ${silenceS}, but the line is asked only every ${everyS} s: expected at least ${2 * everyS}`
}
