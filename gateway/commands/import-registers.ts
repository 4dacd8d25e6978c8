import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { loadHubConfig } from '../configuration/hub-file.ts'
import { type ImportReport, NotGeoJson } from '../hub/registers/import-features.ts'
import {
  openRegisters,
  REGISTER_KINDS,
  type RegisterKind,
  type Registers,
} from '../hub/registers/registers.ts'
import { sayWhatItAmountsTo } from './district-check.ts'

/** `import grids|streets|components FILE…`: the registers of a district from GeoJSON, also beside a running hub. */

const WHAT: Record<RegisterKind, string> = {
  grids: 'unit grids: polygons with properties code and name',
  streets: 'streets: lines with an id (properties.id, @id of OpenStreetMap, or the feature id)',
  components: 'components: points with properties code (16 digits), name and grid',
}

/** Rejects that are listed one by one; the rest is counted. */
const MAX_LISTED = 100

interface Options {
  data?: string
  config?: string
}

export function registerImportCommands(): Command[] {
  return REGISTER_KINDS.map((kind) =>
    new Command(kind)
      .description(`${WHAT[kind]}; GeoJSON in WGS-84`)
      .argument('<files...>', 'GeoJSON FeatureCollections')
      .option('-d, --data <dir>', "the hub's data folder")
      .option('-c, --config <file>', "the hub's configuration, instead of --data")
      .action((files: string[], options: Options, self: Command) => {
        const registers = openRegisters(hubFolder(options, self))
        try {
          for (const file of files) importFile(registers, kind, file)
          sayWhatItAmountsTo(registers, kind)
        } finally {
          registers.close()
        }
      }),
  )
}

/** The data folder that --data or --config names; wrong use where it is neither or both. @throws ConfigError */
export function hubFolder({ data, config }: Options, command: Command): string {
  if (data !== undefined && config === undefined) return data
  if (config !== undefined && data === undefined) return loadHubConfig(config).data
  return command.error(
    "error: expected --data DIR (the hub's data folder) or --config FILE (its configuration)",
  )
}

function importFile(registers: Registers, kind: RegisterKind, file: string): void {
  const report = importOrExplain(registers, kind, file)
  const { added, replaced, rejected } = report
  for (const { index, reason } of rejected.slice(0, MAX_LISTED))
    console.error(`${file}: features[${index}]: ${reason}`)
  if (rejected.length > MAX_LISTED)
    console.error(`${file}: and ${rejected.length - MAX_LISTED} more rejected features`)
  console.log(`${file}: ${added} ${kind} added, ${replaced} replaced, ${rejected.length} rejected`)
  // Rejects beside kept ones are listed and no failure: the rest of the file is in the register.
  if (added + replaced === 0 && rejected.length > 0) process.exitCode = 1
}

function importOrExplain(registers: Registers, kind: RegisterKind, file: string): ImportReport {
  try {
    return registers.import(kind, JSON.parse(readFileSync(file, 'utf8')), progressOf(file))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`${file}: no JSON: ${error.message}`)
    if (error instanceof NotGeoJson) throw new Error(`${file}: ${error.message}`)
    throw error
  }
}

/** One line that is rewritten, on a terminal only. */
function progressOf(file: string): (done: number, total: number) => void {
  return (done, total) => {
    if (!process.stderr.isTTY) return
    process.stderr.write(`\r${file}: ${done} of ${total} features${done === total ? '\n' : ''}`)
  }
}
