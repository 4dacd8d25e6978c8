import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { HttpProblem } from '../errors.ts'
import type { LiveFeed } from '../live-feed.ts'

/** GET live: server-sent events `fixes`, `case` and `device` (LIVE_EVENTS of proto/http.ts). */
export const liveRoutes =
  (feed: LiveFeed): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'Server-sent events: fixes, case, device',
      description: 'text/event-stream; a comment every 15 s shows that the stream lives.',
    }
    app.get('/live', { schema, config: { rateLimit: false } }, (_request, reply) => {
      if (feed.full)
        throw new HttpProblem(503, 'too many live pages are open', 'close some, or ask for devices instead')
      reply.hijack()
      const { raw } = reply
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value) raw.setHeader(name, value)
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx would gather the events otherwise.
        'x-accel-buffering': 'no',
      })
      feed.listen(raw)
    })
  }
