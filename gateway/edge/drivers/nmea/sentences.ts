import type { FieldReader } from './field-reader.ts'
import { readGga } from './gga.ts'
import { readGll } from './gll.ts'
import { readGns } from './gns.ts'
import { readGsa } from './gsa.ts'
import { readGst } from './gst.ts'
import type { Report } from './report.ts'
import { readRmc } from './rmc.ts'
import { readVtg } from './vtg.ts'
import { readZda } from './zda.ts'

export interface SentenceType {
  formatter: string
  read(fields: FieldReader, report: Report): void
  /** Fields of the shortest edition: a sentence without checksum must have them all to be believed. */
  fields: number
  /** Has a date to give, and nothing of an epoch. */
  dateOnly: boolean
}

/** In order of authority: what two sentences of an epoch both say is taken from the one that stands first. */
export const SENTENCES: readonly SentenceType[] = [
  { formatter: 'GGA', read: readGga, fields: 14, dateOnly: false },
  { formatter: 'GNS', read: readGns, fields: 12, dateOnly: false },
  { formatter: 'RMC', read: readRmc, fields: 11, dateOnly: false },
  { formatter: 'GLL', read: readGll, fields: 6, dateOnly: false },
  { formatter: 'VTG', read: readVtg, fields: 8, dateOnly: false },
  { formatter: 'GST', read: readGst, fields: 8, dateOnly: false },
  { formatter: 'GSA', read: readGsa, fields: 17, dateOnly: false },
  { formatter: 'ZDA', read: readZda, fields: 6, dateOnly: true },
]

/** Receivers of satellite systems, the combined solution first: GPS, GLONASS, Galileo, BeiDou twice, QZSS, NavIC. */
export const TALKERS = ['GN', 'GP', 'GL', 'GA', 'GB', 'BD', 'GQ', 'GI'] as const
