import { timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Catalogue } from '../../../proto/catalogue/catalogue.ts'
import { type Fix, MAX_PHOTOS } from '../../../proto/domain.ts'
import {
  MAX_PHOTO_BYTES,
  NewReport,
  ProblemKinds,
  SentReport,
  SentReports,
  TerminalError,
  TerminalState,
} from '../../../proto/terminal-http.ts'
import type { Log } from '../../foundation/log.ts'
import type { HandReports } from './hand-reports.ts'
import { ReportRefused } from './report-refused.ts'
import { isLoopback, type TerminalConfig } from './terminal-config.ts'

/**
 * The page of a patrol terminal, served by the gateway itself: it works where there is no network. In: reports by
 * hand; out: they are on disk when the answer comes. Whoever is not at the terminal itself needs the PIN.
 */

const DIST = fileURLToPath(new URL('../../../dashboards/terminal/dist', import.meta.url))
/** Base64 takes a third more, the rest of a report is small. */
const BODY_LIMIT = Math.ceil((MAX_PHOTOS * MAX_PHOTO_BYTES * 4) / 3) + 64 * 1024
/** From one address. The page asks every 3 seconds; a PIN of eight digits stands for years. */
const REQUESTS_A_MINUTE = 60

const NOT_BUILT =
  '<!doctype html><meta charset="utf-8"><title>gridpatrol</title><p>The page is not built: npm run page'

export interface TerminalOptions {
  config: TerminalConfig
  gateway: string
  catalogue: Catalogue
  reports: HandReports
  /** What is on its way, and where the terminal is, just now. */
  state: () => { online: boolean; waiting: number; last: { fix: Fix; ageS: number } | undefined }
  log: Log
}

export interface Terminal {
  url: string
  close(): Promise<void>
}

/** @throws Error where it cannot listen. */
export async function startTerminal(options: TerminalOptions): Promise<Terminal> {
  const { config, log } = options
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  answerErrors(app, log)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // Previews of photos that were just taken.
        imgSrc: ["'self'", 'data:', 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  })
  await app.register(rateLimit, { max: REQUESTS_A_MINUTE, timeWindow: '1 minute' })
  await app.register(async (api) => serveApi(api, options), { prefix: '/api/terminal' })
  await servePage(app)
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    await app.close()
    throw new Error(
      `terminal page: cannot listen on ${config.host}:${config.port} (${(error as NodeJS.ErrnoException).code}); choose another terminal.port`,
      { cause: error },
    )
  }
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  return { url: `http://${config.host}:${port}`, close: async () => app.close() }
}

function serveApi(app: FastifyInstance, options: TerminalOptions): void {
  const { config, gateway, catalogue, reports, state } = options
  const { by, pin } = config
  const api = app.withTypeProvider<ZodTypeProvider>()
  api.addHook('onRequest', async ({ headers }, reply) => {
    if (!isAtHome(headers.host, headers.origin, config)) return refuse(reply, 403, 'not from this page')
    if (pin !== undefined && !samePin(headers['x-terminal-pin'], pin))
      return refuse(reply, 401, 'the PIN is wrong or missing')
  })
  const failures = { '4xx': TerminalError, '5xx': TerminalError }
  api.get('/state', { schema: { response: { 200: TerminalState, ...failures } } }, async () => {
    const { last, ...link } = state()
    return {
      gateway,
      ...(by === undefined ? {} : { by }),
      ...link,
      ...(last ? { fix: placeOf(last) } : {}),
    }
  })
  const kinds = Object.entries(catalogue.problemKinds).map(([key, { zh, en, group }]) => ({
    key,
    zh,
    en,
    group,
  }))
  api.get('/kinds', { schema: { response: { 200: ProblemKinds, ...failures } } }, async () => ({ kinds }))
  api.get('/reports', { schema: { response: { 200: SentReports, ...failures } } }, async () => ({
    reports: reports.recent(),
  }))
  api.post(
    '/reports',
    { schema: { body: NewReport, response: { 201: SentReport, ...failures } } },
    async (request, reply) => reply.code(201).send(await reports.take(request.body)),
  )
}

function placeOf({ fix, ageS }: { fix: Fix; ageS: number }): TerminalState['fix'] {
  const { lat, lon, accuracyM } = fix
  return { lat, lon, ageS, ...(accuracyM === undefined ? {} : { accuracyM }) }
}

/**
 * Another site's script may send requests here from the browser of whoever visits it, under its own name (Origin) or,
 * after its name was made to point here, under a foreign Host.
 */
function isAtHome(host: string | undefined, origin: string | undefined, config: TerminalConfig): boolean {
  if (host === undefined) return false
  if (origin !== undefined && origin !== `http://${host}`) return false
  if (!isLoopback(config.host)) return true
  return (
    URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, ''))
  )
}

function samePin(sent: string | string[] | undefined, pin: string): boolean {
  const [a, b] = [Buffer.from(String(sent ?? '')), Buffer.from(pin)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function servePage(app: FastifyInstance): Promise<void> {
  if (existsSync(`${DIST}/index.html`))
    await app.register(fastifyStatic, { root: DIST, preCompressed: true, cacheControl: false })
  else app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(NOT_BUILT))
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'there is no such page'))
}

function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof ReportRefused) return refuse(reply, 422, error.message)
    const status = error.statusCode ?? 500
    if (status < 500) return refuse(reply, status, error.message)
    log.error({ err: error }, 'terminal page: a request failed')
    return refuse(reply, 500, 'the report could not be kept: is the disk full?')
  })
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ error: { message } })
}
