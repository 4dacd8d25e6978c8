import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIX_COLUMNS } from '../../../gateway/hub/stores/fix-columns.ts'
import { fixLines } from '../../../gateway/hub/stores/influx-lines.ts'
import { ABSENT, emptyColumns } from '../../../proto/fix-columns.ts'

const anyInteger = fc.oneof(
  fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 9, 10, 999_999_999, 1_000_000_000, -1_000_000_000, 2 ** 31 - 1),
)
const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_799_999 }),
  fc.constantFrom(0, 999_999_999, 1_000_000_000, 1_000_000_000_000, 1_777_680_000_007),
)
const anyRow = fc.tuple(
  anyTime,
  anyInteger,
  fc.array(fc.option(anyInteger, { nil: undefined }), { minLength: 8, maxLength: 8 }),
)

test('the bytes are what templates would give', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 20 }), fc.nat(), (rows, from) => {
      const columns = emptyColumns(rows.length)
      columns.count = rows.length
      rows.forEach(([timeMs, lat, rest], i) => {
        columns.timeMs[i] = timeMs
        columns.values.forEach((column, c) => {
          column[i] = (c === 0 ? lat : rest[c - 1]) ?? ABSENT
        })
      })
      const start = from % rows.length
      const expected = rows.slice(start).map(([timeMs, lat, rest]) => {
        const fields = [lat, ...rest].flatMap((value, c) =>
          value === undefined ? [] : [`${FIX_COLUMNS[c]!.field}=${value}i`],
        )
        return `fix,device=bike_1-A ${fields.join(',')} ${timeMs}`
      })
      expect(fixLines('bike_1-A', columns, start, rows.length)).toBe(expected.join('\n'))
    }),
  )
})
