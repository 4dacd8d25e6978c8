import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Health } from '../../../../proto/http.ts'
import { VERSION } from '../../../foundation/version.ts'

export interface PartState {
  name: string
  ok: boolean
  detail?: string
}

/**
 * GET /healthz. 200 also when degraded: a hub whose store is down still takes in records, and restarting it
 * would help nobody.
 */
export const healthRoutes =
  (parts: () => Promise<PartState[]>): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = { summary: 'Is every part of the hub well', response: { 200: Health } }
    app.get('/healthz', { schema, config: { rateLimit: false } }, async () => {
      const states = await parts()
      return {
        status: states.every(({ ok }) => ok) ? ('ok' as const) : ('degraded' as const),
        version: VERSION,
        uptimeS: Math.round(process.uptime()),
        parts: states,
      }
    })
  }
