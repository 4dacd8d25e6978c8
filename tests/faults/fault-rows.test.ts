import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** docs/faults.md is the list of what was promised: each row has a test that is there, and each test has its row. */
const DOCS = join(import.meta.dirname, '../../docs')
const FAULTS = import.meta.dirname
const page = readFileSync(join(DOCS, 'faults.md'), 'utf8')
const rows = [...page.matchAll(/^\| +(\d+) \| (.+) \|$/gm)].map(([, number, rest]) => ({
  number: Number(number),
  cells: rest!.split(' | '),
  tests: [...rest!.matchAll(/\]\((\.\.\/tests\/[^)]+)\)/g)].map(([, path]) => join(DOCS, path!)),
}))
const span = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

test('every row that is built stands there once, in order', () => {
  expect(rows.map(({ number }) => number)).toEqual([...span(1, 30), ...span(36, 41), 49])
})

test.each(rows.map((row) => [row.number, row] as const))(
  'row %i says all, and its test is there',
  (number, row) => {
    expect(row.cells).toHaveLength(4)
    for (const cell of row.cells) expect(cell.trim()).not.toBe('')
    expect(row.tests.length).toBeGreaterThan(0)
    for (const path of row.tests) {
      expect(existsSync(path), relative(DOCS, path)).toBe(true)
      const padded = String(number).padStart(2, '0')
      if (/\/row-[^/]*$/.test(path))
        expect(relative(FAULTS, path)).toMatch(new RegExp(`/row-(\\d\\d-)*${padded}-`))
    }
  },
)

test('every test of a row is listed', () => {
  const files = readdirSync(FAULTS, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\/row-.*\.test\.ts$/.test(file),
  )
  const listed = new Set(rows.flatMap(({ tests }) => tests))
  expect(files.filter((file) => !listed.has(join(FAULTS, file)))).toEqual([])
})
