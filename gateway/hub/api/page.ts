import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { notFound } from './errors.ts'

/** The page: `dashboards/web/dist` as built by Vite, or a word on how to build it. */

const DIST = fileURLToPath(new URL('../../../dashboards/web/dist', import.meta.url))

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>gridpatrol</title>
<h1>The page is not built</h1>
<p>The hub is running; its API is at <a href="/api/v1/openapi.json">/api/v1</a>.</p>
<p>To see the page, run <code>npm run page</code> in the checkout and start the hub again.</p>
`

export async function servePage(app: FastifyInstance, dist: string = DIST): Promise<void> {
  const built = existsSync(`${dist}/index.html`)
  if (built)
    await app.register(fastifyStatic, {
      root: dist,
      // The build leaves a .gz beside each script and style sheet.
      preCompressed: true,
      // Names of assets change with their content; index.html does not.
      setHeaders: (response, path) =>
        response.header(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    })
  app.setNotFoundHandler((request, reply) => {
    // The page keeps its state in the URL: what is no file and no API is the page.
    const page = request.method === 'GET' && !/^\/api(\/|$)|\.\w+$/.test(request.url.split('?')[0]!)
    if (!page) return reply.code(404).send(notFound(request.method, request.url))
    if (built) return reply.sendFile('index.html')
    return reply.type('text/html; charset=utf-8').send(NOT_BUILT)
  })
}
