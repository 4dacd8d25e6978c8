import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { GridFeature } from '../../../../proto/district.ts'
import { Coverage, CoverageQuery } from '../../../../proto/http.ts'
import { type AreaSurvey, surveyArea } from '../../patrol/coverage/area.ts'
import type { FeatureRegister } from '../../registers/feature-register.ts'
import type { TrackStore } from '../../stores/track-store.ts'
import { HttpProblem } from '../errors.ts'
import { isoTime, timeRange } from '../range.ts'

/** GET coverage: which cells of a grid somebody came within sight of. */
export const coverageRoutes =
  (grids: FeatureRegister<GridFeature>, store: TrackStore): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'Area coverage of a grid',
      querystring: CoverageQuery,
      response: { 200: Coverage },
    }
    app.get('/coverage', { schema }, async ({ query }) => {
      const { fromMs, toMs } = timeRange(query)
      const grid = grids.find(query.grid)
      if (!grid)
        throw new HttpProblem(
          404,
          `grid ${query.grid}: not in the register`,
          'GET /api/v1/grids lists the grids; `gridpatrol import grids` adds some',
        )
      const survey = startSurvey(grid)
      for (const device of await store.devicesBetween(fromMs, toMs)) {
        survey.add(await store.readTrack(device, fromMs, toMs))
        // A day of a whole district takes seconds: the intake gets its turn in between.
        await nextTurn()
      }
      return { ...survey.result(), from: isoTime(fromMs), to: isoTime(toMs) }
    })
  }

function startSurvey(grid: GridFeature): AreaSurvey {
  try {
    return surveyArea(grid)
  } catch (error) {
    if (error instanceof RangeError) throw new HttpProblem(400, error.message, 'ask for a unit grid')
    throw error
  }
}
