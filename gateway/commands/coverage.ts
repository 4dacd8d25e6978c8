import { Command } from 'commander'
import type { GridFeature } from '../../proto/district.ts'
import type { Coverage } from '../../proto/http.ts'
import { surveyArea } from '../hub/patrol/coverage/area.ts'
import { openRegisters } from '../hub/registers/registers.ts'
import type { TrackStore } from '../hub/stores/track-store.ts'
import { openTracks, type RangeOptions, type StoreOptions, withRange, withStore } from './export-track.ts'
import { hubFolder } from './import-registers.ts'

/** `coverage`: which part of a grid was patrolled; a hub may be running on the same folder. */

interface Options extends StoreOptions, RangeOptions {
  grid: string
  json?: true
}

export function coverageCommand(): Command {
  return withRange(withStore(new Command('coverage')))
    .description(
      'area coverage of a unit grid: the share of its 10 m cells that somebody came within sight of',
    )
    .requiredOption('--grid <code>', 'of the register')
    .option('--json', 'as the HTTP API answers, bitmaps of the cells included')
    .action(async (options: Options, command: Command) => {
      const store = await openTracks(options, command)
      try {
        const grid = findGrid(hubFolder(options, command), options.grid)
        const coverage = await coverageOf(grid, store, options)
        if (options.json) console.log(JSON.stringify(coverage, undefined, 2))
        else console.log(inWords(grid, coverage))
      } finally {
        await store.close()
      }
    })
}

function findGrid(folder: string, code: string): GridFeature {
  const registers = openRegisters(folder)
  try {
    const grid = registers.grids.find(code)
    if (grid) return grid
    throw new Error(`grid ${code}: not in the register; \`gridpatrol import grids FILE\` adds grids`)
  } finally {
    registers.close()
  }
}

async function coverageOf(
  grid: GridFeature,
  store: TrackStore,
  { from, to }: RangeOptions,
): Promise<Coverage> {
  const survey = surveyArea(grid)
  for (const device of await store.devicesBetween(from, to))
    survey.add(await store.readTrack(device, from, to))
  return { ...survey.result(), from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

function inWords(grid: GridFeature, coverage: Coverage): string {
  const { insideCells, coveredCells, cannotTellCells, devices, policy, cells } = coverage
  const share = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`.padStart(7)
  return [
    `grid ${grid.properties.code} ${grid.properties.name}, ${coverage.from} to ${coverage.to}`,
    `covered     ${share(coverage.coverage)}  ${coveredCells} of ${insideCells} cells of ${cells.sizeM} m`,
    `cannot tell ${share(coverage.cannotTell)}  ${cannotTellCells} cells`,
    `devices     ${devices.length > 0 ? devices.join(', ') : 'none was in the grid'}`,
    `policy      ${policy.id}/${policy.version}: ${policy.text}`,
  ].join('\n')
}
