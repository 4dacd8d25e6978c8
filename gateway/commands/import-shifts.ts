import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { UnitGrids } from '../hub/patrol/grids/unit-grids.ts'
import { NotTheTable } from '../hub/patrol/shifts/csv-table.ts'
import { importBeats, importShifts, type PlanImportReport } from '../hub/patrol/shifts/import-plan.ts'
import { PatrolPlan } from '../hub/patrol/shifts/patrol-plan.ts'
import { openRegisters } from '../hub/registers/registers.ts'
import { hubFolder } from './import-registers.ts'

/** `import shifts|beats FILE…`: the patrol plan from CSV, also beside a running hub. */

const KINDS = {
  shifts: {
    read: importShifts,
    what: 'who patrols which grids when: date, start, end, device, inspector, beat or grids, breaks; China time',
  },
  beats: { read: importBeats, what: 'beats: beat, name, grids (codes, or the digits that they begin with)' },
}

/** Rejects that are listed one by one; the rest is counted. */
const MAX_LISTED = 100

interface Options {
  data?: string
  config?: string
}

/** Subcommands of `import`. */
export function planImportCommands(): Command[] {
  return (Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) =>
    new Command(kind)
      .description(KINDS[kind].what)
      .argument('<files...>', 'CSV with a heading, in UTF-8 or GBK')
      .option('-d, --data <dir>', "the hub's data folder")
      .option('-c, --config <file>', "the hub's configuration, instead of --data")
      .action((files: string[], options: Options, self: Command) => {
        const folder = hubFolder(options, self)
        const registers = openRegisters(folder)
        const plan = new PatrolPlan(folder)
        try {
          const grids = new UnitGrids(registers.grids.all())
          for (const file of files) importFile(plan, grids, kind, file)
        } finally {
          plan.close()
          registers.close()
        }
      }),
  )
}

function importFile(plan: PatrolPlan, grids: UnitGrids, kind: keyof typeof KINDS, file: string): void {
  const { added, replaced, unchanged, rejected, encoding, unknownColumns } = read(plan, grids, kind, file)
  if (encoding !== 'UTF-8') console.error(`${file}: no UTF-8; read as ${encoding}`)
  if (unknownColumns.length > 0) console.error(`${file}: columns left out: ${unknownColumns.join(', ')}`)
  for (const { line, reason } of rejected.slice(0, MAX_LISTED)) console.error(`${file}:${line}: ${reason}`)
  if (rejected.length > MAX_LISTED)
    console.error(`${file}: and ${rejected.length - MAX_LISTED} more rejected`)
  console.log(
    `${file}: ${added} ${kind} added, ${replaced} replaced, ${unchanged} unchanged, ${rejected.length} rejected`,
  )
  // Rejects beside kept ones are listed and no failure: the rest of the file is in the plan.
  if (added + replaced + unchanged === 0 && rejected.length > 0) process.exitCode = 1
}

function read(plan: PatrolPlan, grids: UnitGrids, kind: keyof typeof KINDS, file: string): PlanImportReport {
  try {
    return KINDS[kind].read(plan, grids, readFileSync(file), progressOf(file))
  } catch (error) {
    if (error instanceof NotTheTable) throw new Error(`${file}: ${error.message}`)
    throw error
  }
}

/** One line that is rewritten, on a terminal only. */
function progressOf(file: string): (done: number, total: number) => void {
  return (done, total) => {
    if (!process.stderr.isTTY) return
    process.stderr.write(`\r${file}: ${done} of ${total} rows${done === total ? '\n' : ''}`)
  }
}
