import { expect, test } from 'vitest'
import { ModbusPort } from '../../../../gateway/edge/drivers/modbus/modbus-config.ts'
import { registerValue } from '../../../../gateway/edge/drivers/modbus/register-value.ts'

function register(rest: object) {
  const base = { component: '3101010101000001', metric: 'level_mm', unit: 3, table: 'holding', address: 40 }
  return ModbusPort.parse({ driver: 'modbus', registers: [{ ...base, ...rest }] }).registers[0]!
}

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

test.each([
  ['u16', {}, 'ff38', 65_336],
  ['i16', { type: 'i16' }, 'ff38', -200],
  ['i16 scaled and moved', { type: 'i16', scale: 0.5, offset: 10 }, 'ff38', -90],
  ['u32 ABCD', { type: 'u32' }, '12345678', 0x12345678],
  ['u32 CDAB', { type: 'u32', order: 'CDAB' }, '56781234', 0x12345678],
  ['u32 BADC', { type: 'u32', order: 'BADC' }, '34127856', 0x12345678],
  ['u32 DCBA', { type: 'u32', order: 'DCBA' }, '78563412', 0x12345678],
  ['u32 at its top', { type: 'u32' }, 'ffffffff', 4_294_967_295],
  ['i32', { type: 'i32' }, 'fffffffe', -2],
  ['f32', { type: 'f32' }, '41ac0000', 21.5],
  ['f32 CDAB', { type: 'f32', order: 'CDAB' }, '000041ac', 21.5],
  ['f32 that is no number', { type: 'f32' }, '7fc00000', undefined],
  ['f32 infinite', { type: 'f32' }, '7f800000', undefined],
  ['no value', { type: 'i16', noValue: [-32_768] }, '8000', undefined],
  ['the second register of an answer', { address: 41 }, '0001 0002', 2],
  ['a coil', { table: 'coil', address: 49 }, '0002', 1],
  ['a coil beside it', { table: 'coil', address: 50 }, '0002', 0],
])('%s', (_, rest, hex, value) => {
  expect(registerValue(register(rest), bytes(hex), 40)).toBe(value)
})

test('data that end before the register are refused', () => {
  expect(() => registerValue(register({ type: 'u32' }), bytes('0001'), 40)).toThrow(RangeError)
  expect(() => registerValue(register({ table: 'coil', address: 48 }), bytes('00'), 40)).toThrow(RangeError)
})
