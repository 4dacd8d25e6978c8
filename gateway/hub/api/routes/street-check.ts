import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { StreetNetwork } from '../../patrol/streets/street-network.ts'

const StreetCheck = z.object({
  lengthM: z.number(),
  /** Between junctions. */
  parts: z.number().int(),
  junctions: z.number().int(),
  problems: z.array(
    z.object({
      street: z.string(),
      problem: z.string(),
      lat: z.number().optional(),
      lon: z.number().optional(),
    }),
  ),
})

/** GET streets/check: how the streets of the register meet, and which of them were mended or left out. */
export const streetCheckRoutes =
  (network: () => StreetNetwork): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'Broken streets, and what was done about them',
      response: { 200: StreetCheck },
    }
    app.get('/streets/check', { schema }, async () => {
      const { parts, nodes, problems } = network()
      const lengthM = Math.round(parts.reduce((sum, part) => sum + part.lengthM, 0))
      return { lengthM, parts: parts.length, junctions: nodes.length, problems: [...problems] }
    })
  }
