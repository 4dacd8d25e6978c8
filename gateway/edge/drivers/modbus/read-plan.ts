import type { RegisterConfig } from './modbus-config.ts'
import { wordsOf } from './register-value.ts'

/** One request on the line: registers of a slave that lie side by side and are due together. */
export interface ReadRequest {
  unit: number
  table: RegisterConfig['table']
  address: number
  /** Registers, or bits of coils and discrete inputs. */
  count: number
  everyMs: number
  registers: RegisterConfig[]
}

/** Modbus Application Protocol 1.1b3, 6.1 to 6.4: the most that one request may ask for. */
const MAX_REGISTERS = 125
const MAX_BITS = 2000

/**
 * Joins what touches or overlaps in the same table of the same slave at the same interval. Holes are not read
 * over: many slaves answer a whole request with an exception for one address that they do not have.
 */
export function planReads(registers: RegisterConfig[]): ReadRequest[] {
  const plan: ReadRequest[] = []
  for (const register of registers.toSorted((a, b) => a.address - b.address)) {
    const end = register.address + wordsOf(register)
    const open = plan.find(
      ({ unit, table, everyMs, address, count }) =>
        unit === register.unit &&
        table === register.table &&
        everyMs === register.everyMs &&
        register.address <= address + count &&
        end - address <= mostOf(table),
    )
    if (open) {
      open.registers.push(register)
      open.count = Math.max(open.count, end - open.address)
    } else plan.push(single(register))
  }
  return plan
}

/** The same registers, each by a request of its own. */
export const splitRead = (request: ReadRequest): ReadRequest[] => request.registers.map(single)

const single = (register: RegisterConfig): ReadRequest => {
  const { unit, table, address, everyMs } = register
  return { unit, table, address, count: wordsOf(register), everyMs, registers: [register] }
}

const mostOf = (table: RegisterConfig['table']): number =>
  table === 'coil' || table === 'discrete' ? MAX_BITS : MAX_REGISTERS
