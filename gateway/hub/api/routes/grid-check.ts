import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { checkGrids } from '../../patrol/grids/grid-overlaps.ts'
import type { UnitGrids } from '../../patrol/grids/unit-grids.ts'

const Place = { areaM2: z.number(), lat: z.number(), lon: z.number() }
const GridCheck = z.object({
  grids: z.number().int(),
  /** Side of the squares in which areas are counted: what is narrower may go unseen. */
  squareM: z.number(),
  overlaps: z.array(z.object({ grids: z.tuple([z.string(), z.string()]), ...Place })),
  holes: z.array(z.object(Place)),
})

/** GET grids/check: where unit grids overlap, and where the district between them belongs to none. */
export const gridCheckRoutes =
  (unitGrids: () => UnitGrids): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = { summary: 'Overlaps of and holes between unit grids', response: { 200: GridCheck } }
    app.get('/grids/check', { schema }, async () => {
      const { grids } = unitGrids()
      return { grids: grids.length, ...checkGrids(grids) }
    })
  }
