import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LinePort } from '../../../../gateway/edge/drivers/line/line-config.ts'
import { LineSplitter } from '../../../../gateway/edge/drivers/line/line-splitter.ts'

function split(options: object, ...chunks: (string | Uint8Array)[]) {
  const config = LinePort.parse({
    driver: 'line',
    patterns: [
      { regex: '(?<x>.)', readings: [{ group: 'x', component: '3101010101000001', metric: 'level_mm' }] },
    ],
    ...options,
  })
  const lines: string[] = []
  let tooLong = 0
  const splitter = new LineSplitter(config, {
    onLine: (text) => lines.push(text),
    onTooLong: () => tooLong++,
  })
  for (const chunk of chunks) splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return { lines, tooLong }
}

const long = (length: number) => 'x'.repeat(length)

test.each([
  ['LF', {}, ['a\nb\n\nc'], ['a', 'b'], 0],
  ['LF where CR LF is written', {}, ['a\r\nb\r\n'], ['a\r', 'b\r'], 0],
  ['CR LF cut in two', { delimiter: '\r\n' }, ['a\r', '\nb\r\n'], ['a', 'b'], 0],
  [
    'a sign of several bytes, cut',
    { delimiter: '°' },
    [Buffer.from([0x61, 0xc2]), Buffer.from([0xb0])],
    ['a'],
    0,
  ],
  ['a regex', { delimiter: { regex: '[\\r\\n;]+' } }, ['a;;b\r', '\nc\n'], ['a', 'b', 'c'], 0],
  ['a line of just the length', { maxLineBytes: 16 }, [`${long(16)}\n`], [long(16)], 0],
  ['a line one too long', { maxLineBytes: 16 }, [`${long(17)}\na\n`], ['a'], 1],
  ['a line far too long', { maxLineBytes: 16 }, [long(5000), `${long(5000)}\na\n`], ['a'], 1],
  ['broken UTF-8', {}, [Buffer.from([0xff, 0x61, 0x0a])], ['\ufffda'], 0],
])('%s', (_, options, chunks, lines, tooLong) => {
  expect(split(options, ...chunks)).toEqual({ lines, tooLong })
})

test.each([['\r\n'], [{ regex: '[\\r\\n]+' }]])('delimiter %j: the cuts do not matter', (delimiter) => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom('\r\n', 'T=1\r\n', '\n', long(40)).map((text) => Uint8Array.from(Buffer.from(text))),
  )
  fc.assert(
    fc.property(fc.array(anyBytes, { maxLength: 20 }), fc.integer({ min: 1, max: 50 }), (parts, size) => {
      const stream = Buffer.concat(parts)
      const chunks: Uint8Array[] = []
      for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size))
      const options = { delimiter, maxLineBytes: 32 }
      expect(split(options, ...chunks)).toEqual(split(options, stream))
    }),
    { numRuns: 60 },
  )
})
