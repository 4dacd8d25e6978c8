import type { FastifyError, FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { StoreUnavailable } from '../stores/track-store.ts'

/** Errors as the API answers them: `{ "error": { "message", "hint" } }` with a fitting status. */

/** What a route throws where the request cannot be answered. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly statusCode: number
  readonly hint: string | undefined
  constructor(statusCode: number, message: string, hint?: string) {
    super(message)
    this.statusCode = statusCode
    this.hint = hint
  }
}

const HINTS: Record<number, string> = {
  404: 'GET /api/v1/openapi.json lists what there is',
  429: 'wait a little, then ask again',
}

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, message, hint } = describe(error)
    if (status >= 500 && !(error instanceof StoreUnavailable))
      request.log.error({ err: error, url: request.url }, 'http: request failed')
    return reply.code(status).send(body(message, hint))
  })
}

export function notFound(method: string, url: string): { error: { message: string; hint?: string } } {
  return body(`${method} ${url.split('?')[0]!.slice(0, 200)}: no such resource`, HINTS[404])
}

function describe(error: FastifyError): { status: number; message: string; hint?: string | undefined } {
  if (error instanceof HttpProblem)
    return { status: error.statusCode, message: error.message, hint: error.hint ?? HINTS[error.statusCode] }
  if (error instanceof StoreUnavailable)
    return {
      status: 503,
      message: `the track store cannot be reached: ${error.message}`,
      hint: 'nothing is lost: records wait in the intake log; /healthz says when the store is back',
    }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const places = error.validation.map(({ instancePath, message }) => {
      const field = instancePath.split('/').filter(Boolean).join('.')
      return `${error.validationContext ?? 'request'} ${field}: ${message}`
    })
    return {
      status: 400,
      message: places.join('; '),
      hint: 'GET /api/v1/openapi.json describes every parameter',
    }
  }
  const status = error.statusCode ?? 500
  // What broke inside is for the log, not for the asker.
  if (status >= 500)
    return { status: 500, message: 'the hub failed to answer', hint: 'see the log of the hub' }
  return { status, message: error.message, hint: HINTS[status] }
}

function body(message: string, hint?: string): { error: { message: string; hint?: string } } {
  return { error: { message, ...(hint === undefined ? {} : { hint }) } }
}
