import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { DeviceId } from '../../../../proto/http-values.ts'
import {
  Coverage,
  type CoveragePolicy,
  CoverageQuery,
  CoverageRollUp,
  GridCode,
} from '../../../../proto/patrol-http.ts'
import type { KeptFigures } from '../../patrol/coverage/kept-figures.ts'
import type { PolicyMakers } from '../../patrol/coverage/policies.ts'
import { coverageOfGrid, sumOfFigures } from '../../patrol/coverage/roll-up.ts'
import { eachTrack, type TracksWanted } from '../../patrol/coverage/survey-tracks.ts'
import { type Grid, GridTree } from '../../patrol/grids/grid-levels.ts'
import type { UnitGrids } from '../../patrol/grids/unit-grids.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { requireGrid } from '../known-grid.ts'
import { isoTime, MAX_SUMMED_DAYS, timeRange } from '../range.ts'

const RollUpQuery = CoverageQuery.extend({ grid: GridCode.optional() })

export interface CoverageSources {
  grids: () => UnitGrids
  store: TrackStore
  policies: PolicyMakers
  kept: KeptFigures
}

/** GET coverage, coverage/roll-up: what was patrolled of a grid of any level, by one of the policies. */
export const coverageRoutes =
  ({ grids, store, policies, kept }: CoverageSources): FastifyPluginAsyncZod =>
  async (app) => {
    /** Of the unit grids of a grid. */
    const figuresOf = (policy: CoveragePolicy, { units }: Grid, wanted: TracksWanted) =>
      orTooLarge(async () => {
        const known = await kept.figures(policy, units, wanted)
        return new Map(units.flatMap(({ properties: { code } }) => [[code, known.get(code)!] as const]))
      })

    const schema = {
      summary:
        'Coverage of a grid of any level, by policy; cells, street parts or lists of a unit grid alone',
      querystring: CoverageQuery,
      response: { 200: Coverage },
    }
    app.get('/coverage', { schema }, async ({ query }) => {
      const wanted = tracksWanted(query)
      const grid = requireGrid(new GridTree(grids()), query.grid)
      const range = { from: isoTime(wanted.fromMs), to: isoTime(wanted.toMs) }
      const answered =
        grid.level === 'unit'
          ? await inDetail(policies[query.policy], grid)
          : sumOfFigures(grid.code, [...(await figuresOf(query.policy, grid, wanted)).values()])
      // The parts fit together by policy, which the types of four policies at once do not say: the schema checks.
      return Coverage.parse({ ...answered, level: grid.level, ...range })

      async function inDetail(policy: PolicyMakers[CoveragePolicy], { code, units }: Grid): Promise<object> {
        return orTooLarge(async () => {
          const survey = policy(units, wanted)
          await eachTrack(store, wanted, (track) => survey.add(track), kept.near(units))
          return { ...survey.result()[0], ...survey.detail(code) }
        })
      }
    })

    const rollUpSchema = {
      summary: 'Coverage of a grid of any level and of those one level below; without a grid: of all',
      querystring: RollUpQuery,
      response: { 200: CoverageRollUp },
    }
    app.get('/coverage/roll-up', { schema: rollUpSchema }, async ({ query }) => {
      const wanted = tracksWanted(query)
      const tree = new GridTree(grids())
      const grid = requireGrid(tree, query.grid)
      const byUnit = await figuresOf(query.policy, grid, wanted)
      return {
        ...coverageOfGrid(grid, byUnit),
        from: isoTime(wanted.fromMs),
        to: isoTime(wanted.toMs),
        policy: [...byUnit.values()][0]!.policy,
        children: tree.children(grid).map((child) => coverageOfGrid(child, byUnit)),
      }
    })
  }

/** @throws HttpProblem 400 */
export function tracksWanted(query: {
  from?: number | undefined
  to?: number | undefined
  devices?: string | undefined
}): TracksWanted {
  const ids = query.devices?.split(',').filter((id) => id !== '')
  const odd = ids?.find((id) => !DeviceId.safeParse(id).success)
  if (odd !== undefined)
    throw new HttpProblem(400, `devices: ${JSON.stringify(odd)} is no device id`, 'separate ids by commas')
  return { ...timeRange(query, MAX_SUMMED_DAYS), ...(ids ? { devices: new Set(ids) } : {}) }
}

async function orTooLarge<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RangeError)
      throw new HttpProblem(400, error.message, 'ask for a smaller grid, or check the register')
    throw error
  }
}
