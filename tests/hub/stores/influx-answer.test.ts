import { describe, expect, test } from 'vitest'
import { answeredSeries } from '../../../gateway/hub/stores/influx-answer.ts'

/** {results: [{series: [{columns: [], values: [[VALUE]]}]}]} with the value's bytes as given. */
const answerWith = (hex: string) =>
  Buffer.concat([
    Buffer.from('81a7', 'hex'),
    Buffer.from('results'),
    Buffer.from('9181a6', 'hex'),
    Buffer.from('series'),
    Buffer.from('9182a7', 'hex'),
    Buffer.from('columns'),
    Buffer.from('90a6', 'hex'),
    Buffer.from('values'),
    Buffer.from(`9191${hex}`, 'hex'),
  ])

describe('MessagePack', () => {
  test.each([
    ['positive fixint', '7f', 127],
    ['negative fixint', 'e0', -32],
    ['nil', 'c0', null],
    ['false', 'c2', false],
    ['true', 'c3', true],
    ['float 32', 'ca3fc00000', 1.5],
    ['float 64', 'cb3ff8000000000000', 1.5],
    ['uint 8', 'ccff', 255],
    ['uint 16', 'cdffff', 65_535],
    ['uint 32', 'ceffffffff', 4_294_967_295],
    ['uint 64', 'cf0000019d9f0ddc00', 0x19d9f0ddc00],
    ['int 8', 'd080', -128],
    ['int 16', 'd18000', -32_768],
    ['int 32', 'd280000000', -2_147_483_648],
    ['int 64', 'd3fffffffeffffffff', -4_294_967_297],
    ['fixstr', 'a26869', 'hi'],
    ['str 8', 'd9026869', 'hi'],
    ['str 16', 'da00026869', 'hi'],
    ['str 32', 'db000000026869', 'hi'],
    ['array 16', 'dc000101', [1]],
    ['array 32', 'dd0000000101', [1]],
    ['map 16', 'de0001a16101', { a: 1 }],
    ['map 32', 'df00000001a16101', { a: 1 }],
  ])('%s', (_, hex, value) => {
    const [series] = [...answeredSeries(answerWith(hex))]
    expect(series).toEqual({ tags: {}, columns: [], values: [[value]] })
  })

  test('an answer that is cut off anywhere is an error', () => {
    const whole = answerWith('d9026869')
    for (let length = 1; length < whole.length; length++)
      expect(() => [...answeredSeries(whole.subarray(0, length))]).toThrow()
  })

  test('a type that InfluxDB does not use is named', () => {
    expect(() => [...answeredSeries(answerWith('c403010203'))]).toThrow(/0xc4/)
  })
})
