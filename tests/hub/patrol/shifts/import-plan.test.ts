import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { planImportCommands } from '../../../../gateway/commands/import-shifts.ts'
import { UnitGrids } from '../../../../gateway/hub/patrol/grids/unit-grids.ts'
import { NotTheTable } from '../../../../gateway/hub/patrol/shifts/csv-table.ts'
import { importBeats, importShifts } from '../../../../gateway/hub/patrol/shifts/import-plan.ts'
import { PatrolPlan } from '../../../../gateway/hub/patrol/shifts/patrol-plan.ts'
import { testFolder } from '../../../test-folder.ts'
import { square } from './made-shift.ts'

let folder: string
let plan: PatrolPlan
beforeEach(() => {
  folder = testFolder()
  plan = new PatrolPlan(folder)
  onTestFinished(() => plan.close())
})

const NO_GRIDS = new UnitGrids([])
const GRIDS = new UnitGrids([square('310101002001001', 0, 0, 100), square('310101013001001', 100, 0, 100)])
const shifts = (text: string | Uint8Array, grids = NO_GRIDS) =>
  importShifts(plan, grids, typeof text === 'string' ? Buffer.from(text) : text)
const planned = () =>
  plan
    .between(0, 4e12)
    .map(({ device, fromMs, toMs, breaks }) =>
      [
        device,
        ...[fromMs, toMs, ...breaks.flatMap((rest) => [rest.fromMs, rest.toMs])].map((ms) =>
          new Date(ms).toISOString().slice(5, 16),
        ),
      ].join(' '),
    )

const HEAD = 'date,start,end,device,inspector,beat,grids,breaks'

describe('rows', () => {
  test.each<[string, string, string[]]>([
    [
      'China time',
      '2026-05-01,08:00,17:00,b-1,王芳,,310101,12:00-13:30',
      ['b-1 05-01T00:00 05-01T09:00 05-01T04:00 05-01T05:30'],
    ],
    [
      'an offset that stands there',
      '2026-05-01,08:00Z,17:00+00:00,b-1,,,310101,',
      ['b-1 05-01T08:00 05-01T17:00'],
    ],
    [
      'past midnight, breaks too',
      '2026-12-31,22:00,06:00,b-1,,,310101,23:30-00:15;01:00～01:30',
      ['b-1 12-31T14:00 12-31T22:00 12-31T15:30 12-31T16:15 12-31T17:00 12-31T17:30'],
    ],
    ['until midnight', '2026-05-01,16:00,24:00,b-1,,,310101,', ['b-1 05-01T08:00 05-01T16:00']],
    [
      'dates as offices write them',
      '2026/5/1,8:00,9:00,b-1,,,310101,\n2026年5月2日,8：00,9：00,b-1,,,310101,\n20260503,8:00,9:00,b-1,,,310101,',
      ['b-1 05-01T00:00 05-01T01:00', 'b-1 05-02T00:00 05-02T01:00', 'b-1 05-03T00:00 05-03T01:00'],
    ],
    [
      'several grids',
      '2026-05-01,8:00,9:00,b-1,,,310101002 310101013;310101,',
      ['b-1 05-01T00:00 05-01T01:00'],
    ],
  ])('%s', (_, row, expected) => {
    expect(shifts(`${HEAD}\n${row}\n`, GRIDS).rejected).toEqual([])
    expect(planned()).toEqual(expected)
  })

  test('repeated over a range of days, on some weekdays', () => {
    const report = shifts(
      '日期,至,星期,上班,下班,设备,网格\n2026-05-01,2026-05-10,周一至周五,8:00,17:00,b-1,310101\n',
    )
    expect(report).toMatchObject({ added: 6, rejected: [] })
    expect(planned().map((text) => text.slice(4, 9))).toEqual([
      '05-01',
      '05-04',
      '05-05',
      '05-06',
      '05-07',
      '05-08',
    ])
  })

  test.each<[string, string, RegExp]>([
    ['no device', '2026-05-01,8:00,9:00,,,,310101,', /^device: nothing there|device/],
    ['a device that is none', '2026-05-01,8:00,9:00,b 1,,,310101,', /^device: /],
    [
      '31 February',
      '2026-02-31,8:00,9:00,b-1,,,310101,',
      /^date "2026-02-31": expected a day such as 2026-05-01$/,
    ],
    [
      'no time of day',
      '2026-05-01,morning,9:00,b-1,,,310101,',
      /^time "morning": expected a time of day such as 08:00$/,
    ],
    ['25:00', '2026-05-01,8:00,25:00,b-1,,,310101,', /^time "25:00"/],
    ['no length', '2026-05-01,8:00,8:00,b-1,,,310101,', /start and end are both 8:00/],
    ['neither beat nor grids', '2026-05-01,8:00,9:00,b-1,,,,', /^grids: nothing there$/],
    [
      'beat and grids',
      '2026-05-01,8:00,9:00,b-1,,east,310101,',
      /^beat east and grids 310101: expected one of them$/,
    ],
    ['a beat that is not there', '2026-05-01,8:00,9:00,b-1,,east,,', /^beat east: not in the plan/],
    [
      'a grid that is not there',
      '2026-05-01,8:00,9:00,b-1,,,310102,',
      /^grids 310102: no unit grid of the register begins so$/,
    ],
    [
      'a code that a spreadsheet made a number',
      '2026-05-01,8:00,9:00,b-1,,,3.10101E+14,',
      /format the column as text/,
    ],
    [
      'a break outside',
      '2026-05-01,8:00,9:00,b-1,,,310101,10:00-11:00',
      /^break .* expected inside the shift/,
    ],
    [
      'half a break',
      '2026-05-01,8:00,9:00,b-1,,,310101,8:30',
      /^break "8:30": expected a span such as 12:00-13:30$/,
    ],
    ['an overlap with the row above', '2026-05-02,8:30,8:45,b-1,,,310101,', /overlaps shift [0-9a-z-]{20}/],
  ])('%s: rejected with line and reason, the rest kept', (_, row, reason) => {
    const report = shifts(
      `${HEAD}\n2026-05-02,8:00,9:00,b-1,,,310101,\n${row}\n2026-05-03,8:00,9:00,b-1,,,310101,\n`,
      GRIDS,
    )
    expect(report).toMatchObject({ added: 2, rejected: [{ line: 3 }] })
    expect(report.rejected[0]!.reason).toMatch(reason)
  })

  test('the same file again changes nothing', () => {
    const text = `${HEAD}\n2026-05-01,08:00,17:00,b-1,王芳,,310101,12:00-13:30\n`
    expect(shifts(text)).toMatchObject({ added: 1 })
    expect(shifts(text)).toMatchObject({ added: 0, replaced: 0, unchanged: 1 })
    expect(shifts(text.replace('17:00', '16:00'))).toMatchObject({ replaced: 1 })
  })
})

describe('files', () => {
  const ROWS = '日期,上班,下班,设备,网格,巡查员\n2026-05-01,8:00,17:00,ebike-01,310101,王芳\n'
  /** The same in GBK, as Excel in Chinese saves it. */
  const GBK =
    'c8d5c6da2cc9cfb0e02ccfc2b0e02cc9e8b1b82ccdf8b8f12cd1b2b2e9d4b10a323032362d30352d30312c383a30302c31373a30302c6562696b652d30312c3331303130312ccdf5b7bc0a'

  test.each<[string, Uint8Array, string]>([
    ['UTF-8', Buffer.from(ROWS), 'UTF-8'],
    ['with a byte order mark and CRLF', Buffer.from(`\ufeff${ROWS.replaceAll('\n', '\r\n')}`), 'UTF-8'],
    ['GBK', Buffer.from(GBK, 'hex'), 'GB 18030 (GBK)'],
    ['UTF-16 with tabs', Buffer.from(`\ufeff${ROWS.replaceAll(',', '\t')}`, 'utf16le'), 'UTF-16'],
    [
      'semicolons and blank lines',
      Buffer.from(ROWS.replaceAll(',', ';').replaceAll('\n', '\n\n;;;\n')),
      'UTF-8',
    ],
  ])('%s', (_, bytes, encoding) => {
    expect(shifts(bytes)).toMatchObject({ added: 1, rejected: [], encoding })
    expect(plan.between(0, 4e12)[0]).toMatchObject({ device: 'ebike-01', inspector: '王芳' })
  })

  test.each<[string, Uint8Array, RegExp]>([
    ['empty', Buffer.from(''), /^the file is empty/],
    [
      'of other columns',
      Buffer.from('a,b\n1,2\n'),
      /^no known column in the first row, "a,b": expected date or 日期,/,
    ],
    ['a workbook', Buffer.from('504b030414000600080000002100', 'hex'), /no workbook \(\.xlsx\)/],
    ['bytes of nothing', Buffer.from([0x41, 0xff, 0xff, 0x80]), /neither UTF-8 nor GBK/],
    ['an open quote', Buffer.from('date,start\n"2026'), /^no CSV: /],
    ['a column twice', Buffer.from('date,日期\n'), /^column date stands in the first row twice$/],
  ])('%s: refused as a whole', (_, bytes, message) => {
    expect(() => shifts(bytes)).toThrow(NotTheTable)
    expect(() => shifts(bytes)).toThrow(message)
  })

  test('columns that are not known are named', () => {
    expect(shifts(`${HEAD},备注\n2026-05-01,8:00,9:00,b-1,,,310101,,x\n`).unknownColumns).toEqual(['备注'])
  })

  test('no bytes at all make it fall over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHead) => {
        try {
          const report = shifts(withHead ? Buffer.concat([Buffer.from(`${HEAD}\n`), bytes]) : bytes)
          expect(report.added).toBe(0)
        } catch (error) {
          expect(error).toBeInstanceOf(NotTheTable)
        }
      }),
      { numRuns: 300 },
    )
  })
})

test('beats: kept by their id, rejects with line and reason', () => {
  const bytes = Buffer.from(
    '巡区,名称,网格\neast,外滩东,310101002\neast,外滩东,310101002 310101013\nbad id!,x,310101\nwest,,310102\n',
  )
  expect(importBeats(plan, GRIDS, bytes)).toMatchObject({
    added: 1,
    replaced: 1,
    rejected: [
      { line: 4, reason: expect.stringMatching(/^id: expected 1 to 64 letters/) },
      { line: 5, reason: 'grids 310102: no unit grid of the register begins so' },
    ],
  })
})

describe('the examples of the docs', () => {
  const example = (name: string): string => join(import.meta.dirname, '../../../../docs/examples', name)

  test('are what the import reads', () => {
    expect(importBeats(plan, NO_GRIDS, readFileSync(example('beats.csv')))).toMatchObject({
      added: 2,
      rejected: [],
    })
    expect(importShifts(plan, NO_GRIDS, readFileSync(example('shifts.csv')))).toMatchObject({
      added: 22,
      rejected: [],
      unknownColumns: [],
    })
  })

  test('the command says what it did', async () => {
    plan.close()
    const bad = join(folder, 'bad.csv')
    writeFileSync(bad, `${HEAD}\n2026-02-31,8:00,9:00,b-1,,,310101,\n`)
    const run = async (kind: string, file: string): Promise<[string, string]> => {
      const script = `
        import { Command } from 'commander'
        import { planImportCommands } from ${JSON.stringify(join(import.meta.dirname, '../../../../gateway/commands/import-shifts.ts'))}
        const command = new Command('import')
        for (const each of planImportCommands()) command.addCommand(each)
        await command.parseAsync(process.argv.slice(1), { from: 'user' })`
      return new Promise((resolve) => {
        execFile(
          process.execPath,
          ['--input-type=module', '--eval', script, kind, file, '--data', folder],
          { cwd: import.meta.dirname },
          (error, stdout, stderr) => resolve([stdout, `${stderr}${error ? ` exit ${error.code}` : ''}`]),
        )
      })
    }
    expect(planImportCommands().map((command) => command.name())).toEqual(['shifts', 'beats'])
    const beats = example('beats.csv')
    expect(await run('beats', beats)).toEqual([
      `${beats}: 2 beats added, 0 replaced, 0 unchanged, 0 rejected\n`,
      '',
    ])
    const [stdout, stderr] = await run('shifts', bad)
    expect(stdout).toBe(`${bad}: 0 shifts added, 0 replaced, 0 unchanged, 1 rejected\n`)
    expect(stderr).toBe(`${bad}:2: date "2026-02-31": expected a day such as 2026-05-01\n exit 1`)
    // The test closes it again.
    plan = new PatrolPlan(folder)
    expect(plan.beats()).toHaveLength(2)
  }, 30_000)
})
