import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ComponentsAnswer, GridsAnswer, StreetsAnswer } from '../../../../proto/http.ts'
import type { Registers } from '../../registers/registers.ts'
import { streamText } from '../stream-text.ts'

const GEOJSON = 'application/geo+json; charset=utf-8'

/** GET grids, streets, components: the registers of the district as GeoJSON. */
export const registerRoutes =
  ({
    grids,
    streets,
    components,
  }: Pick<Registers, 'grids' | 'streets' | 'components'>): FastifyPluginAsyncZod =>
  async (app) => {
    const gridsSchema = { summary: 'Unit grids', response: { 200: GridsAnswer } }
    app.get('/grids', { schema: gridsSchema }, async (_, reply) =>
      streamText(reply, GEOJSON, grids.collection()),
    )

    const streetsSchema = { summary: 'Streets', response: { 200: StreetsAnswer } }
    app.get('/streets', { schema: streetsSchema }, async (_, reply) =>
      streamText(reply, GEOJSON, streets.collection()),
    )

    const componentsSchema = {
      summary: 'Components, all or those of one grid',
      querystring: z.object({ grid: z.string().min(1).max(24).optional() }),
      response: { 200: ComponentsAnswer },
    }
    app.get('/components', { schema: componentsSchema }, async ({ query }, reply) =>
      streamText(reply, GEOJSON, components.collection(query.grid)),
    )
  }
