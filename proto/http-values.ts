import { z } from 'zod'
import { ID_FORM, ID_PATTERN } from './domain.ts'

/** Values that several answers of the hub have, and what its queries have in common. */

export const Time = z.string().describe('ISO 8601, UTC')
export const Ratio = z.number().min(0).max(1)

export const DeviceId = z.string().regex(ID_PATTERN, `expected ${ID_FORM}`)

/** A moment in a query: ISO 8601 (2026-05-01T08:00:00Z, an offset is allowed; a bare date is UTC) or Unix ms. */
export const Moment = z.string().transform((text, context) => {
  const timeMs = /^-?\d{9,}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isFinite(timeMs)) return timeMs
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text.slice(0, 40))} is no time: expected ISO 8601 (2026-05-01T08:00:00Z) or Unix milliseconds`,
  })
  return z.NEVER
})

/** Half-open: from ≤ time < to. Default: the last 24 hours. */
export const RangeQuery = z.object({ from: Moment.optional(), to: Moment.optional() })
