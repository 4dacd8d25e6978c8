import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from 'fastify'
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { HttpError, type PageSettings } from '../../../proto/http.ts'
import type { Log } from '../../foundation/log.ts'
import { VERSION } from '../../foundation/version.ts'
import { listenError } from '../port-taken.ts'
import { answerErrors, HttpProblem } from './errors.ts'
import { servePage } from './page.ts'

/**
 * The HTTP side of the hub. In: route plugins (one file a resource); out: a listening server with the
 * page, /healthz, /metrics, /api/v1 and its OpenAPI description. Every error has the shape of HttpError.
 */

/** A page that pans a map asks often; a script in an endless loop asks more often. */
const REQUESTS_A_MINUTE = 6000

export interface HttpServerOptions {
  host: string
  port: number
  page: PageSettings
  /** At the root: /healthz, /metrics. */
  root: FastifyPluginAsync[]
  /** Under /api/v1. */
  api: FastifyPluginAsync[]
  log: Log
}

export interface HttpServer {
  url: string
  close(): Promise<void>
}

/** @throws PortTaken, Error where it cannot listen. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, page, log } = options
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Streams to live pages would keep the server from closing.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerErrors(app)
  await app.register(helmet, securityHeaders(page.tileUrl))
  await app.register(rateLimit, {
    max: REQUESTS_A_MINUTE,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, { max }) => new HttpProblem(429, `more than ${max} requests a minute`),
  })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'gridpatrol hub', version: VERSION },
    },
    transform: jsonSchemaTransform,
  })
  for (const routes of options.root) await app.register(routes)
  await app.register(
    async (api) => {
      api.addHook('onRoute', ({ schema }) => describeErrors(schema))
      for (const routes of options.api) await api.register(routes)
      api.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
    },
    { prefix: '/api/v1' },
  )
  await servePage(app)
  await listen(app, host, port)
  return { url: urlOf(app, host), close: async () => app.close() }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `http: listening at ${address}` })
  } catch (error) {
    await app.close()
    throw listenError(error, host, port, '--port')
  }
}

function urlOf(app: FastifyInstance, host: string): string {
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** 4xx and 5xx of every route of the API. */
function describeErrors(schema: { response?: unknown } | undefined): void {
  if (schema?.response) Object.assign(schema.response, { '4xx': HttpError, '5xx': HttpError })
}

/** What MapLibre (workers from blobs) and Ant Design (styles made at run time) need, and nothing more. */
function securityHeaders(tileUrl: string | undefined) {
  const tiles = tileUrl === undefined ? [] : [new URL(tileUrl.replaceAll(/[{}]/g, '')).origin]
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        workerSrc: ["'self'", 'blob:'],
        imgSrc: ["'self'", 'data:', 'blob:', ...tiles],
        connectSrc: ["'self'", 'data:', 'blob:', ...tiles],
        fontSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    // The hub speaks plain HTTP; where a proxy adds TLS, the proxy says so.
    strictTransportSecurity: false,
  }
}
