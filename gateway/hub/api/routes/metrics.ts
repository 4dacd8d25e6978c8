import type { FastifyPluginAsync } from 'fastify'
import type { Registry } from 'prom-client'

/** GET /metrics for Prometheus. */
export const metricsRoutes =
  (registry: Registry): FastifyPluginAsync =>
  async (app) => {
    const schema = { summary: 'Metrics in the text format of Prometheus' }
    app.get('/metrics', { schema, config: { rateLimit: false } }, async (_request, reply) => {
      reply.type(registry.contentType)
      return registry.metrics()
    })
  }
