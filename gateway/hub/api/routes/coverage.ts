import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { DeviceId } from '../../../../proto/http-values.ts'
import {
  Coverage,
  type CoveragePolicy,
  CoverageQuery,
  CoverageRollUp,
  GridCode,
} from '../../../../proto/patrol-http.ts'
import type { PolicyMakers } from '../../patrol/coverage/policies.ts'
import { type AnyFigures, coverageOfGrid, sumOfFigures } from '../../patrol/coverage/roll-up.ts'
import { eachTrack, type TracksWanted } from '../../patrol/coverage/survey-tracks.ts'
import { type Grid, GridTree } from '../../patrol/grids/grid-levels.ts'
import type { UnitGrids } from '../../patrol/grids/unit-grids.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { requireGrid } from '../known-grid.ts'
import { isoTime, MAX_SUMMED_DAYS, timeRange } from '../range.ts'

const RollUpQuery = CoverageQuery.extend({ grid: GridCode.optional() })

/** GET coverage, coverage/roll-up: what was patrolled of a grid of any level, by one of the policies. */
export const coverageRoutes =
  (grids: () => UnitGrids, store: TrackStore, policies: PolicyMakers): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary:
        'Coverage of a grid of any level, by policy; cells, street parts or lists of a unit grid alone',
      querystring: CoverageQuery,
      response: { 200: Coverage },
    }
    app.get('/coverage', { schema }, async ({ query }) => {
      const wanted = tracksWanted(query)
      const grid = requireGrid(new GridTree(grids()), query.grid)
      const { figures, detail } = await survey(policies, query.policy, grid, store, wanted)
      const range = { from: isoTime(wanted.fromMs), to: isoTime(wanted.toMs) }
      // The parts fit together by policy, which the types of four policies at once do not say: the schema checks.
      return Coverage.parse(
        grid.level === 'unit'
          ? { ...figures[0], ...detail(grid.code), level: 'unit', ...range }
          : { ...sumOfFigures(grid.code, figures), level: grid.level, ...range },
      )
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
      const { figures } = await survey(policies, query.policy, grid, store, wanted)
      const byUnit = new Map(figures.map((of) => [of.grid, of]))
      return {
        ...coverageOfGrid(grid, byUnit),
        from: isoTime(wanted.fromMs),
        to: isoTime(wanted.toMs),
        policy: figures[0]!.policy,
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

async function survey(
  policies: PolicyMakers,
  policy: CoveragePolicy,
  grid: Grid,
  store: TrackStore,
  wanted: TracksWanted,
): Promise<{ figures: AnyFigures[]; detail: (gridCode: string) => object }> {
  try {
    const started = policies[policy](grid.units, wanted)
    await eachTrack(store, wanted, (track) => started.add(track))
    return { figures: started.result(), detail: (gridCode) => started.detail(gridCode) }
  } catch (error) {
    if (error instanceof RangeError)
      throw new HttpProblem(400, error.message, 'ask for a smaller grid, or check the register')
    throw error
  }
}
