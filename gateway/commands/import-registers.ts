import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import type { GridFeature } from '../../proto/district.ts'
import { loadHubConfig } from '../configuration/hub-file.ts'
import { checkGrids } from '../hub/patrol/coverage/grid-overlaps.ts'
import { type ImportReport, NotGeoJson } from '../hub/registers/import-features.ts'
import {
  openRegisters,
  REGISTER_KINDS,
  type RegisterKind,
  type Registers,
} from '../hub/registers/registers.ts'

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
          if (kind === 'grids') sayHowGridsLie(registers)
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

/** Of the whole register, what a map would show at once: overlaps, and holes between grids. */
function sayHowGridsLie(registers: Registers): void {
  const { features } = JSON.parse([...registers.grids.collection()].join('')) as { features: GridFeature[] }
  const { overlaps, holes, squareM } = checkGrids(features)
  const at = ({ areaM2, lat, lon }: { areaM2: number; lat: number; lon: number }): string =>
    `${areaM2} m² at ${lat.toFixed(6)}, ${lon.toFixed(6)}`
  const found = [
    ...overlaps.map((overlap) => `grids ${overlap.grids.join(' and ')} overlap: ${at(overlap)}`),
    ...holes.map((hole) => `amid the grids, of none of them: ${at(hole)}`),
  ]
  for (const line of found.slice(0, MAX_LISTED)) console.error(line)
  if (found.length > MAX_LISTED) console.error(`and ${found.length - MAX_LISTED} more overlaps and holes`)
  const counts = `${overlaps.length} overlaps, ${holes.length} holes`
  console.log(`${features.length} grids in the register: ${counts} (counted in squares of ${squareM} m)`)
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
