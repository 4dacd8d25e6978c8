import { z } from 'zod'
import { COMPONENT_PATTERN, ID_PATTERN, MAX_NOTE_LENGTH, MAX_PHOTOS, PHOTO_TYPES } from './domain.ts'

/**
 * What a patrol terminal's own page and its gateway say to each other, on the device itself and without any network.
 * The gateway serves by these schemas and the page is typed by them.
 */

const Time = z.string().describe('ISO 8601, UTC')
const Latitude = z.number().min(-90).max(90)
const Longitude = z.number().min(-180).max(180)

/** A photo as the page sends it: phones take 5 MB, the page scales them down to some 300 kB. */
export const MAX_PHOTO_BYTES = 2 * 1024 * 1024

export const TerminalState = z.object({
  gateway: z.string().regex(ID_PATTERN),
  /** Who reports, as the terminal is set up. */
  by: z.string().optional(),
  /** The broker can be reached. Reports are kept where it cannot. */
  online: z.boolean(),
  /** Records that the centre has not yet said it has. */
  waiting: z.number().int(),
  /** The last fix of the gateway's receiver; absent while there was none. */
  fix: z
    .object({ lat: Latitude, lon: Longitude, ageS: z.number(), accuracyM: z.number().optional() })
    .optional(),
})

export const ProblemKinds = z.object({
  kinds: z.array(z.object({ key: z.string(), zh: z.string(), en: z.string(), group: z.string() })),
})

export const NewReport = z.strictObject({
  /** Made by the page: a report that is sent twice is kept once. */
  key: z.uuid(),
  kind: z.string().min(1).max(64),
  note: z.string().max(MAX_NOTE_LENGTH).default(''),
  /** `fix`: the terminal's own place as the page showed it; `hand`: typed in. Absent: not known. */
  position: z.strictObject({ lat: Latitude, lon: Longitude, source: z.enum(['fix', 'hand']) }).optional(),
  /** Code of the component, where it can be read on the spot. */
  component: z.string().regex(COMPONENT_PATTERN, 'expected a component code of 16 digits').optional(),
  photos: z
    .array(z.strictObject({ mediaType: z.enum(PHOTO_TYPES), base64: z.base64() }))
    .max(MAX_PHOTOS)
    .default([]),
})

export const SentReport = z.object({
  key: z.string(),
  caseId: z.string(),
  kind: z.string(),
  note: z.string(),
  photos: z.number().int(),
  time: Time,
  /** `arrived`: the centre has committed the report and all its photos. */
  state: z.enum(['waiting', 'arrived']),
})
export const SentReports = z.object({ reports: z.array(SentReport) })

export const TerminalError = z.object({ error: z.object({ message: z.string() }) })

export type TerminalState = z.infer<typeof TerminalState>
export type ProblemKinds = z.infer<typeof ProblemKinds>
export type NewReport = z.output<typeof NewReport>
export type SentReport = z.infer<typeof SentReport>
