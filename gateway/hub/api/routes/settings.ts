import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { PageSettings } from '../../../../proto/http.ts'

/** GET settings: what the page needs before it draws. */
export const settingsRoutes =
  (settings: PageSettings): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = { summary: 'Settings of the page', response: { 200: PageSettings } }
    app.get('/settings', { schema }, async () => settings)
  }
