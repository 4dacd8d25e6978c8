import { z } from 'zod'
import {
  Cases,
  CaseWithSteps,
  ComponentsAnswer,
  Devices,
  GatewayHealth,
  GridsAnswer,
  HttpError,
  PageSettings,
  StreetsAnswer,
  Summary,
} from '../../../../proto/http.ts'
import { AreaCoverage } from '../../../../proto/patrol-http.ts'
import { HubError } from './hub-error.ts'

/**
 * One function a route of the hub. Every answer is read by the contract's own schema; every failure is a
 * HubError. Times go in as Unix ms and leave as ISO 8601.
 */

// The content security policy forbids compiling code at run time, which zod would otherwise try.
z.config({ jitless: true })

export const API = '/api/v1'

type Query = Record<string, string | number | boolean | undefined>

export async function get<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  query: Query = {},
  signal?: AbortSignal,
): Promise<z.output<Schema>> {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value))
  const search = params.size > 0 ? `?${params}` : ''
  return ask(`${path}${search}`, schema, {
    headers: { accept: 'application/json' },
    ...(signal ? { signal } : {}),
  })
}

/** Changes something at the hub. */
export const send = <Schema extends z.ZodType>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  schema: Schema,
  body?: unknown,
): Promise<z.output<Schema>> =>
  ask(path, schema, {
    method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

async function ask<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  request: RequestInit,
): Promise<z.output<Schema>> {
  let response: Response
  try {
    response = await fetch(`${API}${path}`, request)
  } catch (error) {
    if (request.signal?.aborted) throw error
    throw new HubError('unreachable', error instanceof Error ? error.message : String(error))
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw refusal(response, body)
  const answer = schema.safeParse(body)
  if (answer.success) return answer.data
  throw new HubError('malformed', `${API}${path}: ${z.prettifyError(answer.error).slice(0, 300)}`)
}

export function refusal(response: Response, body: unknown): HubError {
  const said = HttpError.safeParse(body)
  const { status } = response
  if (said.success) return new HubError('refused', said.data.error.message, { ...said.data.error, status })
  // A proxy that cannot reach the hub answers in its own words, or in none.
  const failure = status >= 502 && status <= 504 ? 'unreachable' : 'refused'
  return new HubError(failure, `HTTP ${status} ${response.statusText}`.trim(), { status })
}

export interface Range {
  fromMs: number
  toMs: number
}

export const during = (range: Range): Query => ({
  from: new Date(range.fromMs).toISOString(),
  to: new Date(range.toMs).toISOString(),
})

export const fetchSettings = (signal?: AbortSignal) => get('/settings', PageSettings, {}, signal)

export const fetchDevices = (signal?: AbortSignal) => get('/devices', Devices, {}, signal)

export const fetchGatewayHealth = (device: string, signal?: AbortSignal) =>
  get(`/devices/${encodeURIComponent(device)}/health`, GatewayHealth, {}, signal)

export const fetchSummary = (device: string, range: Range, signal?: AbortSignal) =>
  get(`/devices/${encodeURIComponent(device)}/summary`, Summary, during(range), signal)

export const fetchCoverage = (grid: string, range: Range, signal?: AbortSignal) =>
  get('/coverage', AreaCoverage, { ...during(range), grid, policy: 'area' }, signal)

export const fetchCases = (open: boolean, signal?: AbortSignal) =>
  get('/cases', Cases, open ? { open: true, limit: 1000 } : { limit: 200 }, signal)

export const fetchCase = (id: string, signal?: AbortSignal) =>
  get(`/cases/${encodeURIComponent(id)}`, CaseWithSteps, {}, signal)

/** Where the browser loads a photo of a case from. */
export const photoUrl = (id: string, photo: number): string =>
  `${API}/cases/${encodeURIComponent(id)}/photos/${photo}`

export const fetchGrids = (signal?: AbortSignal) => get('/grids', GridsAnswer, {}, signal)

export const fetchStreets = (signal?: AbortSignal) => get('/streets', StreetsAnswer, {}, signal)

export const fetchComponents = (signal?: AbortSignal) => get('/components', ComponentsAnswer, {}, signal)
