import { Command, Option } from 'commander'
import { loadPatrolRules } from '../../proto/catalogue/patrol-rules.ts'
import { COVERAGE_POLICIES, Coverage, type CoveragePolicy } from '../../proto/patrol-http.ts'
import { loadHubConfig } from '../configuration/hub-file.ts'
import { DeviceReaches } from '../hub/patrol/coverage/device-reaches.ts'
import { policyMakers } from '../hub/patrol/coverage/makers.ts'
import { sumOfFigures, tallyOfFigures } from '../hub/patrol/coverage/roll-up.ts'
import { eachTrack } from '../hub/patrol/coverage/survey-tracks.ts'
import { type Grid, GridTree } from '../hub/patrol/grids/grid-levels.ts'
import { boxOf } from '../hub/patrol/grids/grid-outline.ts'
import { type PatrolGround, PatrolGrounds } from '../hub/patrol/ground/patrol-ground.ts'
import { openRegisters } from '../hub/registers/registers.ts'
import type { TrackStore } from '../hub/stores/track-store.ts'
import { openTracks, type RangeOptions, type StoreOptions, withRange, withStore } from './export-track.ts'
import { hubFolder } from './import-registers.ts'

/** `coverage`: which part of a grid was patrolled; a hub may be running on the same folder. */

interface Options extends StoreOptions, RangeOptions {
  grid: string
  policy: CoveragePolicy
  json?: true
}

/** What the shares of a policy are of. */
const UNITS: Record<CoveragePolicy, string> = {
  area: 'cells of 10 m',
  road: 'm of street',
  components: 'components',
  visits: 'visits asked for',
}

export function coverageCommand(): Command {
  return withRange(withStore(new Command('coverage')))
    .description('the share of a grid that was patrolled')
    .requiredOption(
      '--grid <code>',
      'of the register, or the digits that the codes of several grids begin with',
    )
    .addOption(
      new Option('--policy <policy>', 'what to count').choices(COVERAGE_POLICIES).default('area' as const),
    )
    .option('--json', 'as the HTTP API answers, with the cells, street parts or lists of a unit grid')
    .action(async (options: Options, command: Command) => {
      const store = await openTracks(options, command)
      const registers = openRegisters(hubFolder(options, command))
      try {
        const ground = new PatrolGrounds(registers, loadPatrolRules(catalogueFolder(options))).current()
        const grid = findGrid(ground, options.grid)
        const coverage = await coverageOf(grid, ground, store, options)
        if (options.json) console.log(JSON.stringify(coverage, undefined, 2))
        else console.log(inWords(grid, coverage, options.policy))
      } finally {
        registers.close()
        await store.close()
      }
    })
}

/** Of a city's own rules, where its configuration names one. */
function catalogueFolder({ config }: Options): string | undefined {
  return config === undefined ? undefined : loadHubConfig(config).catalogue
}

function findGrid(ground: PatrolGround, code: string): Grid {
  const grid = new GridTree(ground).find(code)
  if (grid) return grid
  throw new Error(`grid ${code}: not in the register; \`gridpatrol import grids FILE\` adds grids`)
}

async function coverageOf(
  grid: Grid,
  ground: PatrolGround,
  store: TrackStore,
  { from, to, policy }: Options,
): Promise<Coverage> {
  const range = { fromMs: from, toMs: to }
  const survey = policyMakers(() => ground)[policy](grid.units, range)
  const near = { reaches: new DeviceReaches(), box: boxOf(grid.units) }
  await eachTrack(store, range, (track) => survey.add(track), near)
  const figures = survey.result()
  const answer =
    grid.level === 'unit' ? { ...figures[0], ...survey.detail(grid.code) } : sumOfFigures(grid.code, figures)
  return Coverage.parse({ ...answer, level: grid.level, from: iso(from), to: iso(to) })
}

function inWords(grid: Grid, coverage: Coverage, kind: CoveragePolicy): string {
  const { devices, policy } = coverage
  const { of, covered, cannotTell } = tallyOfFigures(coverage)
  const share = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`.padStart(7)
  const units = grid.level === 'unit' ? '' : `, ${grid.units.length} unit grids`
  const count = (value: number): string => `${Math.round(value * 10) / 10}`
  return [
    `grid ${grid.code}${grid.name === undefined ? '' : ` ${grid.name}`}${units}, ${coverage.from} to ${coverage.to}`,
    `covered     ${share(coverage.coverage)}  ${count(covered)} of ${count(of)} ${UNITS[kind]}`,
    `cannot tell ${share(coverage.cannotTell)}  ${count(cannotTell)} ${UNITS[kind]}`,
    `devices     ${devices.length > 0 ? devices.join(', ') : 'none was in the grid'}`,
    `policy      ${policy.id}/${policy.version}: ${policy.text}`,
  ].join('\n')
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
