import { CsvError, parse } from 'csv-parse/sync'

/**
 * A table as offices write it. In: the bytes of a CSV file (RFC 4180, with a heading) in UTF-8, with or without a byte
 * order mark, UTF-16 with one, or GB 18030, which Excel in Chinese saves (GBK); separated by commas, semicolons or
 * tabs. Out: its rows by the names of their columns. A file that is no such table is refused as a whole.
 */

export interface CsvTable<Column extends string> {
  rows: CsvRow<Column>[]
  encoding: Encoding
  /** Headings that name none of the columns: they are left out. */
  unknown: string[]
}

export interface CsvRow<Column extends string> {
  /** Line of the file in which the row ends, from 1. */
  line: number
  /** Trimmed; an empty cell is absent. */
  cells: Partial<Record<Column, string>>
}

type Encoding = 'UTF-8' | 'UTF-16' | 'GB 18030 (GBK)'

/** The file is no table of the kind that was asked for; the message says what was expected. */
export class NotTheTable extends Error {
  override readonly name = 'NotTheTable'
}

/**
 * @param headings the names that a column may have in the first row, in any language; case does not matter.
 * @throws NotTheTable
 */
export function readCsvTable<Column extends string>(
  bytes: Uint8Array,
  headings: Record<Column, readonly string[]>,
): CsvTable<Column> {
  const { text, encoding } = decodeText(bytes)
  const [head, ...rest] = recordsOf(text)
  if (!head) throw new NotTheTable('the file is empty: expected a first row with the names of the columns')
  const columns = Object.keys(headings) as Column[]
  const named = head.record.map((heading) => {
    const name = heading.trim().toLowerCase()
    return columns.find((column) => headings[column].some((known) => known.toLowerCase() === name))
  })
  for (const column of columns)
    if (named.filter((name) => name === column).length > 1)
      throw new NotTheTable(`column ${column} stands in the first row twice`)
  if (named.every((name) => name === undefined))
    throw new NotTheTable(
      `no known column in the first row, ${JSON.stringify(head.record.join(',').slice(0, 80))}: expected ` +
        columns.map((column) => headings[column].join(' or ')).join(', '),
    )
  return {
    encoding,
    unknown: head.record.filter((heading, i) => named[i] === undefined && heading.trim() !== ''),
    rows: rest.map(({ record, line }) => {
      const cells: Partial<Record<Column, string>> = {}
      record.forEach((cell, i) => {
        const column = named[i]
        const value = cell.trim()
        if (column !== undefined && value !== '') cells[column] = value
      })
      return { line, cells }
    }),
  }
}

/** Whoever saves a table from Excel gets one of these; bytes that are no UTF-8 are taken for GB 18030. */
function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'UTF-16' }
  if (first === 0xfe && second === 0xff)
    return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'UTF-16' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' }
  } catch {
    try {
      return { text: new TextDecoder('gb18030', { fatal: true }).decode(bytes), encoding: 'GB 18030 (GBK)' }
    } catch {
      throw new NotTheTable(
        'the bytes are neither UTF-8 nor GBK text: expected a CSV file, no workbook (.xlsx)',
      )
    }
  }
}

function recordsOf(text: string): { record: string[]; line: number }[] {
  if (text.includes('\0'))
    throw new NotTheTable('there are zero bytes in it: expected a CSV file, no workbook (.xlsx)')
  try {
    const records = parse(text, {
      delimiter: delimiterOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    return records.map(({ record, info }) => ({ record, line: info.lines }))
  } catch (error) {
    if (error instanceof CsvError) throw new NotTheTable(`no CSV: ${error.message}`)
    throw error
  }
}

/** The one that the first row has most of. */
function delimiterOf(text: string): string {
  const head = text.split('\n', 1)[0]!
  const count = (delimiter: string): number => head.split(delimiter).length
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best))
}
