import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ABSENT, emptyColumns, FIX_QUANTITIES, type FixColumns } from '../../proto/fix-columns.ts'
import { ChunkDamaged, chunkCount, decodeChunk, encodeChunk } from '../../proto/track-chunk.ts'

const START_MS = Date.UTC(2026, 4, 1)

/** Rows of a time offset and a value, or undefined, for each column. */
type Row = [offsetMs: number, ...values: (number | undefined)[]]

function columnsOf(rows: Row[]): FixColumns {
  const columns = emptyColumns(rows.length)
  columns.count = rows.length
  rows.forEach(([offsetMs, ...values], i) => {
    columns.timeMs[i] = START_MS + offsetMs
    FIX_QUANTITIES.forEach((_, c) => {
      columns.values[c]![i] = values[c] ?? ABSENT
    })
  })
  return columns
}

function decoded(bytes: Uint8Array, room: number): FixColumns {
  const columns = emptyColumns(room)
  decodeChunk(bytes, START_MS, columns)
  return columns
}

const int32 = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 })
const anyRow = fc
  .tuple(
    fc.integer({ min: 0, max: 599_999 }),
    fc.array(fc.option(int32, { nil: undefined }), { minLength: 9, maxLength: 9 }),
  )
  .map(([offsetMs, values]): Row => [offsetMs, ...values])

test('gives back whatever went in, extremes and absent values at any place', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 40 }), (rows) => {
      const columns = columnsOf(rows)
      expect(decoded(encodeChunk(columns, START_MS), rows.length)).toEqual(columns)
    }),
  )
})

test('bytes that are no chunk are refused, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, rightVersion) => {
      if (rightVersion && bytes.length > 0) bytes[0] = 1
      try {
        decoded(bytes, 50)
      } catch (error) {
        expect(error).toBeInstanceOf(ChunkDamaged)
      }
    }),
    { numRuns: 1000 },
  )
})

test('a chunk that is cut off, longer, or larger than recorded is refused', () => {
  const rows = Array.from(
    { length: 20 },
    (_, i): Row => [i * 1000, 312_000_000 + i * i * 7, 1_214_000_000 - i, i],
  )
  const bytes = encodeChunk(columnsOf(rows), START_MS)
  for (let length = 0; length < bytes.length; length++)
    expect(() => decoded(bytes.subarray(0, length), 20)).toThrow(ChunkDamaged)
  expect(() => decoded(Uint8Array.of(...bytes, 0), 20)).toThrow('1 bytes after a chunk')
  expect(() => decoded(bytes, 19)).toThrow('more than recorded')
  expect(chunkCount(bytes)).toBe(20)
})

// Files of users hold such bytes: what this program wrote once it must read for ever.
test('version 1 stays readable', () => {
  const rows: Row[] = [
    [0, 312_345_678, 1_214_567_891, 1234, 420, 9000, 92, 12, 1, 250],
    [1000, 312_345_778, 1_214_567_991, 1236, undefined, 9010, 92, 12, 1, undefined],
    [2000, 312_345_878, 1_214_568_091, 1235, undefined, undefined, 92, 11, 1, undefined],
  ]
  const hex =
    '010306' +
    '00d00f' +
    '0e9c91f0a902c801' +
    '0ea6d7a68609c801' +
    '08a4130401' +
    '0506c806' +
    '0904d08c0114' +
    '04b801' +
    '06180001' +
    '0202' +
    '0506f403'
  expect(Buffer.from(encodeChunk(columnsOf(rows), START_MS)).toString('hex')).toBe(hex)
  expect(decoded(Buffer.from(hex, 'hex'), 3)).toEqual(columnsOf(rows))
})

test('a steady ride costs a byte for each position column, and nothing for what does not change', () => {
  const rows = Array.from(
    { length: 600 },
    (_, i): Row => [
      i * 1000,
      312_000_000 + 360 * i + (i % 3),
      1_214_000_000 + (i % 5),
      undefined,
      400,
      0,
      90,
      12,
      1,
      250,
    ],
  )
  expect(encodeChunk(columnsOf(rows), START_MS).length).toBeLessThan(600 * 2 + 150)
})
