import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { GridFeature } from '../../../../proto/district.ts'
import { Heat, HeatQuery } from '../../../../proto/patrol-http.ts'
import { HeatMap } from '../../patrol/coverage/heat.ts'
import { eachTrack } from '../../patrol/coverage/survey-tracks.ts'
import { GridTree } from '../../patrol/grids/grid-levels.ts'
import { HttpProblem } from '../errors.ts'
import { requireGrid } from '../known-grid.ts'
import { isoTime } from '../range.ts'
import { type CoverageSources, tracksWanted } from './coverage.ts'

/** GET heat: how often devices passed each cell of 25 m, of a grid of any level or of all. */
export const heatRoutes =
  ({ grids, store, kept }: Omit<CoverageSources, 'policies'>): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'Passes of devices over cells of 25 m',
      querystring: HeatQuery,
      response: { 200: Heat },
    }
    app.get('/heat', { schema }, async ({ query }) => {
      const wanted = tracksWanted(query)
      const { units } = requireGrid(new GridTree(grids()), query.grid)
      const heat = startHeat(units)
      await eachTrack(store, wanted, (track) => heat.add(track), kept.near(units))
      const { frame, ...passes } = heat.result()
      return { ...frame, ...passes, from: isoTime(wanted.fromMs), to: isoTime(wanted.toMs) }
    })
  }

function startHeat(grids: readonly GridFeature[]): HeatMap {
  try {
    return new HeatMap(grids)
  } catch (error) {
    if (error instanceof RangeError) throw new HttpProblem(400, error.message, 'ask for a smaller grid')
    throw error
  }
}
