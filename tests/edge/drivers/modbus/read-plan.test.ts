import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RegisterConfig } from '../../../../gateway/edge/drivers/modbus/modbus-config.ts'
import { planReads } from '../../../../gateway/edge/drivers/modbus/read-plan.ts'
import { wordsOf } from '../../../../gateway/edge/drivers/modbus/register-value.ts'

function register(rest: Partial<RegisterConfig>): RegisterConfig {
  const base = { component: '3101010101000001', metric: 'level_mm', unit: 3, table: 'holding' as const }
  return { ...base, address: 0, scale: 1, offset: 0, noValue: [], everyMs: 1000, ...rest }
}
const planned = (...registers: Partial<RegisterConfig>[]) =>
  planReads(registers.map(register)).map(({ unit, table, address, count }) => [unit, table, address, count])

test.each([
  ['neighbours are one request', [{}, { address: 1 }], [[3, 'holding', 0, 2]]],
  [
    'a wide value pushes its neighbour on',
    [{ type: 'f32' as const }, { address: 2 }],
    [[3, 'holding', 0, 3]],
  ],
  ['the order of the map does not matter', [{ address: 1 }, {}], [[3, 'holding', 0, 2]]],
  [
    'a hole is not read over',
    [{}, { address: 2 }],
    [
      [3, 'holding', 0, 1],
      [3, 'holding', 2, 1],
    ],
  ],
  [
    'slaves are asked apart',
    [{}, { unit: 4, address: 1 }],
    [
      [3, 'holding', 0, 1],
      [4, 'holding', 1, 1],
    ],
  ],
  [
    'tables are asked apart',
    [{}, { table: 'input' as const, address: 1 }],
    [
      [3, 'holding', 0, 1],
      [3, 'input', 1, 1],
    ],
  ],
  [
    'intervals are asked apart',
    [{}, { address: 1, everyMs: 5000 }],
    [
      [3, 'holding', 0, 1],
      [3, 'holding', 1, 1],
    ],
  ],
])('%s', (_, registers, plan) => {
  expect(planned(...registers)).toEqual(plan)
})

test('any register map: every register in one request that covers it, none beyond the limits of the standard', () => {
  const any = fc.record({
    unit: fc.integer({ min: 1, max: 2 }),
    table: fc.constantFrom('holding', 'input', 'coil', 'discrete'),
    address: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 65_534 })),
    type: fc.constantFrom('u16', 'u32', undefined),
    everyMs: fc.constantFrom(1000, 5000),
  })
  fc.assert(
    fc.property(fc.array(any, { maxLength: 300 }), (maps) => {
      const registers = maps.map(({ type, ...rest }) => register(type ? { ...rest, type } : rest))
      const plan = planReads(registers)
      expect(new Set(plan.flatMap((request) => request.registers))).toEqual(new Set(registers))
      for (const { registers: read, table, address, count } of plan) {
        expect(count).toBeLessThanOrEqual(table === 'coil' || table === 'discrete' ? 2000 : 125)
        for (const one of read) {
          expect(one.address).toBeGreaterThanOrEqual(address)
          expect(one.address + wordsOf(one)).toBeLessThanOrEqual(address + count)
        }
      }
    }),
    { numRuns: 100 },
  )
})
