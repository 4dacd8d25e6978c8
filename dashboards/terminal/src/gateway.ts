import type { z } from 'zod'
import {
  type NewReport,
  ProblemKinds,
  SentReport,
  SentReports,
  TerminalError,
  TerminalState,
} from '../../../proto/terminal-http.ts'
import { store, stored } from './stored.ts'

/** The gateway's side of the page: every answer is checked, every refusal says why. */

export class GatewayRefused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

let pin = stored('pin') ?? ''

export function rememberPin(entered: string): void {
  pin = entered
  store('pin', entered)
}

export const readState = () => ask(TerminalState, 'state')
export const readKinds = () => ask(ProblemKinds, 'kinds')
export const readReports = () => ask(SentReports, 'reports')
export const sendReport = (report: NewReport) =>
  ask(SentReport, 'reports', {
    method: 'POST',
    body: JSON.stringify(report),
    headers: { 'content-type': 'application/json' },
  })

async function ask<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  init: RequestInit = {},
): Promise<z.output<Schema>> {
  const answer = await fetch(`/api/terminal/${path}`, {
    ...init,
    headers: { ...init.headers, ...(pin === '' ? {} : { 'x-terminal-pin': pin }) },
  })
  const body: unknown = await answer.json()
  if (answer.ok) return schema.parse(body)
  const refusal = TerminalError.safeParse(body)
  throw new GatewayRefused(
    answer.status,
    refusal.data?.error.message ?? `${answer.status} ${answer.statusText}`,
  )
}
