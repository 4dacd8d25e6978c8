import type { FieldReader } from './field-reader.ts'
import { readGga } from './gga.ts'
import { readGll } from './gll.ts'
import { readGns } from './gns.ts'
import { readGsa } from './gsa.ts'
import { readGst } from './gst.ts'
import { readGsv } from './gsv.ts'
import type { Report } from './report.ts'
import { readRmc } from './rmc.ts'
import { readTxt } from './txt.ts'
import { readVtg } from './vtg.ts'
import { readZda } from './zda.ts'

export interface SentenceType {
  formatter: string
  read(fields: FieldReader, report: Report): void
  /** Fields of the shortest edition: a sentence without checksum must have them all to be believed. */
  fields: number
  /** What its report is of: the fix, and for GSA satellites too; else satellites in view, the date or a message. */
  tells: 'fix' | 'fix and used' | 'in view' | 'date' | 'text'
}

/**
 * Those of the fix first, in order of authority: what two sentences of an epoch both say is taken from the one that
 * stands first.
 */
export const SENTENCES: readonly SentenceType[] = [
  { formatter: 'GGA', read: readGga, fields: 14, tells: 'fix' },
  { formatter: 'GNS', read: readGns, fields: 12, tells: 'fix' },
  { formatter: 'RMC', read: readRmc, fields: 11, tells: 'fix' },
  { formatter: 'GLL', read: readGll, fields: 6, tells: 'fix' },
  { formatter: 'VTG', read: readVtg, fields: 8, tells: 'fix' },
  { formatter: 'GST', read: readGst, fields: 8, tells: 'fix' },
  { formatter: 'GSA', read: readGsa, fields: 17, tells: 'fix and used' },
  { formatter: 'ZDA', read: readZda, fields: 6, tells: 'date' },
  { formatter: 'GSV', read: readGsv, fields: 3, tells: 'in view' },
  { formatter: 'TXT', read: readTxt, fields: 4, tells: 'text' },
]

/**
 * Receivers of satellite systems, the combined solution first: GPS, GLONASS, Galileo, BeiDou twice, QZSS, NavIC; and
 * as Quectel modules write BeiDou and older receivers QZSS.
 */
export const TALKERS = ['GN', 'GP', 'GL', 'GA', 'GB', 'BD', 'GQ', 'GI', 'PQ', 'QZ'] as const
